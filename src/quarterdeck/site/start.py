"""How does the application stand up on a workspace: settings, database, migrations?"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.records.here import stand_on

MIGRATING = 0x51444B  # an arbitrary number that all our servers lock on PostgreSQL


def bring_up(workspace: Workspace) -> None:
    """Set up, and bring the database to this program's version; safe when several start at once."""
    stand_on(workspace)
    from django.core.management import call_command  # slow import

    with _alone(workspace.path / ".quarterdeck" / "migrating"):
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _alone(lock_file: Path) -> Iterator[None]:
    """One at a time: on this machine by a file, between machines by the database they share."""
    from django.db import connection  # slow import

    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
