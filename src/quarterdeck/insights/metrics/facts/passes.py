"""Which SQL reads several metrics, or one by several dimensions, by day and by week in one pass?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import indent

from quarterdeck.insights.metrics.facts.clock import Question, bucket
from quarterdeck.insights.metrics.facts.compiler import Plan

MASKS = (0b1111111, *(1 << day for day in range(7)))  # the days of a week: all of them, then one by one


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """One query and the metrics it reads.

    Its columns are metric (its place among `names`), dimension (its place among those asked for), grain,
    bucket, slice, value and base; each number is the one that the metric's own query gives.
    """

    names: tuple[str, ...]
    sql: str


def passes(plans: Mapping[str, Plan], question: Question) -> Iterator[Pass]:
    """As few passes as read every metric by day and by week, each by the dimensions of its plan."""
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for name, plan in plans.items():
        alike[plan.relation, plan.local, plan.within, plan.cuts, plan.counted].append(name)
    for names in alike.values():
        members = [plans[name] for name in names]
        build = _counting_once if members[0].counted else _aggregating
        yield Pass(names=tuple(names), sql=build(members, question))


def _aggregating(plans: Sequence[Plan], question: Question) -> str:
    """Rows are added up by day and, beside it, by week."""
    numbers = ",\n".join(
        f"  CAST({plan.value_among} AS DOUBLE) AS value_{place}, "
        f"CAST({plan.base_among} AS DOUBLE) AS base_{place}, "
        f"count(*) FILTER (WHERE {plan.rows or 'true'}) AS rows_{place}"
        for place, plan in enumerate(plans)
    )
    cuts = range(len(plans[0].cuts))
    # Columns by place: a name could be one of the facts' own.
    sets = ", ".join(f"({grain}, {3 + cut})" for cut in cuts for grain in (1, 2))
    grouped = (
        f"SELECT {_buckets(plans[0], question)},\n  {_cuts(plans[0])},\n{numbers}\n{_source(plans)}\n"
        f"GROUP BY GROUPING SETS ({sets})"
    )
    every = range(len(plans))
    return (
        "SELECT metric, dimension, grain, bucket, slice, value, base\nFROM (\n"
        f"  SELECT unnest(range({len(plans)})) AS metric, {_told(cuts)},\n"
        "    CASE WHEN day IS NULL THEN 'week' ELSE 'day' END AS grain, coalesce(day, week) AS bucket,\n"
        f"    unnest({_list('value', every)}) AS value, unnest({_list('base', every)}) AS base,\n"
        f"    unnest({_list('rows', every)}) AS rows\n"
        f"  FROM (\n{indent(grouped, '    ')}\n  )\n)\nWHERE rows > 0"
    )


def _counting_once(plans: Sequence[Plan], question: Question) -> str:
    """Whoever is counted once is grouped once, by week, with a bit for each day of it."""
    first, every, cuts = plans[0], range(len(plans)), range(len(plans[0].cuts))
    marks = ", ".join(f"{plan.rows or 'true'} AS on_{place}" for place, plan in enumerate(plans))
    read = (
        f"SELECT {_buckets(first, question)}, {first.counted} AS counted,\n  {_cuts(first)},\n  {marks}\n"
        f"{_source(plans)}"
    )
    days = ",\n".join(
        f"  bit_or(CASE WHEN on_{place} THEN CAST(1 << (day - week) AS UTINYINT) END) AS days_{place}"
        for place in every
    )
    sets = ", ".join(f"(week, counted, cut_{cut})" for cut in cuts)
    grouped = (
        f"SELECT week, counted, {', '.join(f'cut_{cut}' for cut in cuts)},\n{days}\n"
        f"FROM (\n{indent(read, '  ')}\n)\nGROUP BY GROUPING SETS ({sets})"
    )
    counts = ",\n      ".join(
        f"CASE WHEN bool_or(days_{place} & {mask} > 0) "
        f"THEN count(counted) FILTER (days_{place} & {mask} > 0) END"
        for place in every
        for mask in MASKS
    )
    return (
        f"SELECT place // {len(MASKS)} AS metric, dimension,\n"
        f"  CASE WHEN place % {len(MASKS)} = 0 THEN 'week' ELSE 'day' END AS grain,\n"
        f"  week + CAST(greatest(place % {len(MASKS)} - 1, 0) AS INTEGER) AS bucket, slice,\n"
        "  CAST(value AS DOUBLE) AS value, CAST(NULL AS DOUBLE) AS base\nFROM (\n"
        f"  SELECT week, {_told(cuts)},\n    unnest([\n      {counts}\n    ]) AS value,\n"
        f"    unnest(range({len(MASKS) * len(plans)})) AS place\n"
        f"  FROM (\n{indent(grouped, '    ')}\n  )\n  GROUP BY week, dimension, slice\n)\n"
        "WHERE value IS NOT NULL"
    )


def _source(plans: Sequence[Plan]) -> str:
    """The rows of any of the metrics, in the time asked for."""
    found = f"FROM {plans[0].relation}\nWHERE {plans[0].within}"
    if all(plan.rows for plan in plans):
        found += f"\n  AND ({' OR '.join(dict.fromkeys(f'({plan.rows})' for plan in plans))})"
    return found


def _buckets(plan: Plan, question: Question) -> str:
    day, week = (bucket(plan.local, replace(question, grain=grain)) for grain in ("day", "week"))
    return f"{day} AS day,\n  {week} AS week"


def _cuts(plan: Plan) -> str:
    return ", ".join(f"{cut} AS cut_{place}" for place, cut in enumerate(plan.cuts))


def _told(cuts: range) -> str:
    """Which dimension a group belongs to, and its slice: the one cut that is not NULL."""
    places = " ".join(f"WHEN cut_{cut} IS NOT NULL THEN {cut}" for cut in cuts)
    return (
        f"CASE {places} ELSE 0 END AS dimension, "
        f"coalesce({', '.join(f'cut_{cut}' for cut in cuts)}, NULL) AS slice"
    )


def _list(name: str, places: range) -> str:
    return f"[{', '.join(f'{name}_{place}' for place in places)}]"
