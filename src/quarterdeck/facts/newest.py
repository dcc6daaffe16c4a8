"""Which version of each table is the newest, told from names of files alone?

A page asks this on every request, so no log is read: each commit is one numbered file.
"""

import os
from pathlib import Path

from quarterdeck.facts.schema import TABLES

_ENDING = ".json"
_DIGITS = 20


def newest_versions(folder: Path) -> dict[str, int]:
    """The newest version of each table that exists."""
    newest = {table: _newest_commit(folder, table) for table in TABLES}
    return {table: int(name.removesuffix(_ENDING)) for table, name in newest.items() if name}


def last_commit(folder: Path) -> float:
    """When any table was committed to last, as seconds since 1970; 0 where none ever was."""
    newest = {table: _newest_commit(folder, table) for table in TABLES}
    times = [(_log(folder, table) / name).stat().st_mtime for table, name in newest.items() if name]
    return max(times, default=0.0)


def _newest_commit(folder: Path, table: str) -> str:
    """The name of the last commit's file; commits are numbered with leading zeros, so the names sort."""
    try:
        names = os.listdir(_log(folder, table))  # noqa: PTH208 -- names alone are wanted, many times
    except (FileNotFoundError, NotADirectoryError):
        return ""
    commits = (name for name in names if name.endswith(_ENDING) and name[:_DIGITS].isdecimal())
    return max((name for name in commits if len(name) == _DIGITS + len(_ENDING)), default="")


def _log(folder: Path, table: str) -> Path:
    return folder / table / "_delta_log"
