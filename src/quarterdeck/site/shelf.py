"""Which definitions does this server hold, of all the kinds that its capabilities have?"""

from collections.abc import Iterator

from quarterdeck.insights.metrics.service.names import fact_names
from quarterdeck.records.finding import Found
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.workshop.shelf import Shelf
from quarterdeck.site.capabilities import load_kinds


def shelf() -> Shelf:
    """The definitions of the workspace as it is now."""
    return Shelf(path=workspace().path, kinds=load_kinds(), fact_names=fact_names)


def find_definitions(words: str, person: Person) -> Iterator[Found]:
    """Every definition, by its name and by all that its file says."""
    here = shelf()
    for kind in here.kinds:
        for place in here.places(kind):
            text = here.on_disk(place).text
            yield Found(title=place.name.replace("_", " "), kind=kind.name, path=place.path, more=text)
