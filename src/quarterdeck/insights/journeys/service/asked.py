"""Which columns and cohorts does a journey ask for?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quarterdeck.insights.journeys.calc.breakdown import EVERYBODY
from quarterdeck.insights.journeys.calc.sessions import DURATION, SESSION
from quarterdeck.insights.journeys.definitions.cohort import Cohort
from quarterdeck.insights.journeys.definitions.conditions import Condition, Pick
from quarterdeck.insights.journeys.definitions.journey import COHORT, Journey, Series

BUILT_IN = frozenset({"person", "event"})


def columns_of(journey: Journey) -> list[str]:
    """The columns that must be there to answer a journey."""
    names = [*_of_conditions(journey.where), *(name for name in journey.by if not name.startswith(COHORT))]
    names += [journey.unit, journey.stops or "person", *journey.same]
    if journey.value is not None:
        names.append(journey.value.field)
    if journey.weigh is not None:
        names.append("account")
    for pick in picks_of(journey):
        names += _of_pick(pick)
        if isinstance(pick, Series):
            names += [each for each in (pick.field, pick.once_per) if each]
    return list(
        dict.fromkeys(SESSION if name == DURATION else name for name in names if name not in BUILT_IN)
    )


def columns_of_cohort(cohort: Cohort) -> list[str]:
    """The columns that must be there to know who is in a cohort."""
    names = list(_of_conditions(cohort.where or ()))
    for pick in (cohort.did, cohort.did_not):
        names += _of_pick(pick) if pick else ()
    return [name for name in names if name not in BUILT_IN]


def cohorts_of(journey: Journey) -> list[str]:
    """The cohorts that a journey names."""
    names = [name.removeprefix(COHORT) for name in journey.by if name.startswith(COHORT)]
    conditions = [*journey.where, *(each for pick in picks_of(journey) for each in _wheres(pick))]
    names += [
        name for each in _flat(conditions) for name in (each.cohort, each.outside_cohort) if name is not None
    ]
    return [name for name in dict.fromkeys(names) if name != EVERYBODY]


def picks_of(journey: Journey) -> list[Pick]:
    """Everything in a journey that picks events."""
    ends = [pick for pick in (journey.start, journey.back) if pick is not None]
    return [*journey.steps, *journey.exclude, *journey.series, *ends]


def events_of(journey: Journey) -> list[str]:
    """The names of the events that a journey asks for, each once."""
    return list(dict.fromkeys(name for pick in picks_of(journey) for name in _events(pick)))


def _events(pick: Pick) -> Iterator[str]:
    yield from pick.events
    for part in pick.any_of:
        yield from _events(part)


def _of_pick(pick: Pick) -> list[str]:
    return [name for each in _wheres(pick) for name in _of_conditions([each])]


def _wheres(pick: Pick) -> Iterator[Condition]:
    yield from pick.where
    for part in pick.any_of:
        yield from _wheres(part)


def _of_conditions(conditions: Iterable[Condition]) -> Iterator[str]:
    return (each.field for each in _flat(conditions) if each.field is not None)


def _flat(conditions: Iterable[Condition]) -> Iterator[Condition]:
    for each in conditions:
        yield each
        yield from _flat((*(each.all_of or ()), *(each.one_of or ())))
