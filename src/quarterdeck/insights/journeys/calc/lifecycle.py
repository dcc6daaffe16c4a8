"""Who is new, comes back, stays away; and who was there how often?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from quarterdeck.insights.journeys.calc.attendance import STATUSES, attend
from quarterdeck.insights.journeys.calc.buckets import microseconds
from quarterdeck.insights.journeys.calc.chunks import added
from quarterdeck.insights.journeys.calc.question import Question, before
from quarterdeck.insights.journeys.calc.sequence import Rows, SequenceView


def lifecycle(view: SequenceView, question: Question) -> dict[str, Rows]:
    """How many units are new, returning, resurrecting and (negative) dormant in each bucket.

    New is who began in the bucket; returning was there in the bucket before, resurrecting was not.
    """
    calendar, grain = question.calendar, question.journey.grain
    asked = question.buckets
    # Who was there in the bucket before the first is returning, or dormant, in the first.
    buckets = calendar.of((calendar.after(asked.starts[0], grain, -1), *asked.starts), grain)
    use_profile = question.dialect.new_by_profile and view.created is not None
    born = view.created if use_profile and view.created is not None else view.first_seen
    since, until = int(buckets.edges[0]), int(buckets.edges[-1]) - 1
    parts = attend(
        view,
        question,
        question.journey.series[0],
        buckets,
        (since, until),
        lambda witnesses: witnesses.statuses(born),
    )
    counts = added(parts, len(STATUSES), len(buckets))[:, 1:]
    found = dict(zip(STATUSES, counts, strict=True))
    return found | {"dormant": -found["dormant"]}


def stickiness(view: SequenceView, question: Question) -> list[tuple[str, Rows]]:
    """How many units were there in exactly 1, 2, ... buckets: now and, if so asked, in the period before.

    One entry for each line, in their order.
    """
    asked = [("current", question)]
    if question.journey.compare:
        asked.append(("previous", before(question)))
    return [
        (which, _present(view, replace(one, journey=one.journey.model_copy(update={"series": (series,)}))))
        for which, one in asked
        for series in question.journey.series
    ]


def _present(view: SequenceView, question: Question) -> Rows:
    buckets = question.buckets
    since = microseconds(question.calendar.floor(question.period.begin, question.journey.grain))
    end = question.calendar.after(question.calendar.floor(question.period.end, "hour"), "hour")
    until = microseconds(end - timedelta(microseconds=1))
    series = question.journey.series[0]
    parts = attend(view, question, series, buckets, (since, until), lambda found: found.days_present)
    return added(parts, len(buckets))
