"""Which workspace does this server stand on?"""

import os
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from quarterdeck.definitions.settings import SETTINGS_FILE
from quarterdeck.definitions.workspace import Workspace, open_workspace


def stand_on(opened: Workspace) -> None:
    """Make this process, and those it starts, the application of a workspace."""
    os.environ["QUARTERDECK_WORKSPACE"] = str(opened.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarterdeck.site.settings")
    (opened.path / ".quarterdeck").mkdir(exist_ok=True)
    import django  # slow import

    django.setup()


def has_records(opened: Workspace, database_url: str) -> bool:
    """Whether anything was ever written or signed here."""
    return bool(database_url) or (opened.path / ".quarterdeck" / "records.sqlite3").is_file()


def workspace() -> Workspace:
    """The workspace as its quarterdeck.yaml says now."""
    path = Path(settings.QUARTERDECK_WORKSPACE)
    return _opened(path, (path / SETTINGS_FILE).stat().st_mtime_ns)


def today() -> date:
    """The company's day; a made-up company's stands still, or all of it would soon be late."""
    here = workspace()
    return here.stands_at or timezone.localdate(timezone=here.zone)


@lru_cache(maxsize=8)
def _opened(path: Path, _written_at: int) -> Workspace:
    return open_workspace(path)
