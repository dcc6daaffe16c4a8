"""How are a few tables that stand in memory asked by SQL, without touching anything else?"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from quarterdeck.facts.connection import Connection, Limits, identifier
from quarterdeck.facts.statements import failure, one_select


class Scratch:
    """Tables given as Arrow, behind a shut-in DuckDB connection of their own."""

    def __init__(self, tables: Mapping[str, pa.Table], limits: Limits | None = None) -> None:
        self._connection = Connection([], limits or Limits())
        for name, table in tables.items():
            self._connection.duckdb.register("given", table)
            self._connection.duckdb.execute(f"CREATE TABLE {identifier(name)} AS SELECT * FROM given")  # noqa: S608
            self._connection.duckdb.unregister("given")
        self._connection.lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def table(self, sql: str) -> pa.Table:
        """The result of one SELECT as an Arrow table."""
        one_select(self._connection.duckdb, sql)
        try:
            with self._connection.watched():
                result: pa.Table = self._connection.duckdb.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise failure(error, f"The query was:\n{sql}") from error
        return result
