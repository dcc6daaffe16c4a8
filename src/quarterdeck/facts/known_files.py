"""Is a file known to a table already, by whatever name, map or packing it came in?"""

from __future__ import annotations

from pathlib import Path

from quarterdeck.errors import FactError
from quarterdeck.facts.reading.bytes_of import digests
from quarterdeck.facts.schema import Table
from quarterdeck.facts.store import FactStore


def digest_of(store: FactStore, table: Table, file: Path) -> str:
    """The digest by which a table knows a file: of what is in it, packed or not.

    Earlier versions noted that of the packed bytes. A file that came in so keeps its name.
    """
    found = digests(file)
    if found.packed == found.content:
        return found.content
    with store.snapshot_of("imports") as snapshot:
        known = snapshot.rows(
            "SELECT 1 FROM imports WHERE file_digest = $1 AND table_name = $2 LIMIT 1",
            [found.packed, table.name],
        )
    return found.packed if known else found.content


def refuse_if_known(store: FactStore, table: Table, file: Path, file_digest: str, map_digest: str) -> None:
    """Taking a file twice by different maps would double rows that have no key."""
    with store.snapshot_of("imports") as snapshot:
        known = snapshot.rows(
            "SELECT file, map_digest FROM imports WHERE file_digest = $1 AND table_name = $2 LIMIT 1",
            [file_digest, table.name],
        )
    if not known:
        return
    [(name, earlier_map)] = known
    how = "with another map" if earlier_map != map_digest else "in part, by an earlier version"
    raise FactError(
        f"{file} was imported into {table.name} before, {how}"
        + (f" (as {name})." if name != file.name else "."),
        f"To mend its quarantined rows: `quarterdeck import {table.name} --quarantine --map MAP`. "
        "To add every row again: --again.",
    )
