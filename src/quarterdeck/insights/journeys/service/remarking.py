"""Which events does a question ask for that there are none of?"""

from __future__ import annotations

from collections.abc import Iterator

from quarterdeck.errors import did_you_mean
from quarterdeck.insights.journeys.service.asked import events_of
from quarterdeck.insights.journeys.service.opening import Opened


def remarks(opened: Opened) -> Iterator[str]:
    """A sentence for each event that the facts do not know: counted as none, it may be misspelled."""
    known = opened.view.event.values if opened.events is None else opened.events
    asked = events_of(opened.question.journey)
    if asked and not known:
        yield "There are no events yet."
        return
    for event in asked:
        if event not in known:
            yield f"No event is called '{event}'. {did_you_mean(event, known)}".rstrip()
