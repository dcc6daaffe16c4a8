"""Which definitions does this server hold, of all the kinds that its capabilities have?"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from quarterdeck.insights.metrics.service.names import fact_names
from quarterdeck.records.finding import Found
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.workshop.shelf import Shelf
from quarterdeck.site.capabilities import load_kinds


def shelf() -> Shelf:
    """The definitions of the workspace as it is now."""
    return Shelf(path=workspace().path, kinds=load_kinds(), fact_names=names_in_facts)


def names_in_facts(path: Path) -> Mapping[str, frozenset[str]]:
    """The names that the facts hold; asked again when an import has written events."""
    log = workspace().facts_path / "events" / "_delta_log"
    return _names(path, log.stat().st_mtime_ns if log.is_dir() else 0)


def find_definitions(words: str, person: Person) -> Iterator[Found]:
    """Every definition, by its name and by all that its file says."""
    here = shelf()
    for kind in here.kinds:
        for place in here.places(kind):
            if place.nameable:
                text = place.file.read_text("utf-8", errors="replace")
                yield Found(
                    title=place.name.replace("_", " "),
                    kind="definition",
                    path=place.path,
                    more=f"{kind.name} {text}",
                )


@lru_cache(maxsize=4)
def _names(path: Path, _written_at: int) -> Mapping[str, frozenset[str]]:
    return fact_names(path)
