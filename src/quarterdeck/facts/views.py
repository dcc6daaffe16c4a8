"""Which views does every snapshot offer beside the tables, and what is their SQL?"""

from collections.abc import Sequence

import pyarrow as pa

from quarterdeck.facts.connection import identifier, quoted

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

LATEST_ACCOUNTS = """
CREATE TEMP TABLE person_accounts AS
SELECT person, max_by(account, (coalesce(valid_from, TIMESTAMPTZ '0001-01-01'), account)) AS account
FROM people WHERE account IS NOT NULL GROUP BY person
"""

ACCOUNT_PERIODS = """
CREATE VIEW account_periods AS
SELECT *, lead(valid_from) OVER (
    PARTITION BY account ORDER BY valid_from, plan, arr, segment, renewal, owner, name
) AS valid_to FROM accounts
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


def identified_events(columns: Sequence[str], *, aliases: str, accounts: bool) -> str:
    """The view with each event's one person and account; as cheap as `events` where nothing is to be done.

    `aliases` is "" (none), "one" (each has one row: a plain join) or "many" (the row valid at the time).
    """
    person = "coalesce(alias_of.person, events.person)" if aliases else "events.person"
    replaced = {"person": person}
    joins = ""
    if aliases == "one":
        joins += " LEFT JOIN resolved_aliases AS alias_of ON alias_of.alias = events.person"
    elif aliases:
        joins += " ASOF LEFT JOIN alias_periods AS alias_of"
        joins += " ON alias_of.alias = events.person AND events.time >= alias_of.begins"
    if accounts:
        replaced["account"] = "coalesce(events.account, home.account)"
        joins += f" LEFT JOIN person_accounts AS home ON home.person = {person}"
    listed = ", ".join(
        f"{replaced[name]} AS {identifier(name)}" if name in replaced else f"events.{identifier(name)}"
        for name in columns
    )
    return f"CREATE VIEW identified_events AS SELECT {listed} FROM events{joins}"  # noqa: S608


ALIAS_PERIODS = """
CREATE TEMP TABLE alias_periods AS
SELECT alias, person,
       CASE WHEN row_number() OVER by_time = 1 THEN TIMESTAMPTZ '-infinity' ELSE valid_from END AS begins
FROM resolved_aliases
WINDOW by_time AS (PARTITION BY alias ORDER BY valid_from NULLS FIRST)
"""


DISMISSED = "dismissed"


def open_quarantine(mends: Sequence[str]) -> str:
    """The rows of `quarantine` that still wait, each row of a file once.

    `mends` are the marks that count: a killed process may leave a mark without its rows.
    """
    listed = ", ".join(quoted(name) for name in (DISMISSED, *mends))
    same_row = (
        "other.table_name = q.table_name AND other.row_number = q.row_number "
        "AND coalesce(other.file_digest, other.import_id) = coalesce(q.file_digest, q.import_id)"
    )
    return (
        "CREATE VIEW open_quarantine AS SELECT * EXCLUDE (mended) FROM quarantine AS q "  # noqa: S608
        "WHERE mended IS NULL "
        f"AND NOT EXISTS (SELECT 1 FROM quarantine AS other WHERE other.mended IN ({listed}) AND {same_row}) "
        "AND NOT EXISTS (SELECT 1 FROM quarantine AS other WHERE other.mended IS NULL "
        f"AND other.import_id < q.import_id AND {same_row})"
    )
