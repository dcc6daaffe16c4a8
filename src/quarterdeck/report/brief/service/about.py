"""What have the owners of a metric made of it in the briefs until now?"""

from quarterdeck.insights.metrics.service.book import METRIC
from quarterdeck.records.about import About, Told
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject
from quarterdeck.report.brief.models import Judgement
from quarterdeck.stats.figures import long_date

MOST = 8


def tell_judgements(subject: Subject, _person: Person) -> About | None:
    """The lines of judgement on a metric, that of the newest brief first."""
    if subject.type != METRIC.name:
        return None
    lines = (
        Judgement.objects.filter(metric=subject.key)
        .select_related("by", "edition")
        .defer("edition__reading", "edition__contributions")
        .order_by("-edition__as_of")[:MOST]
    )
    return About(
        key="judgement",
        heading="In their judgement",
        lines=tuple(
            Told(
                text=line.words,
                path=f"/brief/{line.edition.as_of}/",
                note=f"{line.by.shown}, brief of {long_date(line.edition.as_of)}"
                + ("" if line.edition.is_published else ", a draft"),
                by_hand=True,
            )
            for line in lines
        ),
    )
