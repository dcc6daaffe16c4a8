"""Which metrics fit the words that somebody looks for, and how many are there?"""

from collections.abc import Iterator

from quarterdeck.insights.metrics.service.kept import kept_reading
from quarterdeck.records.finding import Found
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person


def find_metrics(_words: str, _person: Person) -> Iterator[Found]:
    """Every metric that was read; the search ranks them."""
    kept = kept_reading(workspace())
    for dossier in kept.dossiers if kept else ():
        measure = dossier.measure
        more = f"{measure.name} {dossier.description} {measure.owner}"
        yield Found(title=measure.title, kind="metric", path=f"/metrics/{measure.name}/", more=more)


def count_metrics() -> int:
    """How many metrics were read."""
    kept = kept_reading(workspace())
    return len(kept.dossiers) if kept else 0
