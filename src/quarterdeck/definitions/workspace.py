"""Which company is this, and where do its definitions and facts live?"""

import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from quarterdeck.definitions.faults import validate
from quarterdeck.definitions.files import write_atomically, write_secret_once
from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.folder import Kind
from quarterdeck.definitions.schema import modeline, schema_files
from quarterdeck.definitions.settings import (
    SETTINGS_FILE,
    WORKSPACE,
    Drafting,
    Settings,
    SingleSignOn,
    Stage,
    Weekday,
)
from quarterdeck.definitions.source import Source, content_json, read_source
from quarterdeck.definitions.upgrade import format_finding
from quarterdeck.errors import DefinitionError

SECRET_FILE = ".quarterdeck/secret_key"  # noqa: S105 -- the name of the file, not the secret
GITIGNORE = """\
# Facts can be imported again, projections be built again; a secret is nobody else's.
facts/
.quarterdeck/
secret_key
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """An opened workspace folder; `path` is absolute."""

    path: Path
    company: str
    timezone: str
    week_start: Weekday = "monday"
    currency: str = "USD"
    stage: Stage = "startup"
    demo: bool = False
    stands_at: date | None = None
    facts: str = "facts"
    sso: SingleSignOn | None = field(default=None, hash=False)
    drafting: Drafting | None = None

    @property
    def facts_path(self) -> Path:
        return self.path / self.facts

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Initialised:
    """A workspace that was begun, the files that were written for it and those that stood there already."""

    workspace: Workspace
    written: tuple[Path, ...]
    left: tuple[Path, ...]


def open_workspace(path: Path) -> Workspace:
    """The workspace at a path or above it; a missing or faulty quarterdeck.yaml is a DefinitionError."""
    folder = find_workspace(path)
    source = read_source(folder / SETTINGS_FILE)
    settings = read_settings(source)
    if isinstance(settings, tuple):
        first = min(settings, key=lambda finding: finding.line)
        hint = first.hint or "`quarterdeck check` lists everything that is wrong."
        raise DefinitionError(first.message, hint, file=first.file, line=first.line)
    return _workspace(folder, settings)


def find_workspace(path: Path) -> Path:
    """The nearest folder, from the path upwards, that has a quarterdeck.yaml."""
    start = path.resolve()
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise DefinitionError(
        "there is no workspace here, nor in a folder above",
        f"Begin one with `quarterdeck init {path}`.",
        file=start / SETTINGS_FILE,
    )


def read_settings(source: Source) -> Settings | tuple[Finding, ...]:
    """The settings, or everything that is wrong with them."""
    if source.findings:
        return source.findings
    if (unreadable := format_finding(source)) is not None:
        return (unreadable,)
    return validate(Settings, source)


def init_workspace(
    path: Path,
    *,
    company: str,
    timezone: str,
    stage: Stage = "startup",
    week_start: Weekday = "monday",
    currency: str = "USD",
    demo: bool = False,
    stands_at: date | None = None,
    kinds: Iterable[Kind[Any]] = (),
    definitions: Mapping[str, str] | None = None,
) -> Initialised:
    """Begin a workspace, or complete one; no existing file is touched, and running twice changes nothing.

    `definitions` holds texts by their path inside the workspace.
    """
    path = path.resolve()
    settings = settings_text(
        company=company,
        timezone=timezone,
        stage=stage,
        week_start=week_start,
        currency=currency,
        demo=demo,
        stands_at=stands_at,
    )
    files = {
        ".gitignore": GITIGNORE,
        ".quarterdeck/.gitignore": "*\n",
        **schema_files((WORKSPACE, *kinds)),
        **(definitions or {}),
        SETTINGS_FILE: settings,  # last: a folder is a workspace only when everything else is there
    }
    written, left = [], []
    for name, text in files.items():
        file = path / name
        if file.exists():
            left.append(file)
        else:
            write_atomically(file, text)
            written.append(file)
    secret = path / SECRET_FILE
    (written if write_secret_once(secret, secrets.token_urlsafe(50)) else left).append(secret)
    return Initialised(workspace=open_workspace(path), written=tuple(written), left=tuple(left))


def settings_text(
    *,
    company: str,
    timezone: str,
    stage: Stage,
    week_start: Weekday,
    currency: str,
    demo: bool,
    stands_at: date | None = None,
) -> str:
    """The text of a new quarterdeck.yaml; settings that are not valid raise a DefinitionError."""
    values: dict[str, Any] = {
        "format": 1,
        "company": company,
        "timezone": timezone,
        "week_start": week_start,
        "currency": currency,
        "stage": stage,
    }
    given = Source(file=Path(SETTINGS_FILE), content=dict(values), lines={}, findings=())
    faults = validate(Settings, given)
    if isinstance(faults, tuple):
        raise DefinitionError(faults[0].message, faults[0].hint, file=Path(SETTINGS_FILE))
    return f"""\
{modeline(WORKSPACE)}
# The workspace of one company: its definitions are the files beside this one, kept in git.
format: 1
company: {content_json(company)}
timezone: {timezone}  # where your days begin
week_start: {week_start}
currency: {currency}
stage: {stage}  # startup, scaleup or enterprise
stores:
  facts: facts  # Delta tables; a folder in here, or an absolute path
{"demo: true  # everything in this workspace is made up" + chr(10) if demo else ""}\
{f"stands_at: {stands_at}  # its day; the calendar goes on without it" + chr(10) if stands_at else ""}"""


def system_timezone() -> str | None:
    """The IANA name of this machine's time zone, where the machine says one."""
    said = os.environ.get("TZ", "").removeprefix(":")
    if not said and Path("/etc/timezone").is_file():
        said = Path("/etc/timezone").read_text("utf-8").strip()
    if not said and Path("/etc/localtime").is_symlink():
        said = str(Path("/etc/localtime").resolve()).rpartition("/zoneinfo/")[2]
    try:
        return ZoneInfo(said).key
    except (KeyError, ValueError, OSError):
        return None


def _workspace(folder: Path, settings: Settings) -> Workspace:
    return Workspace(
        path=folder,
        company=settings.company,
        timezone=settings.timezone,
        week_start=settings.week_start,
        currency=settings.currency,
        stage=settings.stage,
        demo=settings.demo,
        stands_at=settings.stands_at,
        facts=settings.stores.facts,
        sso=settings.sso,
        drafting=settings.drafting,
    )
