"""Does an engine answer the neutral cases as they expect?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.spark import FEW_ROWS, Spark
from quarterdeck.insights.journeys.calc.buckets import Calendar
from quarterdeck.insights.journeys.calc.question import Question, period_of
from quarterdeck.insights.journeys.calc.sequence import SequenceView
from quarterdeck.insights.journeys.facts.viewing import spark_analyses, sql_analyses
from quarterdeck.insights.journeys.service.conformance.answering import Case, answer
from quarterdeck.insights.journeys.service.conformance.comparing import Difference, differences
from quarterdeck.insights.journeys.service.conformance.gathering import (
    cohort_names,
    cohorts_of,
    gather,
    now_of,
)
from quarterdeck.insights.journeys.service.conformance.translating import (
    SUNDAY,
    Json,
    UnsupportedError,
    read_journey,
)
from quarterdeck.insights.journeys.service.engines import Analyses, KernelAnalyses

Engine = Literal["kernel", "sql", "spark"]
Asks = Callable[[SequenceView, Question], AbstractContextManager[Analyses]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How one case went: nothing differs, or something does, or it cannot be asked here."""

    id: str
    differences: tuple[Difference, ...] = ()
    unsupported: str = ""

    @property
    def passed(self) -> bool:
        """Is everything as expected?"""
        return not self.differences and not self.unsupported

    def as_json(self) -> dict[str, object]:
        """What differs, as JSON."""
        return {
            "id": self.id,
            "unsupported": self.unsupported,
            "differences": [
                {"where": one.where, "expected": one.expected, "got": one.got} for one in self.differences
            ],
        }


def read_cases(path: Path) -> list[Json]:
    """The cases of a file: one JSON array."""
    try:
        cases = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise QuarterdeckError(f"{path} is no JSON: {error}", "It must be one array of cases.") from error
    if not isinstance(cases, list):
        raise QuarterdeckError(f"{path} is no list of cases.", "It must be one array of cases.")
    return cases


def run_cases(cases: Iterable[Json], engine: Engine = "kernel") -> Iterator[Outcome]:
    """How each case goes."""
    with _started(engine) as asks:
        for case in cases:
            yield _outcome(case, asks)


def _outcome(case: Json, asks: Asks) -> Outcome:
    try:
        found = tuple(run_case(case, asks))
    except UnsupportedError as error:
        return Outcome(id=case["id"], unsupported=error.message)
    except (QuarterdeckError, KeyError, ValueError, TypeError) as error:
        return Outcome(id=case["id"], unsupported=f"unsupported: {type(error).__name__}: {error}")
    return Outcome(id=case["id"], differences=found)


def run_case(case: Json, asks: Asks) -> Iterator[Difference]:
    """In what the answer to one case differs from what it expects."""
    view, question = read_case(case)
    with asks(view, question) as analyses:
        got = answer(Case(content=case, view=view, question=question, analyses=analyses))
    expected: dict[str, Any] = case["expected"]
    for key, wanted in expected.items():
        if key not in got:
            raise UnsupportedError(f"unsupported: {key}")
        yield from differences(wanted, got[key], key)


def read_case(case: Json) -> tuple[SequenceView, Question]:
    """The events of a case, sorted, and its question."""
    calendar = Calendar(zone=ZoneInfo(case["project"].get("timezone", "UTC")), week_starts_on=SUNDAY)
    now = now_of(case)
    journey = read_journey(case, calendar, now)
    view = gather(case, journey.unit)
    question = Question(
        journey=journey,
        period=period_of(view, journey, calendar, now),
        calendar=calendar,
        cohorts=cohorts_of(case, view),
        cohort_names=cohort_names(case),
    )
    return view, question


@contextmanager
def _started(engine: Engine) -> Iterator[Asks]:
    """An engine that lasts for all cases; each has analyses of its own."""
    match engine:
        case "kernel":
            yield lambda view, question: nullcontext(KernelAnalyses(view=view))
        case "sql":
            yield lambda view, question: sql_analyses(view, question.cohorts)
        case "spark":
            with Spark(settings=FEW_ROWS) as spark:
                yield lambda view, question: spark_analyses(spark, view, question.cohorts)
