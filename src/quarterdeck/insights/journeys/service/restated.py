"""What has become of the figure of a saved journey since a day: told by a page, counted by a job?

To count it anew takes as many readings of the facts as there are causes, so no request waits for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.newest import newest_versions
from quarterdeck.insights.journeys.service.book import find_journey
from quarterdeck.insights.journeys.service.preparing import NotReady
from quarterdeck.jobs.models import Job, State
from quarterdeck.jobs.queue import ask
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person

RESTATE = "journeys.restate"  # the job that counts anew


@dataclass(frozen=True, kw_only=True, slots=True)
class RestatedLine:
    """The figure after one thing changed, and by how much it moved."""

    what: str
    figure: str
    moved: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RestatedSeen:
    """A figure then and now, line by line, and at which versions of the tables."""

    what: str
    sentence: str
    lines: tuple[RestatedLine, ...]
    versions_before: Mapping[str, int]
    versions_after: Mapping[str, int]


def restated_since(name: str, against: date, *, by: Person) -> RestatedSeen:
    """What has become of a figure; raises NotReady while a job counts, and what kept it from counting."""
    here = workspace()
    definition = find_journey(here, name)
    counted = f"{sorted(newest_versions(here.facts_path).items())} {definition.version} {here.stands_at}"
    key = f"{RESTATE} {name} {against} {sha256(counted.encode()).hexdigest()[:16]}"
    last = Job.objects.filter(key=key).first()
    if last is None:
        last = ask(
            RESTATE,
            title=f"Restate {definition.model.title or name}",
            arguments={"name": name, "against": against.isoformat()},
            key=key,
            by_id=by.pk,
        )
    if last.is_open:
        raise NotReady(last)
    result: dict[str, Any] | None = last.result
    if last.state == State.FAILED or result is None:
        raise QuarterdeckError("The figure could not be counted anew.", f"See /jobs/{last.pk}/.")
    if "trouble" in result:
        raise QuarterdeckError(result["trouble"], result["hint"])
    return RestatedSeen(
        what=result["what"],
        sentence=result["sentence"],
        lines=tuple(RestatedLine(**line) for line in result["lines"]),
        versions_before=result["versions_before"],
        versions_after=result["versions_after"],
    )


def count_anew(name: str, against: date) -> dict[str, Any]:
    """What the job keeps: the figure then and after each thing that changed, or why it cannot be told."""
    from quarterdeck.insights.journeys.service.restating import restate  # slow import

    moment = datetime(against.year, against.month, against.day)  # noqa: DTZ001 -- a day, of no zone
    try:
        found = restate(workspace().path, name, against=moment)
    except QuarterdeckError as error:
        return {"trouble": error.message, "hint": error.hint}
    return {
        "what": found.after.what,
        "sentence": found.sentence,
        "lines": [
            {"what": "then", "figure": found.before.words, "moved": ""},
            *(
                {"what": found.named(cause), "figure": found.figure(cause), "moved": found.signed(cause)}
                for cause in found.causes
            ),
        ],
        "versions_before": dict(found.versions_before),
        "versions_after": dict(found.versions_after),
        "page": f"/journeys/{name}/restated/?against={against}",
    }
