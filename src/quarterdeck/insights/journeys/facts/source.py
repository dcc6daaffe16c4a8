"""Where do the rows stand that a journey's SQL reads, and under which names?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.connection import quoted

NOTHING = "CAST(NULL AS VARCHAR)"
NOBODY_PAYS = "SELECT CAST(NULL AS VARCHAR) AS account, CAST(NULL AS DOUBLE) AS arr"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The table `steps_taken`: what each unit did, a row for each event.

    Its columns are `unit`, `at` (microseconds), `place` (the order within a unit), `event`, and one for each
    property asked for: `columns` says which. `tables` are the common tables that lead to it, in order, and
    `order` the columns by which events of one unit follow on each other.
    `cohorts` are SELECTs of units. `born` is a SELECT of `unit` and `born`, where anybody says. `pays` gives
    the SELECT of `account` and `arr` as of a moment, in microseconds.
    """

    rows: str
    columns: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    cohorts: Mapping[str, str] = field(default_factory=dict)
    born: str = ""
    order: tuple[str, ...] = ()
    pays: Callable[[int], str] = lambda moment: NOBODY_PAYS

    def column(self, name: str) -> str:
        """The column of a property; one that no row has is empty."""
        return "event" if name == "event" else self.columns.get(name, NOTHING)

    def members(self, cohort: str) -> str:
        """The SELECT of who is in a cohort."""
        if cohort not in self.cohorts:
            raise QuarterdeckError(f"There is no cohort named {cohort!r}.", f"Write cohorts/{cohort}.yaml.")
        return self.cohorts[cohort]

    def picked(self, cohort: str) -> str:
        """The condition that a row's unit is in a cohort."""
        return f"unit IN ({self.members(cohort)})"


def text(value: str) -> str:
    """A text as SQL has it."""
    return quoted(value)
