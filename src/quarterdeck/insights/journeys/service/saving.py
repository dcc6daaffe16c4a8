"""How does a question become a definition: its YAML, and the draft that others can read before it counts?"""

from __future__ import annotations

import json
import re
import unicodedata

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.addresses import NOT_ASKED
from quarterdeck.insights.journeys.service.book import COHORT, JOURNEY, find_journey, read_journeys
from quarterdeck.insights.journeys.service.seen import title_of
from quarterdeck.insights.journeys.service.written import yaml_of
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.workshop import drafting
from quarterdeck.records.workshop.shelf import Shelf

MOST_NAME = 60
RESERVED = frozenset({"explore", "moved", "new", "run", "stopped"})  # the last part of another page's address


def name_of(title: str) -> str:
    """The name of the file for a title: "First week of a team" is first_week_of_a_team.

    >>> name_of("Première semaine, 2026")
    'premiere_semaine_2026'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MOST_NAME].strip("_")
    if not name or not name[0].isalpha() or name in RESERVED:
        raise QuarterdeckError(
            f"'{title[:MOST_NAME]}' makes no name for a file.",
            "Begin with a letter, for example: First week.",
        )
    return name


def is_changed(saved: Journey, asked: Journey) -> bool:
    """Does a question ask something else than the journey that it began as? How that is called is no part."""
    return _asks(saved) != _asks(asked)


def save_as_draft(*, journey: Journey, title: str, by: Person, name: str = "") -> str:
    """Begin a draft of a journey; the address where it is edited and promoted.

    A file that is there is never written over: only a question that began as that journey (`name`) becomes a
    draft of it, to be compared and promoted by an editor.
    """
    title = " ".join(title.replace("\0", "").split())[:MOST_NAME]
    shelf = Shelf(path=workspace().path, kinds=(JOURNEY, COHORT))
    began = read_journeys(workspace()).get(name)
    if began is not None and title == (began.model.title or name):
        place = shelf.place(JOURNEY.name, name)
        kept = {key: getattr(began.model, key) for key in ("description", "owner", "no_lint")}
        journey = journey.model_copy(update=kept)
    else:
        place = shelf.place(JOURNEY.name, name_of(title))
        if shelf.on_disk(place).digest:
            raise Conflict(
                f"There is a journey '{place.name}' already, in {place.written}.",
                "Choose another title; or open that journey, change it, and save it under its own.",
            )
    text = yaml_of(journey.model_copy(update={"title": title}))
    drafting.begin(shelf=shelf, place=place, by=by, text=text)
    return f"{place.path}edit/"


def cohort_of_lost(*, name: str, before: int, by: Person) -> str:
    """Begin the draft of a cohort: who is lost before a step of a saved funnel; where it is edited."""
    saved = find_journey(workspace(), name).model
    if saved.kind != "funnel" or not 2 <= before <= len(saved.steps):
        raise QuarterdeckError(
            f"The journey '{name}' has no step {before} to be lost before.", "Choose another."
        )
    step = saved.steps[before - 1]
    title = f"Lost before {step.label or title_of(step.name)}"[:MOST_NAME]
    shelf = Shelf(path=workspace().path, kinds=(JOURNEY, COHORT))
    place = shelf.place(COHORT.name, name_of(f"{name} lost before {before}"))
    if not shelf.on_disk(place).digest:
        text = f"title: {json.dumps(title, ensure_ascii=False)}\njourney: {name}\nlost_before: {before}\n"
        drafting.begin(shelf=shelf, place=place, by=by, text=text)
    return f"{place.path}edit/"


def _asks(journey: Journey) -> dict[str, object]:
    return journey.model_dump(mode="json", exclude=set(NOT_ASKED), exclude_defaults=True)
