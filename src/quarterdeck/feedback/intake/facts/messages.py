"""What did customers say, by whom, and what were they worth to the company at that moment?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from quarterdeck.facts.snapshot import Snapshot

AT_ONCE = 20_000
_NAMES = ("name", "full_name", "first_name", "last_name", "display_name")
_AREAS = ("product_area", "area")

Row = dict[str, Any]

# An account may be named by its id or, as notes and tables do, by its name if no other has it. Where none is
# named it is that of the person then; plan and ARR are those of the moment.
_MESSAGES = """
WITH called AS (
    SELECT lower(trim(name)) AS name, min(account) AS account FROM accounts
    WHERE name IS NOT NULL GROUP BY 1 HAVING count(DISTINCT account) = 1
),
known AS (SELECT DISTINCT account FROM accounts),
said AS (
    SELECT * FROM identified_feedback
    WHERE {where}
    QUALIFY row_number() OVER (PARTITION BY feedback_id ORDER BY time) = 1
    ORDER BY time, feedback_id LIMIT {limit}
),
placed AS (
    SELECT s.*, {area} AS product_area, coalesce(k.account, c.account, s.account, p.account) AS home
    FROM said AS s
    LEFT JOIN known AS k ON k.account = s.account
    LEFT JOIN called AS c ON k.account IS NULL AND c.name = lower(trim(s.account))
    LEFT JOIN people_periods AS p
      ON p.person = s.person AND (p.valid_from IS NULL OR s.time >= p.valid_from)
     AND (p.valid_to IS NULL OR s.time < p.valid_to)
),
{names}
SELECT m.feedback_id AS message, m.time, m.channel, m.person, m.home AS account,
       a.name AS account_name, a.plan, CAST(a.arr AS DOUBLE) AS arr, m.product_area,
       m.text, m.score, m.consent, m.names,
       hash(m.feedback_id, m.time, m.channel, m.person, m.home, a.name, a.plan, a.arr, m.product_area,
            m.text, m.score, m.consent, CAST(m.names AS VARCHAR)) AS fingerprint
FROM named AS m
LEFT JOIN account_periods AS a
  ON a.account = m.home AND m.time >= a.valid_from AND (a.valid_to IS NULL OR m.time < a.valid_to)
ORDER BY m.time, m.feedback_id
"""

# The names of whoever said it and of the others in the account, as far as the words hold a part of them.
_NAMED = """
people_called AS (
    SELECT person, account, trim(unnest([{listed}])) AS name FROM people_periods
),
own AS (SELECT person, list(DISTINCT name) AS names FROM people_called WHERE name <> '' GROUP BY person),
team AS (
    SELECT account, list(DISTINCT name) AS names FROM people_called
    WHERE name <> '' AND account IS NOT NULL GROUP BY account
),
named AS (
    SELECT placed.*, list_sort(list_distinct(list_filter(
        list_concat(coalesce(own.names, []), coalesce(team.names, [])),
        lambda name: len(list_filter(
            string_split(lower(name), ' '), lambda part: len(part) > 1 AND contains(lower(placed.text), part)
        )) > 0
    ))) AS names
    FROM placed LEFT JOIN own ON own.person = placed.person LEFT JOIN team ON team.account = placed.home
)
"""
_UNNAMED = "named AS (SELECT *, NULL::VARCHAR[] AS names FROM placed)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Messages:
    """Some thousand messages; the fingerprint is that of everything that is told of them."""

    table: pa.Table
    fingerprint: str

    @property
    def rows(self) -> list[Row]:
        """Each message by the names of its columns."""
        return self.table.drop_columns(["fingerprint"]).to_pylist()


def messages(snapshot: Snapshot, at_once: int = AT_ONCE) -> Iterator[Messages]:
    """Every message by time, some thousand at once."""
    sql = _sql(snapshot, at_once, "(time, feedback_id) > ($1::TIMESTAMPTZ, $2)")
    after: list[object] = [datetime(1, 1, 2, tzinfo=UTC), ""]
    while True:
        table = snapshot.table(sql, after)
        if table.num_rows:
            hashes = table["fingerprint"].to_numpy().tobytes()
            yield Messages(table=table, fingerprint=blake2b(hashes, digest_size=16).hexdigest())
        if table.num_rows < at_once:
            return
        after = [table[name][-1].as_py() for name in ("time", "message")]


def _sql(snapshot: Snapshot, at_once: int, where: str) -> str:
    areas = [name for name in _AREAS if name in snapshot.property_types("feedback")]
    area = " , ".join(snapshot.property_sql(name, "text", "feedback") for name in areas)
    return _MESSAGES.format(
        where=where,
        limit=at_once,
        area=f"coalesce({area})" if area else "NULL::VARCHAR",
        names=_names_sql(snapshot),
    )


def _names_sql(snapshot: Snapshot) -> str:
    parts = [name for name in _NAMES if name in snapshot.property_types("people")]
    if not parts:
        return _UNNAMED
    return _NAMED.format(listed=", ".join(snapshot.property_sql(name, "text", "people") for name in parts))


def message_of(snapshot: Snapshot, key: str) -> tuple[str, list[str]] | None:
    """The words of one message and the names of people known in them; None where it is gone."""
    found = snapshot.table(_sql(snapshot, 1, "feedback_id = $1"), [key]).to_pylist()
    return (found[0]["text"], found[0]["names"] or []) if found else None
