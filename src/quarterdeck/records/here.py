"""Which workspace does this server stand on?"""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from quarterdeck.definitions.settings import SETTINGS_FILE
from quarterdeck.definitions.workspace import Workspace, open_workspace


def workspace() -> Workspace:
    """The workspace as its quarterdeck.yaml says now."""
    path = Path(settings.QUARTERDECK_WORKSPACE)
    return _opened(path, (path / SETTINGS_FILE).stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _opened(path: Path, _written_at: int) -> Workspace:
    return open_workspace(path)
