"""Which SELECT makes of the fact tables what each unit did, and who is in a cohort?

The rules are those of the sequences: one person behind all aliases, the account of the event or else of its
person, and what was known of either at the time of the event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.connection import identifier
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.journeys.calc.buckets import Period
from quarterdeck.insights.journeys.definitions.cohort import Behaviour, Cohort
from quarterdeck.insights.journeys.facts.conditions import counts, passes_all
from quarterdeck.insights.journeys.facts.source import Source, text
from quarterdeck.insights.journeys.facts.statement import listed

ROWS = "happened"
PLAIN = ("account", "release", "source")
OWNERS = {"person": ("people", "people_periods"), "account": ("accounts", "account_periods")}
RAW_ID = "id"


def source_of(snapshot: Snapshot, columns: Iterable[str], unit: str) -> Source:
    """Every event of a snapshot with some columns, walked by a unit."""
    reading = _Reading(snapshot)
    known = {name: f"p{place}_{_word(name)}" for place, name in enumerate(columns)}
    unit_sql = "e.person" if unit == "person" else reading.text(unit)
    properties = [f"{reading.text(name)} AS {column}" for name, column in known.items()]
    found = [
        "e.person AS person",
        f"{unit_sql} AS unit",
        "EPOCH_US(e.time) AS at",
        "e.event AS event",
        *properties,
    ]
    events = f"SELECT {listed(found)} FROM {reading.relation()}"
    order = listed(["at", "person", "event", *known.values()])
    place = f"ROW_NUMBER() OVER (PARTITION BY unit ORDER BY {order}) AS place"
    made = "SELECT person, MIN(EPOCH_US(created_at)) AS made FROM people_periods GROUP BY person"
    firsts = "SELECT person, MIN(at) AS first_at FROM read_events GROUP BY person"
    born = "MIN(COALESCE(m.made, f.first_at))"
    return Source(
        rows=ROWS,
        columns=known,
        tables={
            "read_events": events,
            ROWS: f"SELECT *, {place} FROM read_events WHERE unit IS NOT NULL",
        },
        born=(
            f"SELECT h.unit, {born} AS born FROM {ROWS} AS h JOIN ({firsts}) AS f ON f.person = h.person "
            f"LEFT JOIN ({made}) AS m ON m.person = h.person GROUP BY h.unit"
        ),
    )


def with_cohort(source: Source, name: str, select: str) -> Source:
    """The same source with one more cohort."""
    table = f"cohort_{_word(name)}"
    return replace(
        source,
        tables={**source.tables, table: select},
        cohorts={**source.cohorts, name: f"SELECT unit FROM {table}"},
    )


def cohort_sql(source: Source, cohort: Cohort, period: Callable[[Behaviour], Period]) -> str:
    """The SELECT of who is in a cohort, unless a funnel says so."""
    if named := cohort.people or cohort.accounts:
        return f"SELECT DISTINCT unit FROM {source.rows} WHERE unit IN ({listed(map(text, named))})"
    if cohort.where is not None:
        last = "ROW_NUMBER() OVER (PARTITION BY unit ORDER BY place DESC) AS nth"
        return (
            f"SELECT unit FROM (SELECT *, {last} FROM {source.rows}) AS last_rows "
            f"WHERE nth = 1 AND {passes_all(source, cohort.where)}"
        )
    if cohort.did is not None:
        return _did(source, cohort.did, period(cohort.did))
    if cohort.did_not is not None:
        did = _did(source, cohort.did_not, period(cohort.did_not))
        return f"SELECT DISTINCT unit FROM {source.rows} WHERE NOT unit IN ({did})"
    raise QuarterdeckError("A cohort of a journey is told by its funnel.", "Name the funnel.")


def _did(source: Source, behaviour: Behaviour, period: Period) -> str:
    return (
        f"SELECT unit FROM {source.rows} WHERE at BETWEEN {period.since} AND {period.until} "
        f"AND {counts(source, behaviour)} GROUP BY unit HAVING COUNT(*) >= {behaviour.times}"
    )


def first_moment(snapshot: Snapshot) -> int | None:
    """When the first event was."""
    [(moment,)] = snapshot.rows("SELECT MIN(EPOCH_US(time)) FROM events")
    return moment if moment is None else int(moment)


class _Reading:
    """The FROM of the events, with what was known of people and accounts then, where a column asks for it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._joined: dict[str, dict[str, str]] = {}

    def text(self, name: str) -> str:
        """A column as text."""
        owner, _, field = name.partition(".")
        if name == RAW_ID and "person" in self._snapshot.identified_columns["events"]:
            raise QuarterdeckError(
                "`id`, the raw id behind an alias, is unsupported by the SQL engine.", "Ask by person."
            )
        if name in ("person", RAW_ID):
            return "e.person"
        if name in PLAIN:
            return f"CAST(e.{identifier(name)} AS VARCHAR)"
        if field and owner in OWNERS and (kept := self._of_owner(owner, field)):
            return kept
        return f"CAST({self._snapshot.property_sql(name, 'text')} AS VARCHAR)"

    def relation(self) -> str:
        """The FROM itself."""
        # Where nobody has an alias and every event its account, the view is the table.
        found = "identified_events" if self._snapshot.identified_columns["events"] else "events"
        joins = [f"{found} AS e"]
        for owner, fields in self._joined.items():
            _, view = OWNERS[owner]
            columns = listed(f"{expression} AS {column}" for column, expression in fields.items())
            joins.append(
                f"LEFT JOIN (SELECT {owner} AS whose, EPOCH_US(valid_from) AS since, "
                f"EPOCH_US(valid_to) AS until, {columns} FROM {view}) AS {owner}_then "
                f"ON {owner}_then.whose = e.{owner} "
                f"AND ({owner}_then.since IS NULL OR EPOCH_US(e.time) >= {owner}_then.since) "
                f"AND ({owner}_then.until IS NULL OR EPOCH_US(e.time) < {owner}_then.until)"
            )
        return " ".join(joins)

    def _of_owner(self, owner: str, field: str) -> str:
        table, _ = OWNERS[owner]
        if field in TABLES[table].column_names:
            expression = f"CAST({identifier(field)} AS VARCHAR)"
        elif field in self._snapshot.property_types(table):
            expression = f"CAST({self._snapshot.property_sql(field, 'text', table)} AS VARCHAR)"
        else:
            return ""
        joined = self._joined.setdefault(owner, {})
        column = f"{owner}_{_word(field)}_{len(joined)}"
        known: Mapping[str, str] = {each: name for name, each in joined.items()}
        if expression not in known:
            joined[column] = expression
            return f"{owner}_then.{column}"
        return f"{owner}_then.{known[expression]}"


def _word(name: str) -> str:
    """A name as a part of a SQL name."""
    return re.sub(r"\W+", "_", name).strip("_").lower()[:40]
