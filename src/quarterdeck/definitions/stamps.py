"""Has any file of a folder changed, told without reading one?"""

import os
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """What the file system notes of a file; a replacement differs though its time and size are the same."""

    name: str
    modified_ns: int
    changed_ns: int
    size: int
    inode: int


def stamps(folder: Path, ending: str = "") -> tuple[Stamp, ...]:
    """The stamps of what is in a folder under names with that ending, by name; none without a folder."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return ()
    return tuple(
        stamp for entry in entries if entry.name.endswith(ending) and (stamp := _stamp(entry)) is not None
    )


def _stamp(entry: "os.DirEntry[str]") -> Stamp | None:
    try:
        noted = entry.stat()
    except FileNotFoundError:  # a link to nowhere, or gone since
        return None
    return Stamp(
        name=entry.name,
        modified_ns=noted.st_mtime_ns,
        changed_ns=noted.st_ctime_ns,
        size=noted.st_size,
        inode=noted.st_ino,
    )
