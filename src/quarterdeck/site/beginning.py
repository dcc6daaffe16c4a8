"""How far has a new team come, from facts to its first brief, and how are its first measures taken up?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from quarterdeck.definitions.blocks import replace_block
from quarterdeck.facts.status import TableStatus, read_status
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.calc.suggesting import Suggestion
from quarterdeck.insights.metrics.service.book import METRIC, TREE, read_metrics
from quarterdeck.insights.metrics.service.lint import EVENT
from quarterdeck.insights.metrics.service.suggest import (
    NO_EVENTS,
    SUGGEST,
    events_version,
    kept_suggestions,
    starting_texts,
)
from quarterdeck.jobs.models import Job, State
from quarterdeck.jobs.queue import ask
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.workshop.drafting import begin
from quarterdeck.records.workshop.promoting import promote
from quarterdeck.records.workshop.shelf import Shelf
from quarterdeck.report.brief.models import Edition
from quarterdeck.site.shelf import names_in_facts, shelf

WHY = "Chosen among what was suggested from the data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Rows in quarantine: how many, and of those the table and the reason that most of them have."""

    rows: int
    table: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """The state of the first hours: what is done, and the numbers that say so."""

    events: int
    waiting: Waiting | None
    latest: datetime | None
    measured: tuple[str, ...]
    unmeasured: tuple[str, ...]
    brief: Edition | None

    @property
    def has_facts(self) -> bool:
        return self.events > 0

    @property
    def has_measures(self) -> bool:
        """Whether the metric tree stands on events that the facts hold."""
        return bool(self.measured) and not self.unmeasured


def where_we_stand() -> Beginning:
    """How far this workspace has come."""
    here = workspace()
    states = {state.table: state for state in read_status(FactStore(here.facts_path))}
    events = states.get("events")
    book = read_metrics(here)
    known = names_in_facts(here.path).get(EVENT, frozenset())
    measured: list[str] = []
    unmeasured: list[str] = []
    for name in book.roles:
        asked = {event for part in book.parts(name) for event in book.get(part).events}
        (measured if asked <= known and known else unmeasured).append(name)
    return Beginning(
        events=events.rows if events else 0,
        waiting=_waiting(states.values()),
        latest=events.latest if events else None,
        measured=tuple(measured),
        unmeasured=tuple(unmeasured),
        brief=Edition.objects.defer("reading", "contributions").first(),
    )


def _waiting(states: Iterable[TableStatus]) -> Waiting | None:
    """What waits; its reason without the value for example, which may be about a person."""
    counts = [(n, state.table, reason) for state in states for reason, n in state.quarantined.items()]
    if not counts:
        return None
    _, table, reason = max(counts)
    return Waiting(
        rows=sum(count for count, _, _ in counts), table=table, reason=reason.partition(", such as ")[0]
    )


def suggested() -> tuple[Suggestion, ...] | None:
    """Metrics to begin with; None where events came in that nobody has looked at."""
    here = workspace()
    version, kept = events_version(here), kept_suggestions(here)
    if version == NO_EVENTS:
        return ()
    return kept.suggestions if kept is not None and kept.events_version == version else None


def ask_for_suggestions(*, by: Person) -> Job:
    """The job that looks at the events as they are now; one that failed on them stays the answer."""
    key = f"{SUGGEST} {events_version(workspace())}"
    last = Job.objects.filter(key=key).order_by("-pk").first()
    if last is not None and last.state == State.FAILED:
        return last
    return ask(SUGGEST, title="Look at how the events are used", key=key, by_id=by.pk)


def take_up(*, north_star: str, inputs: Iterable[str], retire: bool, by: Person) -> tuple[str, ...]:
    """Write the chosen metrics and the tree, as promotions of drafts; the names that were written.

    A metric that has a file already is left as it is. `retire` takes those out of force that measure events
    which no fact has, as the ones that a new workspace starts with.
    """
    # Newer events may have come in while somebody chose; what was shown to them counts.
    kept = kept_suggestions(workspace())
    texts = starting_texts(
        kept.suggestions if kept else (),
        north_star=north_star,
        inputs=inputs,
        owner=by.title or "Head of product",
    )
    held = shelf()
    written = []
    for path, text in texts.items():
        name = Path(path).stem
        kind = TREE.name if path.endswith("tree.yaml") else METRIC.name
        place = held.place(kind, name)
        if kind == METRIC.name and place.file.exists():
            continue
        _promote(held, kind, name, text, by)
        written.append(name)
    if retire:
        for name, text in _outdated(held).items():
            _promote(held, METRIC.name, name, text, by)
    return tuple(written)


def outdated() -> tuple[str, ...]:
    """Metrics outside the tree's reach that measure events which no fact has."""
    return tuple(_outdated(shelf()))


def _outdated(held: Shelf) -> Mapping[str, str]:
    here = workspace()
    book = read_metrics(here)
    known = names_in_facts(here.path).get(EVENT, frozenset())
    texts = {}
    for name in book.ordered:
        asked = {event for part in book.parts(name) for event in book.get(part).events}
        if asked and not asked & known:
            text = held.on_disk(held.place(METRIC.name, name)).text
            texts[name] = replace_block(text, "status", "retired", tuple(METRIC.model.model_fields))
    return texts


def _promote(held: Shelf, kind: str, name: str, text: str, by: Person) -> None:
    place = held.place(kind, name)
    draft = begin(shelf=held, place=place, by=by, text=text)
    promote(shelf=held, place=place, draft=draft, version=draft.version, by=by, why=WHY)
