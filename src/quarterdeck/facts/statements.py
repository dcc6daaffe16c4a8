"""Is a text one statement that only reads?"""

from typing import Any

import duckdb

from quarterdeck.errors import FactError


def one_select(connection: Any, sql: str) -> Any:
    """The one statement in a text, if it is one and reads only."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise FactError(f"The SQL cannot be read: {error}", "DuckDB's dialect is understood.") from error
    if len(statements) != 1:
        raise FactError(f"One statement is expected; these are {len(statements)}.", "Ask one at a time.")
    statement = statements[0]
    try:
        kind = statement.type
    except ValueError:
        # DuckDB knows statements that its Python client has no name for.
        kind = None
    if kind is not None and kind.name == "MULTI":
        # It would make a type of the values it finds, which is writing.
        raise FactError(
            "A PIVOT must name the values that become columns.",
            "Write PIVOT ... ON column IN ('one', 'other') USING ...; `SELECT DISTINCT column` lists them.",
        )
    if kind != duckdb.StatementType.SELECT:
        raise FactError(
            f"Only SELECT is allowed, not {kind.name if kind else 'this'}.",
            "What reads may begin with FROM, WITH, VALUES, PIVOT, UNPIVOT, DESCRIBE, SUMMARIZE or SHOW, too. "
            "Facts are written by `quarterdeck import`.",
        )
    return statement


def check_select(sql: str) -> None:
    """Refuse a text that is not exactly one SELECT, without running anything."""
    with duckdb.connect(":memory:") as connection:
        one_select(connection, sql)


def failure(error: Exception, hint: str) -> FactError:
    """DuckDB's complaint without its advice to change what is locked here."""
    text = str(error)
    for sign, end, own_hint in _OWN_HINTS:
        if sign in text:
            return FactError(f"The query failed: {text.partition(end)[0].rstrip()}", own_hint)
    return FactError(f"The query failed: {text}", hint)


# What tells a complaint, where its advice begins, and what can be done here instead.
_OWN_HINTS = (
    (
        "extension",
        "\n",
        "Only what DuckDB has built in can be used; no extension can be added here.",
    ),
    (
        "disabled by configuration",
        " - file system operations",
        "A query sees the fact tables alone, no other file: bring it in with `quarterdeck import`.",
    ),
    (
        "Out of Memory",
        "\n",
        "Ask for less at once: fewer columns, a shorter time, an aggregate instead of rows.",
    ),
    (
        "Possible solutions",
        "\n",
        "Ask for less at once: fewer columns, a shorter time, an aggregate instead of rows.",
    ),
)
