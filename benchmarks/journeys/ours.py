"""How do we answer the questions that are measured?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.journeys.data import BEGIN_SECONDS, DAYS, EXCLUSION, RETURN, STEPS
from quarterdeck.facts.sequences.store import Sequences
from quarterdeck.insights.journeys.calc.buckets import Calendar, period_between
from quarterdeck.insights.journeys.calc.funnel_counts import count_reached
from quarterdeck.insights.journeys.calc.lifecycle import lifecycle, stickiness
from quarterdeck.insights.journeys.calc.paths import edges
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.retention import follow
from quarterdeck.insights.journeys.calc.trends import trend
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.opening import view_of

COLUMNS = 14
WITHIN_DAYS = 14
PATH_STOPS = 5
FUNNEL = {
    "kind": "funnel",
    "steps": [{"event": name} for name in STEPS],
    "within": f"{WITHIN_DAYS} days",
    "dialect": "posthog",
}


class Ours:
    """Answers over opened sequences, with so many threads."""

    def __init__(self, sequences: Sequences, threads: int) -> None:
        self._view = view_of(sequences)
        self._threads = ThreadPoolExecutor(threads)
        self.analyses: dict[str, Callable[[], Any]] = {
            "ordered funnel": lambda: self._funnel(FUNNEL),
            "funnel with breakdown": lambda: self._funnel({**FUNNEL, "by": ["plan"]}),
            "funnel with exclusion": lambda: self._funnel(
                {**FUNNEL, "steps": FUNNEL["steps"][:3], "exclude": [{"event": EXCLUSION, "to_step": 2}]}
            ),
            "retention matrix": self._retention,
            "daily active": lambda: self._active("unique"),
            "weekly active": lambda: self._active("weekly_active"),
            "lifecycle": self._lifecycle,
            "stickiness": self._stickiness,
            "top paths": self._paths,
        }

    def _question(self, content: dict[str, Any]) -> Question:
        begin = datetime.fromtimestamp(BEGIN_SECONDS, UTC)
        end = begin + timedelta(days=DAYS) - timedelta(microseconds=1)
        return Question(
            journey=Journey.model_validate(content),
            period=period_between(begin, end, known_until=end),
            calendar=Calendar(zone=ZoneInfo("UTC")),
            each=self._threads.map,
        )

    def _funnel(self, content: dict[str, Any]) -> Any:
        found = count_reached(self._view, self._question(content))
        return {"/".join(value): counts for value, counts in found.items()}

    def _retention(self) -> Any:
        asked = {"kind": "retention", "columns": COLUMNS, "start": {"event": STEPS[0]}}
        (matrix,) = follow(self._view, self._question(asked | {"return": {"event": RETURN}})).values()
        return matrix.counts.tolist()

    def _active(self, measure: str) -> Any:
        asked = {"kind": "trend", "series": [{"measure": measure}]}
        return [int(value) for value in trend(self._view, self._question(asked)).lines[0].data]

    def _lifecycle(self) -> Any:
        asked = {"kind": "lifecycle", "series": [{}]}
        found = lifecycle(self._view, self._question(asked))
        return {name: counts.tolist() for name, counts in found.counts.items()}

    def _stickiness(self) -> Any:
        [found] = stickiness(self._view, self._question({"kind": "stickiness", "series": [{}]}))
        return found.units.tolist()

    def _paths(self) -> Any:
        asked = {"kind": "paths", "longest": PATH_STOPS, "pause_minutes": 24 * 60}
        found = edges(self._view, self._question(asked))
        return [[edge.step, edge.source, edge.target, edge.count] for edge in found]
