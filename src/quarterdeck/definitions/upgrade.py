"""How does an older workspace become one of today's format, with its comments kept?"""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.folder import Kind
from quarterdeck.definitions.schema import schema_files
from quarterdeck.definitions.settings import FORMAT, SETTINGS_FILE, WORKSPACE
from quarterdeck.definitions.source import Content, Source, read_source
from quarterdeck.errors import DefinitionError

Migration = Callable[[CommentedMap], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Upgrade:
    """What an upgrade did: formats before and after, and the files that it wrote."""

    from_format: int
    to_format: int
    written: tuple[Path, ...]


def rename_key(settings: CommentedMap, old: str, new: str) -> None:
    """Rename a key where it stands, with its comments."""
    if old not in settings:
        return
    position = list(settings).index(old)
    comments = settings.ca.items.pop(old, None)
    settings.insert(position, new, settings.pop(old))
    if comments is not None:
        settings.ca.items[new] = comments
        for token in filter(None, comments):
            token.start_mark.column += len(new) - len(old)


def _say_format_and_timezone(settings: CommentedMap) -> None:
    """Format 0, before the first release, had no `format:` and said `tz:`."""
    rename_key(settings, "tz", "timezone")


MIGRATIONS: Mapping[int, Migration] = MappingProxyType({0: _say_format_and_timezone})
"""By the format that each starts from; it ends one higher. The format number itself is written for it."""


def format_of(content: Content) -> int | None:
    """The format that a settings file is in (0 where it says none), or None where it says no number."""
    said = content.get("format", 0) if isinstance(content, dict) else 0
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else None


def format_finding(source: Source) -> Finding | None:
    """Why this program cannot read the file's format, if it cannot; other faults are not its business."""
    said = format_of(source.content)
    if said is None or said == FORMAT:
        return None
    if said > FORMAT:
        program = f"quarterdeck {version('quarterdeck')}"
        message = f"the workspace is in format {said}, and {program} reads only formats up to {FORMAT}"
        hint = "Install a newer quarterdeck; nothing was changed."
    else:
        message = f"the workspace is in format {said}, older than {FORMAT}"
        hint = "Run `quarterdeck upgrade`; it keeps your comments."
    line = source.line_of(("format",))
    return Finding(file=source.file, line=line, message=message, hint=hint, rule="format")


def migrate(text: str, *, migrations: Mapping[int, Migration] = MIGRATIONS, to_format: int = FORMAT) -> str:
    """The settings text in a newer format; comments, order and quotes stay."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    settings = yaml.load(text)
    said = int(settings.get("format", 0))
    for number in range(said, to_format):
        migrations[number](settings)
        if "format" in settings:
            settings["format"] = number + 1
        else:
            settings.insert(0, "format", number + 1)
    stream = io.StringIO()
    yaml.dump(settings, stream)
    return stream.getvalue()


def upgrade_workspace(path: Path, kinds: Iterable[Kind[Any]] = ()) -> Upgrade:
    """Bring quarterdeck.yaml to the current format and the schemas to this program's; safe to run twice."""
    file = path / SETTINGS_FILE
    source = read_source(file)
    if source.findings:
        first = source.findings[0]
        raise DefinitionError(first.message, first.hint, file=file, line=first.line)
    said = format_of(source.content)
    if said is None or not isinstance(source.content, dict):
        raise DefinitionError(
            "'format' must be a whole number",
            "Write `format: 1`.",
            file=file,
            line=source.line_of(("format",)),
        )
    newer = format_finding(source) if said > FORMAT else None
    if newer is not None:
        raise DefinitionError(newer.message, newer.hint, file=file, line=newer.line)
    files = {path / name: text for name, text in schema_files((WORKSPACE, *kinds)).items()}
    if said < FORMAT:
        files[file] = migrate(file.read_text("utf-8"))
    written = [file for file, text in files.items() if not _says(file, text)]
    for changed in written:
        write_atomically(changed, files[changed])
    return Upgrade(from_format=said, to_format=FORMAT, written=tuple(written))


def _says(file: Path, text: str) -> bool:
    return file.is_file() and file.read_bytes() == text.encode()
