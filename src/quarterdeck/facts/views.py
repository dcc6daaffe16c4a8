"""Which views does every snapshot offer beside the tables, and what is their SQL?"""

from collections.abc import Sequence
from typing import Literal

import pyarrow as pa

from quarterdeck.facts.connection import identifier, quoted

# What is known of aliases, or of the accounts of people: nothing; one row for each, so that a plain join
# will do; or many, of which the one valid at the time counts.
Known = Literal["", "one", "many"]

_DUCKDB_TYPES = {
    pa.string(): "VARCHAR",
    pa.timestamp("us", "UTC"): "TIMESTAMPTZ",
    pa.date32(): "DATE",
    pa.float64(): "DOUBLE",
    pa.int64(): "BIGINT",
    pa.decimal128(18, 2): "DECIMAL(18,2)",
    pa.bool_(): "BOOLEAN",
}

# Each alias followed to its end. Of several rows for one alias the latest begun leads on; where aliases
# form a ring, its smallest id stands for all of them.
RESOLVED_ALIASES = """
CREATE TEMP TABLE resolved_aliases AS
WITH RECURSIVE latest AS (
    SELECT alias, max_by(person, (coalesce(valid_from, TIMESTAMPTZ '0001-01-01'), person)) AS person
    FROM aliases WHERE alias <> person GROUP BY alias
),
steps AS (
    SELECT DISTINCT alias, valid_from, person, [alias] AS path FROM aliases WHERE alias <> person
    UNION ALL
    SELECT steps.alias, steps.valid_from, latest.person, list_append(steps.path, steps.person)
    FROM steps JOIN latest ON latest.alias = steps.person
    WHERE NOT list_contains(steps.path, steps.person)
),
ends AS (
    SELECT alias, valid_from, max_by(person, len(path)) AS person, max_by(path, len(path)) AS path
    FROM steps GROUP BY alias, valid_from
)
SELECT alias, valid_from,
       CASE WHEN list_contains(path, person) THEN list_min(path[list_position(path, person):]) ELSE person END
       AS person
FROM ends
"""

PERSON_ACCOUNTS = """
CREATE TEMP TABLE person_accounts AS
SELECT person, account, coalesce(valid_from, TIMESTAMPTZ '-infinity') AS begins
FROM people_periods WHERE account IS NOT NULL
QUALIFY account IS DISTINCT FROM lag(account) OVER (PARTITION BY person ORDER BY valid_from NULLS FIRST)
"""


def table_view(name: str, schema: pa.Schema, files: Sequence[str]) -> str:
    """The view of one table: its pinned files, or typed and empty."""
    if files:
        listed = ", ".join(quoted(file) for file in files)
        columns = ", ".join(identifier(field) for field in schema.names)
        # Without union_by_name DuckDB takes the first file's struct and loses later properties silently.
        source = f"SELECT {columns} FROM read_parquet([{listed}], union_by_name = true)"  # noqa: S608
    else:
        columns = ", ".join(
            f"CAST(NULL AS {duckdb_type(field.type)}) AS {identifier(field.name)}" for field in schema
        )
        source = f"SELECT {columns} WHERE false"
    return f"CREATE VIEW {identifier(name)} AS {source}"


def duckdb_type(arrow_type: pa.DataType) -> str:
    """The DuckDB type of a column of the schema."""
    if isinstance(arrow_type, pa.StructType):
        fields = (arrow_type.field(index) for index in range(arrow_type.num_fields))
        return f"STRUCT({', '.join(f'{identifier(f.name)} {duckdb_type(f.type)}' for f in fields)})"
    return _DUCKDB_TYPES[arrow_type]


def account_periods(columns: Sequence[str]) -> str:
    """The view of accounts with `valid_to`: of rows that begin together the last by all columns holds."""
    return (
        "CREATE VIEW account_periods AS SELECT *, lead(valid_from) OVER "  # noqa: S608
        f"(PARTITION BY account ORDER BY {_all_of(columns, first='valid_from')}) AS valid_to FROM accounts"
    )


def people_periods(columns: Sequence[str], *, aliases: Known) -> str:
    """The view of what was known of each person when, aliases resolved; open ends are NULL.

    The first row of a person holds before it, too. A row that names no account leaves the one that was.
    """
    order = _all_of(columns, first="person")
    person, join = _person("people", "coalesce(people.valid_from, TIMESTAMPTZ '-infinity')", aliases)
    return f"""
CREATE VIEW people_periods AS
WITH resolved AS (SELECT people.* REPLACE ({person} AS person) FROM people{join}),
settled AS (
    SELECT *, row_number() OVER (PARTITION BY person, valid_from ORDER BY {order}) AS place,
           count(*) OVER (PARTITION BY person, valid_from) AS last_place
    FROM resolved QUALIFY place = last_place
)
SELECT * EXCLUDE (place, last_place) REPLACE (
           coalesce(
               last_value(account IGNORE NULLS) OVER (by_time ROWS UNBOUNDED PRECEDING),
               first_value(account IGNORE NULLS) OVER (
                   by_time ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
               )
           ) AS account,
           CASE WHEN row_number() OVER by_time > 1 THEN valid_from END AS valid_from
       ),
       lead(valid_from) OVER by_time AS valid_to
FROM settled WINDOW by_time AS (PARTITION BY person ORDER BY valid_from NULLS FIRST)
"""  # noqa: S608


def identified(
    table: str, columns: Sequence[str], time: str, *, aliases: Known, accounts: Known, traced: bool = False
) -> str:
    """The view with each row's one person and account as of then; as cheap as the table where it can be.

    Where it is traced, it is called so, and has what its row said itself as `raw_person` and `raw_account`.
    """
    person, joins = _person(table, f"{table}.{time}", aliases)
    replaced = {"person": person}
    if accounts:
        replaced["account"] = f"coalesce({table}.account, home.account)"
        joins += f"{_asof(accounts)} JOIN person_accounts AS home ON home.person = {person}"
        joins += f" AND {table}.{time} >= home.begins" if accounts == "many" else ""
    listed = ", ".join(
        f"{replaced[name]} AS {identifier(name)}" if name in replaced else f"{table}.{identifier(name)}"
        for name in columns
    )
    if traced:
        listed += f", {table}.person AS raw_person, {table}.account AS raw_account"
    name = f"{'traced' if traced else 'identified'}_{table}"
    return f"CREATE VIEW {name} AS SELECT {listed} FROM {table}{joins}"  # noqa: S608


def _person(table: str, time: str, aliases: Known) -> tuple[str, str]:
    """The one person of a table's row, and the join that finds out."""
    if not aliases:
        return f"{table}.person", ""
    known = "resolved_aliases" if aliases == "one" else "alias_periods"
    join = f"{_asof(aliases)} JOIN {known} AS alias_of ON alias_of.alias = {table}.person"
    if aliases == "many":
        join += f" AND {time} >= alias_of.begins"
    return f"coalesce(alias_of.person, {table}.person)", join


def _asof(known: Known) -> str:
    return " ASOF LEFT" if known == "many" else " LEFT"


def _all_of(columns: Sequence[str], *, first: str) -> str:
    """Every column, so that no two rows that differ are ordered by chance; what says more comes later."""
    others = (name for name in columns if name != first)
    return ", ".join(f"{identifier(name)} NULLS FIRST" for name in (first, *others))


ALIAS_PERIODS = """
CREATE TEMP TABLE alias_periods AS
SELECT alias, person,
       CASE WHEN row_number() OVER by_time = 1 THEN TIMESTAMPTZ '-infinity' ELSE valid_from END AS begins
FROM resolved_aliases
WINDOW by_time AS (PARTITION BY alias ORDER BY valid_from NULLS FIRST)
"""


DISMISSED = "dismissed"
# Begins the mark of a row that a later map refused as well; the moment stands behind it.
REFUSED_AGAIN = "refused "


def open_quarantine(mends: Sequence[str]) -> str:
    """The rows of `quarantine` that still wait, each row of a file once, with the reason found last.

    `mends` are the marks that count: a killed process may leave a mark without its rows.
    """
    listed = ", ".join(quoted(name) for name in (DISMISSED, *mends))
    same_row = (
        "other.table_name = q.table_name AND other.row_number = q.row_number "
        "AND coalesce(other.file_digest, other.import_id) = coalesce(q.file_digest, q.import_id)"
    )
    latest = (
        "SELECT max_by(reason, mended) FROM quarantine AS other "  # noqa: S608
        f"WHERE starts_with(other.mended, {quoted(REFUSED_AGAIN)}) AND {same_row}"
    )
    return (
        "CREATE VIEW open_quarantine AS SELECT * EXCLUDE (mended) "  # noqa: S608
        f"REPLACE (coalesce(({latest}), reason) AS reason) FROM quarantine AS q "
        "WHERE mended IS NULL "
        f"AND NOT EXISTS (SELECT 1 FROM quarantine AS other WHERE other.mended IN ({listed}) AND {same_row}) "
        "AND NOT EXISTS (SELECT 1 FROM quarantine AS other WHERE other.mended IS NULL "
        f"AND other.import_id < q.import_id AND {same_row})"
    )
