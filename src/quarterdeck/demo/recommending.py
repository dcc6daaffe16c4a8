"""What did the people of the made-up company make of what was recommended to them?"""

from collections.abc import Mapping
from datetime import date, timedelta

from quarterdeck.feedback.backlog.service import briefing, recommending
from quarterdeck.records.models import Person

FORTNIGHT = timedelta(14)
WEEKS, AT_LEAST, AT_MOST = 2.0, 1.0, 4.0
NOT_NOW = "Not before the new year; the team is on the map until then."


def write_demo_insights(cast: Mapping[str, Person], *, as_of: date) -> None:
    """A brief of two weeks ago, what was said to it, and the brief of now; again adds nothing."""
    if briefing.briefs():
        return
    last = briefing.read(briefing.write(as_of=as_of - FORTNIGHT, by=None))
    unknown = next((change for change in last.changes if not change.point), None)
    if unknown is not None:
        lead = cast.get(unknown.owner) or cast["Head of product"]
        recommending.say_effort(theme=unknown.theme, weeks=WEEKS, low=AT_LEAST, high=AT_MOST, by=lead)
    # The first one is left to whoever looks at the demo.
    if len(last.changes) > 1:
        recommending.decline(theme=last.changes[-1].theme, reason=NOT_NOW, by=cast["Head of product"])
    briefing.write(as_of=as_of, by=None)
