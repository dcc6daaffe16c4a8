"""What do the facts say, read at one pinned version of every table?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from quarterdeck.errors import FactError, did_you_mean
from quarterdeck.facts import views
from quarterdeck.facts.connection import Connection, Limits, identifier, quoted
from quarterdeck.facts.delta import Delta, arrow_schema, kinds_of
from quarterdeck.facts.properties import PropertyKind
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.statements import failure, one_select
from quarterdeck.facts.tombstones import Tombstones

_SQL_KINDS: Mapping[PropertyKind, str] = {"text": "VARCHAR", "number": "DOUBLE", "boolean": "BOOLEAN"}


# The tables whose rows say who did something, on behalf of which account, and when.
IDENTIFIED = tuple(
    name
    for name, table in TABLES.items()
    if table.time and name != "people" and {"person", "account"} <= set(table.column_names)
)

ABSENT = -1
"""The pin of a table that was not there yet."""


class Pinned:
    """One table at one version: its schema and the files that hold it."""

    __slots__ = ("_handle", "files", "kinds", "name", "schema", "version")

    def __init__(self, delta: Delta, version: int | None) -> None:
        handle = None if version == ABSENT else delta.open(version)
        self.name = delta.name
        self._handle = handle
        self.version = None if handle is None else handle.version()
        self.schema = TABLES[delta.name].arrow_schema if handle is None else arrow_schema(handle)
        self.kinds: dict[str, PropertyKind] = {} if handle is None else kinds_of(handle)
        self.files: list[str] = [] if handle is None else delta.files(handle)

    def has(self, transaction: str) -> bool:
        """Was this application transaction in when the version was written?"""
        return self._handle is not None and self._handle.transaction_version(transaction) is not None


class Snapshot:
    """Tables and named views at pinned versions, behind a shut-in DuckDB connection."""

    def __init__(
        self, pinned: Sequence[Pinned], connection: Connection, identified: Mapping[str, frozenset[str]]
    ) -> None:
        self.identified_columns = {name: identified.get(name, frozenset()) for name in TABLES}
        self.versions: dict[str, int] = {p.name: p.version for p in pinned if p.version is not None}
        self.files: dict[str, list[str]] = {p.name: p.files for p in pinned}
        self._kinds = {p.name: p.kinds for p in pinned}
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give memory and temporary files back."""
        self._connection.close()

    @property
    def connection(self) -> Any:
        """The shut-in DuckDB connection, for the kernel's own use."""
        return self._connection.duckdb

    def failure(self, error: Exception, hint: str) -> FactError:
        """What went wrong in a query, told from files that were removed since the snapshot was opened."""
        unreadable = isinstance(error, duckdb.IOException | duckdb.PermissionException)
        return (unreadable and _erased_under(self.files)) or failure(error, hint)

    def table(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """The result of one SELECT as an Arrow table; any other text is refused before it runs."""
        one_select(self._connection.duckdb, sql)
        try:
            with self._connection.watched():
                relation = self._connection.duckdb.sql(sql, params=list(parameters) or None)
                result: pa.Table = relation.to_arrow_table()
        except duckdb.InterruptException as error:
            raise FactError("The query took too long and was stopped.", "Ask for less of it.") from error
        except duckdb.Error as error:
            raise self.failure(error, f"The query was:\n{sql}") from error
        except RuntimeError as error:
            if "interrupted" in str(error):
                raise KeyboardInterrupt from error
            raise
        return result

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The result of a query as tuples of Python values; whole numbers of any size are int."""
        columns = [_python_values(column) for column in self.table(sql, parameters).columns]
        return list(zip(*columns, strict=True))

    def property_types(self, table: str = "events") -> dict[str, PropertyKind]:
        """The property keys of a table, with the kind each is stored as."""
        return dict(self._kinds[table])

    def property_sql(self, key: str, kind: PropertyKind, table: str = "events") -> str:
        """The SQL of a property as `kind`, from its struct field and `properties_rest` together."""
        in_rest = f"json_extract_string(properties_rest, {quoted(_json_path(key))})"
        known = self._kinds[table]
        stored = next((name for name in known if name == key), None)
        if stored is None:
            if not self._in_rest(key, table):
                hint = (
                    did_you_mean(key, known) or f"Known properties: {', '.join(sorted(known)) or 'none yet'}."
                )
                raise FactError(f"No row of {table} has a property {key!r}.", hint)
            return f"TRY_CAST({in_rest} AS {_SQL_KINDS[kind]})"
        field = f"properties.{identifier(stored)}"
        if known[stored] == "number" and kind == "text":
            # 12345, not 12345.0: as people write it, and as it came. DuckDB 2.0 lets its reader do a CAST of
            # a struct's field, and fails on files that lack the field; a TRY_CAST it does itself.
            field = (
                f"CASE WHEN {field} = trunc({field}) AND abs({field}) < 1e15 "
                f"THEN CAST(TRY_CAST({field} AS BIGINT) AS VARCHAR) ELSE TRY_CAST({field} AS VARCHAR) END"
            )
            return f"coalesce({field}, {in_rest})"
        if known[stored] == kind:
            return f"coalesce({field}, TRY_CAST({in_rest} AS {_SQL_KINDS[kind]}))"
        return f"TRY_CAST(coalesce(TRY_CAST({field} AS VARCHAR), {in_rest}) AS {_SQL_KINDS[kind]})"

    def _in_rest(self, key: str, table: str) -> bool:
        found = self.rows(
            f"SELECT 1 FROM {identifier(table)} WHERE json_exists(properties_rest, $1) LIMIT 1",  # noqa: S608
            [_json_path(key)],
        )
        return bool(found)


def open_snapshot(deltas: Sequence[Delta], pins: Mapping[str, int], limits: Limits | None = None) -> Snapshot:
    """Pin each table and put its views on a new shut-in connection."""
    folder = deltas[0].path.parent
    for name in pins:
        _refuse_erased(name, pins[name], folder)
    pinned = [Pinned(delta, pins.get(delta.name)) for delta in deltas]
    for table in pinned:
        if pins.get(table.name) == ABSENT:
            continue
        if table.version is None and table.name in pins:
            raise FactError(
                f"Table {table.name} has no version {pins[table.name]}: it does not exist yet.",
                "`quarterdeck facts` lists the tables and their versions.",
            )
    connection = Connection([file for p in pinned for file in p.files], limits or Limits())
    try:
        identified = _create_views(connection.duckdb, pinned)
        connection.lock()
    except duckdb.Error as error:
        connection.close()
        raise _erased_under({p.name: p.files for p in pinned}) or FactError(
            f"The pinned files cannot be read: {error}", "Check who may read the folder of the facts."
        ) from error
    return Snapshot(pinned, connection, identified)


def _refuse_erased(name: str, version: int, folder: Path) -> None:
    """A version older than an erasure has a log at most, but no files any more."""
    for erasure in Tombstones(folder).erasures:
        first_readable = erasure["first_readable"].get(name, 0)
        if ABSENT < version < first_readable:
            raise FactError(
                f"Table {name} at version {version} was recomputable until "
                f"{erasure['at'][:10]}: a person was erased then.",
                f"Read it at version {first_readable} or later.",
            )


def _erased_under(files: Mapping[str, Sequence[str]]) -> FactError | None:
    """An erasure removes the files of every older version, those that somebody reads just then too."""
    gone = [name for name, listed in files.items() if not all(Path(file).exists() for file in listed)]
    if not gone:
        return None
    return FactError(
        f"Files of {', '.join(gone)} are gone that were there when reading began: a person was erased "
        "meanwhile, and with them every older version.",
        "Do the same again: it opens the facts anew and reads them as they are now.",
    )


def _create_views(connection: Any, pinned: Sequence[Pinned]) -> dict[str, frozenset[str]]:
    """Create every view; returns the columns in which `identified_X` differs from X, by table."""
    by_name = {p.name: p for p in pinned}
    for p in pinned:
        connection.execute(views.table_view(p.name, p.schema, p.files))
    if "quarantine" in by_name:
        connection.execute(views.open_quarantine(_committed_mends(connection, by_name)))
    if len(by_name) < len(TABLES):
        return {}
    connection.execute(views.account_periods(by_name["accounts"].schema.names))
    aliases: views.Known = _prepare_aliases(connection) if by_name["aliases"].files else ""
    connection.execute(views.people_periods(by_name["people"].schema.names, aliases=aliases))
    accounts: views.Known = ""
    if by_name["people"].files and _lacks_accounts(connection, by_name["events"]):
        accounts = _prepare_accounts(connection)
    differing: dict[str, frozenset[str]] = {}
    for name in IDENTIFIED:
        filled: views.Known = accounts if name == "events" else ""
        columns, time = by_name[name].schema.names, TABLES[name].time or ""
        for traced in (False, True) if name == "events" else (False,):
            view = views.identified(name, columns, time, aliases=aliases, accounts=filled, traced=traced)
            connection.execute(view)
        found = (("person", aliases), ("account", filled))
        differing[name] = frozenset(column for column, known in found if known)
    return differing


def _committed_mends(connection: Any, by_name: Mapping[str, Pinned]) -> list[str]:
    """The marks in the quarantine whose rows did come in."""
    if not by_name["quarantine"].files:
        return []
    marks = connection.execute(
        "SELECT DISTINCT mended, table_name FROM quarantine WHERE mended IS NOT NULL ORDER BY ALL"
    ).fetchall()
    return [name for name, table in marks if table in by_name and by_name[table].has(name)]


def _prepare_aliases(connection: Any) -> views.Known:
    connection.execute(views.RESOLVED_ALIASES)
    known = _known(connection, "resolved_aliases", "alias")
    if known == "many":
        connection.execute(views.ALIAS_PERIODS)
    return known


def _prepare_accounts(connection: Any) -> views.Known:
    connection.execute(views.PERSON_ACCOUNTS)
    return _known(connection, "person_accounts", "person")


def _known(connection: Any, table: str, key: str) -> views.Known:
    [(rows, keys)] = connection.execute(f"SELECT count(*), count(DISTINCT {key}) FROM {table}").fetchall()  # noqa: S608
    if not rows:
        return ""
    return "one" if rows == keys else "many"


def _lacks_accounts(connection: Any, table: Pinned) -> bool:
    """Is there a row without an account? Told from the footers of the files."""
    if not table.files:
        return False
    [(unfilled,)] = connection.execute(
        "SELECT count(*) FROM parquet_metadata($1) "
        "WHERE path_in_schema = 'account' AND coalesce(stats_null_count, num_values) > 0",
        [table.files],
    ).fetchall()
    return bool(unfilled)


def _json_path(key: str) -> str:
    return '$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _python_values(column: pa.ChunkedArray[Any]) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if pa.types.is_decimal(column.type) and column.type.scale == 0:
        # DuckDB sums whole numbers as HUGEINT, which Arrow carries as a decimal without places.
        return [int(value) if isinstance(value, Decimal) else value for value in values]
    return values
