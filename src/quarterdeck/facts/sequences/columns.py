"""Which value does each row of the sequences have: of the event, or of whoever did it, as of then?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from quarterdeck.errors import FactError, did_you_mean
from quarterdeck.facts.connection import identifier
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.sequences import loops
from quarterdeck.facts.sequences.building import narrowest, open_column
from quarterdeck.facts.sequences.scanning import relation, stream
from quarterdeck.facts.sequences.texts import Coder, Codes, Int64s, Names, as_names, numbers, places
from quarterdeck.facts.snapshot import Snapshot

PLAIN = ("account", "release", "source")
OWNERS = {"person": ("people", "people_periods"), "account": ("accounts", "account_periods")}
RAW_ID = "id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """The rows that a column is aligned with, and the files they came from in the order of their numbers."""

    units: Names
    offsets: Int64s
    time: Int64s
    source: Int64s
    files: tuple[str, ...]

    @property
    def unit_of_rows(self) -> Codes:
        """The unit of each row."""
        return np.repeat(np.arange(len(self.units), dtype=np.int32), np.diff(self.offsets))


def code_column(snapshot: Snapshot, base: Base, name: str, file: Path) -> list[str]:
    """Write the codes of a column to a file; the values they stand for."""
    owner, _, field = name.partition(".")
    if name == "account":
        codes, values = _account(snapshot, base)
    elif field and owner in OWNERS and _is_of(snapshot, owner, field):
        codes, values = _of_owner(snapshot, base, owner, field)
    else:
        codes, values = _of_event(snapshot, base, name)
    codes, values = _by_value(codes, values)
    column = open_column(file, narrowest(len(values)), len(codes))
    column[:] = codes
    if isinstance(column, np.memmap):
        column.flush()
    return values


def _by_value(codes: Codes, values: list[str]) -> tuple[Codes, list[str]]:
    """The same column with its values in their order, not in that in which they came."""
    order = pc.array_sort_indices(as_names(values)).to_numpy()
    rank = np.empty(len(values) + 1, np.int32)
    rank[order] = np.arange(len(values))
    # The last entry is what -1 finds.
    rank[-1] = -1
    return rank[codes], [values[place] for place in order.tolist()]


def known_columns(snapshot: Snapshot) -> list[str]:
    """Everything that can be asked for by name."""
    owned = [
        f"{owner}.{field}"
        for owner, (table, _) in OWNERS.items()
        for field in (*TABLES[table].column_names, *snapshot.property_types(table))
    ]
    return [*PLAIN, RAW_ID, *owned, *snapshot.property_types()]


def _is_of(snapshot: Snapshot, owner: str, field: str) -> bool:
    table, _ = OWNERS[owner]
    return field in TABLES[table].column_names or field in snapshot.property_types(table)


def _of_event(snapshot: Snapshot, base: Base, name: str) -> tuple[Codes, list[str]]:
    """A column or property of the events, read in the order of the files and put where its row is now."""
    if name == RAW_ID:
        expression = "person"
    elif name in PLAIN:
        expression = identifier(name)
    else:
        try:
            expression = snapshot.property_sql(name, "text")
        except FactError as error:
            hint = did_you_mean(name, known_columns(snapshot)) or error.hint
            raise FactError(error.message, hint) from error
    if not base.files:
        return np.empty(0, np.int32), []
    sql = f"SELECT CAST({expression} AS VARCHAR) AS value FROM {relation(base.files)}"  # noqa: S608
    coder = Coder()
    whole = np.empty(len(base.source), np.int32)
    read = 0
    for batch in stream(snapshot, sql):
        whole[read : read + len(batch)] = coder.code(batch.column(0))
        read += len(batch)
    if read != len(whole):
        raise FactError("The sequences are older than the events.", "Build them again.")
    return whole[base.source], coder.values


def _account(snapshot: Snapshot, base: Base) -> tuple[Codes, list[str]]:
    """The account of the event, or else the one that its person belonged to then."""
    own, values = _of_event(snapshot, base, "account")
    if "account" not in snapshot.identified_columns["events"]:
        return own, values
    home, names = _of_owner(snapshot, base, "person", "account")
    codes = {value: code for code, value in enumerate(values)}
    mapped = [codes.setdefault(name, len(codes)) for name in names]
    # The last entry is of rows without one, whose code is -1.
    translated = np.array([*mapped, -1], np.int32)[home]
    return np.where(own >= 0, own, translated), list(codes)


def _of_owner(snapshot: Snapshot, base: Base, owner: str, field: str) -> tuple[Codes, list[str]]:
    """What was known of the person or account of each row then."""
    table, view = OWNERS[owner]
    expression = identifier(field)
    if field not in TABLES[table].column_names:
        expression = snapshot.property_sql(field, "text", table)
    rows = snapshot.table(
        f"SELECT {owner} AS owner, epoch_us(valid_from) AS begins, "  # noqa: S608
        f"CAST({expression} AS VARCHAR) AS value FROM {view} ORDER BY owner, valid_from NULLS FIRST"
    )
    if owner == "person":
        owners, names = base.unit_of_rows, base.units
    else:
        owners, listed = _account(snapshot, base)
        names = as_names(listed)
    known = places(rows.column("owner"), names)
    coder = Coder()
    codes = coder.code(rows.column("value"))
    order = np.lexsort((np.arange(len(known)), known))
    order = order[known[order] >= 0]
    sizes = np.bincount(known[order], minlength=len(names))
    found = np.empty(len(base.time), np.int32)
    loops.holding_then(
        owners,
        base.time,
        np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        numbers(rows.column("begins"))[order],
        codes[order],
        found,
    )
    return found, coder.values


def births(snapshot: Snapshot, units: Names, first_seen: Int64s) -> Int64s:
    """When each person was made; where nobody says, when they did something first."""
    rows = snapshot.table(
        "SELECT person, min(epoch_us(created_at)) AS made FROM people_periods "
        "WHERE created_at IS NOT NULL GROUP BY person"
    )
    known = places(rows.column("person"), units)
    found = first_seen.copy()
    found[known[known >= 0]] = numbers(rows.column("made"))[known >= 0]
    return found
