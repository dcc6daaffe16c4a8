"""What in a metric's definition is well formed and yet cannot be right?"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from quarterdeck.definitions.folder import FACT_NAMES, Models, Problem
from quarterdeck.definitions.source import Location
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.statements import check_select
from quarterdeck.insights.metrics.definitions import RATES, Metric, Step, Tree
from quarterdeck.insights.metrics.facts.fields import is_personal

EVENT, PROPERTY = "event", "property of events"  # what names found in the facts may name

# Names in facts are many and short: less alike than this, one is not the other mistyped.
MISTYPED = 0.75
VOLATILE = re.compile(r"\b(random|now|today|current_date|current_timestamp|uuid|setseed)\b", re.IGNORECASE)


def unknown_table(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """A metric counts the rows of a fact table that has a time."""
    timed = sorted(name for name, table in TABLES.items() if table.time is not None)
    if metric.source not in timed:
        hint = did_you_mean(metric.source, timed) or f"Known: {', '.join(timed)}."
        yield ("from",), f"there is no fact table '{metric.source}' with a time", hint


def personal_dimension(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """A breakdown stands on pages that many read, where no id of a person belongs."""
    for index, dimension in enumerate(metric.dimensions):
        if is_personal(metric.source, dimension):
            yield ("dimensions", index), f"'{dimension}' names people", "Break down by account or role."


def one_select(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """Free SQL is one SELECT; it is read here, never run."""
    if metric.sql is not None:
        try:
            check_select(metric.sql)
        except QuarterdeckError as error:
            yield ("sql",), error.message.rstrip("."), error.hint


def volatile_sql(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """A number that changes from one reading to the next proves nothing."""
    for call in re.findall(
        r"\b(random|now|today|current_date|current_timestamp|uuid|setseed)\b", metric.sql or ""
    ):
        yield ("sql",), f"'{call}' gives another number each time it is read", "Take times from the facts."


def unknown_join(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """`account.` and `person.` lead to columns that those tables have."""
    for location, field in _fields_named(metric):
        owner, _dot, name = field.partition(".")
        table = {"account": "accounts", "person": "people"}.get(owner) if name else None
        if table and name not in TABLES[table].column_names:
            known = [f"{owner}.{column}" for column in TABLES[table].column_names]
            hint = did_you_mean(field, known) or f"Known: {', '.join(known)}."
            yield location, f"{table} have no column '{name}'", hint


def _fields_named(metric: Metric) -> list[tuple[Location, str]]:
    named: list[tuple[Location, str]] = [
        (("dimensions", index), name) for index, name in enumerate(metric.dimensions)
    ]
    named += [(("where", index, "property"), one.field) for index, one in enumerate(metric.where)]
    named += [
        ((*location, "where", index, "property"), one.field)
        for location, step in _steps(metric)
        for index, one in enumerate(step.where)
    ]
    return named + [((key,), name) for key, name in (("of", metric.of), ("property", metric.field)) if name]


def _steps(metric: Metric) -> list[tuple[Location, Step]]:
    found: list[tuple[Location, Step]] = [(("steps", index), step) for index, step in enumerate(metric.steps)]
    return found + [((key,), one) for key, one in (("start", metric.start), ("return", metric.back)) if one]


def unknown_event(_name: str, metric: Metric, models: Models) -> Iterator[Problem]:
    """An event that no fact names is a typing error, or has not come yet."""
    known = models.get(FACT_NAMES, {}).get(EVENT, frozenset())
    named = [((), metric.event, metric.events), *((at, one.event, one.events) for at, one in _steps(metric))]
    for place, said, index, event in (
        (place, said, index, event)
        for place, said, events in (named if known else ())
        for index, event in enumerate(events)
    ):
        if event not in known:
            location: Location = (*place, "event") if isinstance(said, str) else (*place, "event", index)
            hint = (
                did_you_mean(event, known, likeness=MISTYPED)
                or "Has it not come yet? `no_lint: [unknown_event]` silences this."
            )
            yield location, f"no fact is an event '{event}'", hint


def unknown_property(_name: str, metric: Metric, models: Models) -> Iterator[Problem]:
    """A property that no event has gives no number; other tables have columns alone."""
    metrics: Mapping[str, Any] = models.get("metric", {})
    parts = [metrics.get(part or "") for part in (metric.numerator, metric.denominator)]
    sources = {part.source for part in parts if part is not None} or {metric.source}
    events = models.get(FACT_NAMES, {}).get(PROPERTY, frozenset())
    if metric.kind == "sql" or not events or not sources <= set(TABLES):
        return
    for source in sorted(sources):
        known = {*TABLES[source].column_names, *(events if source == "events" else ())}
        missing = [
            (location, field)
            for location, field in _fields_named(metric)
            if field not in known and field.partition(".")[0] not in ("account", "person")
        ]
        yield from _missing_dimensions(
            source, [each for each in missing if each[0][0] == "dimensions"], known
        )
        for location, field in missing:
            if location[0] != "dimensions":
                hint = (
                    did_you_mean(field, known, likeness=MISTYPED)
                    or "The metric cannot be read before one has."
                )
                yield location, f"no row of {source} has '{field}'", hint


def _missing_dimensions(
    source: str, missing: Sequence[tuple[Location, str]], known: Collection[str]
) -> Iterator[Problem]:
    """All in one: a metric reads without them, and many a metric starts with some that a company has not."""
    if missing:
        names = " or ".join(f"'{field}'" for _, field in missing)
        near = " ".join(
            hint for _, field in missing if (hint := did_you_mean(field, known, likeness=MISTYPED))
        )
        rest = "The metric reads all the same; only the breakdown waits."
        yield missing[0][0], f"no row of {source} has {names}", near or rest


def ratio_of_ratio(_name: str, metric: Metric, models: Models) -> Iterator[Problem]:
    """The parts of a ratio must be counted before they are divided."""
    metrics: Mapping[str, Any] = models.get("metric", {})
    for key, name in (("numerator", metric.numerator), ("denominator", metric.denominator)):
        part = metrics.get(name or "")
        if part is not None and part.kind in ("ratio", *RATES):
            yield (key,), f"'{name}' is itself a {part.kind}", "Name a metric that counts or adds."


def share_without_base(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """A percentage needs what it is a percentage of."""
    if metric.unit == "share" and metric.kind not in ("ratio", "mean", "sql", *RATES):
        yield ("unit",), f"a {metric.kind} is no share", "Write unit: count, or make it a ratio."


def share_target(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """The target of a share is a share."""
    if metric.unit == "share" and metric.target is not None and not 0 <= metric.target <= 1:
        yield ("target",), f"{metric.target:g} is no share", f"Write {metric.target / 100:g}."


def named_twice(_name: str, tree: Tree, _: Models) -> Iterator[Problem]:
    """A metric has one place in the tree."""
    seen = {tree.north_star}
    for key in ("inputs", "guardrails"):
        for index, name in enumerate(getattr(tree, key)):
            if name in seen:
                yield (key, index), f"'{name}' has a place in the tree already", "Leave it in one place."
            seen.add(name)
