"""How do programs ask journeys: the saved ones, any question, and why somebody stopped?"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate

from quarterdeck.definitions.folder import Definition
from quarterdeck.errors import Conflict
from quarterdeck.facts.pins import pins_of
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.asking import Asked
from quarterdeck.insights.journeys.service.book import read_journeys
from quarterdeck.insights.journeys.service.preparing import NotReady, ready
from quarterdeck.insights.journeys.service.restated import restated_since
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.here import workspace
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission

router = Router(tags=["journeys"])
MOST_LISTED = 1000
MOST_STEPS = 20


class JourneyOut(Schema):
    """A saved journey."""

    name: str
    title: str
    description: str
    kind: str
    owner: str
    version: str = Field(description="Names what the definition says.")


class DefinedOut(JourneyOut):
    """A saved journey with its question."""

    definition: dict[str, Any] = Field(description="As its file says it, without what is as usual.")


class AnswerOut(Schema):
    """The answer to a journey, and from which versions of the facts it was read."""

    kind: str
    title: str
    dialect: str
    unit: str
    since: datetime
    until: datetime
    known_until: datetime = Field(description="The last moment that the answer can tell of.")
    facts_end: datetime | None = Field(description="The newest event, where facts lag behind.")
    versions: dict[str, int]
    remarks: list[str] = Field(description="Events that are asked for and that there are none of.")
    figures: dict[str, Any] = Field(description="Of the kind: groups with steps, rows, lines or edges.")


class PinsIn(Schema):
    """At which versions of the tables."""

    pins: str = Field("", max_length=2000, description="events.12~people.3; the newest facts unless told.")


class StopIn(PinsIn):
    """Which stop is looked at."""

    step: int = Field(ge=2, le=MOST_STEPS, description="Before this step, counted from 1.")
    reason: str = Field("", max_length=20, description="The key of a reason; the most frequent unless told.")
    who: int = Field(0, ge=0, le=MOST_LISTED, description="Explain one of the list, by place.")
    limit: int = Field(10, ge=1, le=MOST_LISTED, description="How many are listed at most.")


class ReasonOut(Schema):
    """Why people stopped, and how many."""

    key: str
    words: str
    count: int


class StoppedPersonOut(Schema):
    """One who stopped; the name is hidden from who may not see it."""

    place: int
    name: str
    last: datetime = Field(description="When the last step was reached.")


class WhyOut(Schema):
    """Why one of them is here."""

    name: str
    steps: list[tuple[str, datetime]]
    verdict: str
    until: datetime | None


class StoppedOut(Schema):
    """Who stopped before a step: each for exactly one reason."""

    step: int
    before: str
    count: int
    reasons: list[ReasonOut]
    reason: ReasonOut | None
    people: list[StoppedPersonOut]
    why: WhyOut | None


class MoveIn(PinsIn):
    """Which move of a path is looked at."""

    source: str = Field(min_length=1, max_length=200, description="From this stop.")
    target: str = Field(min_length=1, max_length=200, description="To this stop.")
    step: int | None = Field(None, ge=1, le=19, description="As this move of their path; any unless told.")
    limit: int = Field(10, ge=1, le=MOST_LISTED, description="How many are listed at most.")


class MovedPersonOut(Schema):
    """One who made a move; the name is hidden from who may not see it."""

    place: int
    name: str
    last: datetime = Field(description="When they came there last.")


class MovedOut(Schema):
    """Who went from one stop to another: the same moves as the count of an edge."""

    source: str
    target: str
    step: int | None
    moves: int
    units: int
    people: list[MovedPersonOut]


class RestatedLineOut(Schema):
    """The figure after one thing changed, and by how much it moved."""

    what: str
    figure: str
    moved: str


class RestatedOut(Schema):
    """A figure then and now, and what changed in between."""

    what: str
    sentence: str
    lines: list[RestatedLineOut]
    versions_before: dict[str, int]
    versions_after: dict[str, int]


@router.get("/journeys", auth=needs(Permission.READ), response=list[JourneyOut])
@paginate(Paging)
def list_journeys(request: HttpRequest) -> list[Any]:
    """Every saved journey, by name."""
    return [_told(definition) for definition in read_journeys(workspace()).values()]


# No saved journey is named "run", "stopped" or "moved": these stand before the address of one.
@router.post("/journeys/run", auth=needs(Permission.READ), response=AnswerOut)
def run_journey(request: HttpRequest, journey: Journey, pins: Query[PinsIn]) -> Any:
    """What any journey finds; nothing is kept. 409 while its events are being sorted."""
    return _answer(request, journey, pins.pins)


@router.post("/journeys/stopped", auth=needs(Permission.READ), response=StoppedOut)
def show_stopped(request: HttpRequest, journey: Journey, stop: Query[StopIn]) -> Any:
    """Who stopped before a step of a funnel, why, and why one of them is among them."""
    tables = _made_ready(request, journey, stop.pins)
    from quarterdeck.insights.journeys.service.answering import stopped_at  # slow import

    found = stopped_at(
        workspace(),
        journey,
        Asked(stop=stop.step, reason=stop.reason, who=stop.who),
        tables=tables,
        sees_personal=asking(request).sees_personal,
        listed=stop.limit,
    )
    return asdict(found)


@router.post("/journeys/moved", auth=needs(Permission.READ), response=MovedOut)
def show_moved(request: HttpRequest, journey: Journey, move: Query[MoveIn]) -> Any:
    """Who went from one stop of a path to another."""
    tables = _made_ready(request, journey, move.pins)
    from quarterdeck.insights.journeys.service.answering import moved_at  # slow import

    found = moved_at(
        workspace(),
        journey,
        (move.source, move.target),
        step=move.step,
        tables=tables,
        sees_personal=asking(request).sees_personal,
        listed=move.limit,
    )
    return asdict(found)


@router.get("/journeys/{name}", auth=needs(Permission.READ), response=DefinedOut)
def show_journey(request: HttpRequest, name: str) -> Any:
    """One saved journey with its question."""
    definition = _saved(name)
    said = definition.model.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    return {**_told(definition), "definition": said}


@router.get("/journeys/{name}/answer", auth=needs(Permission.READ), response=AnswerOut)
def answer_saved_journey(request: HttpRequest, name: str, pins: Query[PinsIn]) -> Any:
    """What a saved journey finds; 409 while its events are being sorted."""
    return _answer(request, _saved(name).model, pins.pins)


@router.get("/journeys/{name}/restated", auth=needs(Permission.READ), response=RestatedOut)
def restate_saved_journey(request: HttpRequest, name: str, against: date) -> Any:
    """What has become of its figure since the end of a day, and why; 409 while it is counted anew."""
    _saved(name)
    try:
        return asdict(restated_since(name, against, by=asking(request)))
    except NotReady as not_ready:
        raise Conflict(
            "The figure is being counted anew.", f"Job {not_ready.job.pk} does it; ask again when it is done."
        ) from not_ready


def _answer(request: HttpRequest, journey: Journey, pins: str) -> Any:
    tables = _made_ready(request, journey, pins)
    from quarterdeck.insights.journeys.service.answering import answer_journey  # slow import

    found = answer_journey(workspace(), journey, tables=tables, sees_personal=asking(request).sees_personal)
    return found.as_json()


def _made_ready(request: HttpRequest, journey: Journey, pins: str) -> dict[str, int]:
    tables = pins_of(pins) if pins else {}
    try:
        ready(journey, tables, by=asking(request))
    except NotReady as not_ready:
        raise Conflict(
            "The events are being sorted for this question.",
            f"Job {not_ready.job.pk} does it; ask again when it is done.",
        ) from not_ready
    return tables


def _saved(name: str) -> Definition[Journey]:
    found = read_journeys(workspace()).get(name)
    if found is None:
        raise Http404
    return found


def _told(definition: Definition[Journey]) -> dict[str, Any]:
    journey = definition.model
    return {
        "name": definition.name,
        "title": journey.title,
        "description": journey.description,
        "kind": journey.kind,
        "owner": journey.owner,
        "version": definition.version,
    }
