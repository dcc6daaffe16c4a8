"""Which version of each table is the newest, told from names of files alone?

A page asks this on every request, so no log is read: each commit is one numbered file.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from quarterdeck.facts.schema import TABLES

_ENDING = ".json"


def newest_versions(folder: Path) -> dict[str, int]:
    """The newest version of each table that exists."""
    found = {table: [number for number, _ in _commits(folder, table)] for table in TABLES}
    return {table: max(numbers) for table, numbers in found.items() if numbers}


def last_commit(folder: Path) -> float:
    """When any table was committed to last, as seconds since 1970; 0 where none ever was."""
    return max((at for table in TABLES for _, at in _newest(folder, table)), default=0.0)


def _newest(folder: Path, table: str) -> list[tuple[int, float]]:
    return [max(commits)] if (commits := list(_commits(folder, table, times=True))) else []


def _commits(folder: Path, table: str, *, times: bool = False) -> Iterator[tuple[int, float]]:
    try:
        entries = os.scandir(folder / table / "_delta_log")
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            number = entry.name.removesuffix(_ENDING)
            if entry.name.endswith(_ENDING) and number.isdecimal():
                yield int(number), entry.stat().st_mtime if times else 0.0
