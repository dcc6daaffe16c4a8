"""What is recommended now, and what did people make of what was recommended? Start reading here.

What is recommended is computed from facts whenever it is asked for. A record is kept of what people say to
it: what it takes, yes or no and why; and with a decision everything that the score was made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from pydantic import TypeAdapter

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import Conflict, QuarterdeckError, did_you_mean
from quarterdeck.feedback.backlog.calc.grounds import Weighed, not_apart, ranked, weigh
from quarterdeck.feedback.backlog.calc.rice import Range
from quarterdeck.feedback.backlog.models.recommending import Recommendation, RecommendationState
from quarterdeck.feedback.backlog.service.gathering import Gathered, gather
from quarterdeck.feedback.backlog.service.items import work_items
from quarterdeck.feedback.backlog.service.linking import link_theme
from quarterdeck.feedback.backlog.service.telling import title_of
from quarterdeck.feedback.themes.service.book import name_now, names_called
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace
from quarterdeck.records.links import join, neighbours
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject

WEIGHED = TypeAdapter(Weighed)
ASKS_FOR, ITEM = "asks for", "work item"
MOST_REASON = 4000
MOST_WEEKS = 1000.0
COMES_BACK_AFTER = timedelta(weeks=13)


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """One theme as it is recommended now: its rank among all, and whose score may be the same.

    `record` is what people said to it, where they said anything; `before` a decline that it comes back from.
    """

    rank: int
    title: str
    weighed: Weighed
    not_apart: tuple[str, ...]
    following: Weighed | None
    record: Recommendation | None
    before: Recommendation | None


@dataclass(frozen=True, kw_only=True)
class Recommendations:
    """Everything that is recommended, most worth first; what is only watched; and what was decided."""

    as_of: date
    changes: tuple[Recommended, ...]
    watched: tuple[Recommended, ...]
    under_way: tuple[Recommendation, ...]
    declined: tuple[Recommendation, ...]
    customers: int
    arr: float
    arr_at_risk: float
    pins: Mapping[str, str]

    def find(self, theme: str) -> Recommended:
        """What is recommended about a theme."""
        every = (*self.changes, *self.watched)
        for each in every:
            if each.weighed.grounds.theme == theme:
                return each
        names = [each.weighed.grounds.theme for each in every]
        raise QuarterdeckError(
            f"Nothing is recommended about '{theme[:80]}'.",
            did_you_mean(theme, names) or "It may be accepted already, or be no theme of the taxonomy.",
        )


def recommend(here: Workspace, as_of: date | None = None) -> Recommendations | None:
    """What is recommended as of a day; None where there is no taxonomy, or nothing is tagged yet."""
    gathered = gather(here, as_of)
    return None if gathered is None else _recommended(gathered)


def _recommended(gathered: Gathered) -> Recommendations:
    newest = newest_of_each_theme()
    weighed = [_weigh(grounds, newest.get(grounds.theme)) for grounds in gathered.grounds]
    accepted = _in(RecommendationState.ACCEPTED).values_list("theme", flat=True)
    held = {name_now(workspace(), theme) for theme in accepted}
    # What is accepted is under way; it comes back as what to do with that work, not as something new.
    open_ones = [each for each in weighed if each.grounds.theme not in held or each.grounds.items]
    shown = [each for each in open_ones if not _rests(each, newest.get(each.grounds.theme))]
    order = ranked(shown)
    changes = [each for each in order if each.verb != "watch"]
    told = [
        Recommended(
            rank=place,
            title=title_of(each),
            weighed=each,
            not_apart=tuple(other.grounds.theme for other in not_apart(each, changes)),
            following=next((other for other in changes[place:] if other is not each), None),
            record=_open_record(newest.get(each.grounds.theme)),
            before=_declined_record(newest.get(each.grounds.theme)),
        )
        for place, each in enumerate(order, start=1)
    ]
    customers, arr, arr_at_risk = gathered.together({each.grounds.theme for each in changes})
    return Recommendations(
        as_of=gathered.as_of,
        changes=tuple(each for each in told if each.weighed.verb != "watch"),
        watched=tuple(each for each in told if each.weighed.verb == "watch"),
        under_way=tuple(_in(RecommendationState.ACCEPTED)),
        declined=tuple(_in(RecommendationState.DECLINED)),
        customers=customers,
        arr=arr,
        arr_at_risk=arr_at_risk,
        pins=gathered.pins,
    )


def _weigh(grounds: Any, record: Recommendation | None) -> Weighed:
    said = effort_said(record) if record is not None else None
    return weigh(grounds, said=said, said_by=record.effort_as if said and record else "")


def effort_said(record: Recommendation) -> Range | None:
    """What a person said that it takes, in weeks of one person."""
    if record.effort is None:
        return None
    return Range(
        point=record.effort,
        low=record.effort_low if record.effort_low is not None else record.effort,
        high=record.effort_high if record.effort_high is not None else record.effort,
    )


def weighed_then(record: Recommendation) -> Weighed | None:
    """Everything that a score was made of when it was last proposed, or decided about."""
    return WEIGHED.validate_python(record.inputs) if record.inputs else None


def _rests(each: Weighed, record: Recommendation | None) -> bool:
    """Whether it was declined and nothing has changed enough to ask again.

    It comes back after a quarter, or when more customers speak of it than its reach was thought to be.
    """
    if record is None or record.state != RecommendationState.DECLINED or record.decided_at is None:
        return False
    if timezone.now() - record.decided_at >= COMES_BACK_AFTER:
        return False
    then = weighed_then(record)
    if then is None or then.reach is None or each.reach is None:
        return True
    return each.reach.low <= then.reach.high


@transaction.atomic
def say_effort(
    *, theme: str, weeks: float, by: Person, low: float | None = None, high: float | None = None
) -> Recommendation:
    """Say what a change takes, in weeks of one person, with bounds if they are known."""
    found = Range(point=weeks, low=weeks if low is None else low, high=weeks if high is None else high)
    if not 0 < found.low <= found.point <= found.high <= MOST_WEEKS:
        raise QuarterdeckError(
            "An effort is a number of weeks above 0, with its bounds around it.",
            "Write 3, or 3 with 2 to 5.",
        )
    record = _open(theme, by=by)
    before = _effort_picture(record)
    record.effort, record.effort_low, record.effort_high = found.point, found.low, found.high
    record.effort_by, record.effort_as, record.effort_at = by, by.shown, timezone.now()
    _keep(record, _now(theme, record))
    log_change(
        by=by, verb="said effort", subject=subject_of(record), before=before, after=_effort_picture(record)
    )
    return record


@transaction.atomic
def accept(*, theme: str, by: Person, reason: str = "", item: str = "") -> Recommendation:
    """Take a recommendation, and say which work item does it; what it rests on is kept as it is now."""
    if item:
        work_items(workspace()).find(item)
    record = _decide(theme, RecommendationState.ACCEPTED, reason=reason, by=by)
    if item:
        _link(record, item, by=by)
    return record


@transaction.atomic
def decline(*, theme: str, by: Person, reason: str) -> Recommendation:
    """Turn a recommendation down and say why; it rests until something changes."""
    if not reason.strip():
        raise QuarterdeckError("A recommendation is declined with a reason.", "Say why in a sentence.")
    return _decide(theme, RecommendationState.DECLINED, reason=reason, by=by)


@transaction.atomic
def link_item(*, recommendation: Recommendation, item: str, by: Person) -> None:
    """Say which work item does what was accepted."""
    locked = Recommendation.objects.select_for_update().get(pk=recommendation.pk)
    if locked.state not in (RecommendationState.ACCEPTED, RecommendationState.MEASURED):
        raise Conflict(f"This recommendation is {locked.state}.", "Accept it; then a work item does it.")
    _link(locked, item, by=by)


@transaction.atomic
def note_measured(*, recommendation: Recommendation, by: Person | None, effect: Mapping[str, Any]) -> None:
    """Say that the effect of what was accepted has been measured."""
    locked = Recommendation.objects.select_for_update().get(pk=recommendation.pk)
    if locked.state == RecommendationState.MEASURED:
        return
    if locked.state != RecommendationState.ACCEPTED:
        raise Conflict(f"This recommendation is {locked.state}.", "Only what was accepted is measured.")
    locked.state = RecommendationState.MEASURED.value
    locked.measured_at = locked.changed_at = timezone.now()
    locked.save()
    log_change(by=by, verb="measured", subject=subject_of(locked), after=effect)


def items_of(record: Recommendation) -> tuple[str, ...]:
    """The work items that do it."""
    return tuple(
        each.subject.key
        for each in neighbours(subject_of(record))
        if each.outward and each.verb == ASKS_FOR and each.subject.type == ITEM
    )


def subject_of(record: Recommendation) -> Subject:
    """A recommendation as the subject of a change."""
    return Subject(type="recommendation", key=str(record.pk), title=record.title)


def propose(found: Sequence[Recommended], pins: Mapping[str, str]) -> Mapping[str, Recommendation]:
    """Keep what a brief recommends, by theme: a theme has one open proposal, which grows with each brief."""
    kept = {}
    for each in found:
        theme = each.weighed.grounds.theme
        record = _open(theme, by=None)
        _keep(record, (each, pins))
        kept[theme] = record
    return kept


def _decide(theme: str, state: RecommendationState, *, reason: str, by: Person) -> Recommendation:
    said = reason.strip().replace("\0", "")
    if len(said) > MOST_REASON:
        raise QuarterdeckError(f"The reason has {len(said)} characters; {MOST_REASON} fit.", "Shorten it.")
    held = _in(RecommendationState.ACCEPTED).filter(theme__in=names_called(workspace(), theme)).first()
    if held is not None and not _is_asked_anew(theme):
        raise Conflict(f"{held.decided_as} accepted this already.", "Link a work item to it instead.")
    record = _open(theme, by=by)
    found, pins = _now(theme, record)
    _keep(record, (found, pins))
    record.state, record.reason = state.value, said
    record.decided_by, record.decided_as, record.decided_at = by, by.shown, timezone.now()
    record.changed_at = record.decided_at
    record.save()
    log_change(
        by=by,
        verb=state.value,
        subject=subject_of(record),
        after={"theme": theme, "what": record.title, **({"why": said} if said else {})},
    )
    return record


def _is_asked_anew(theme: str) -> bool:
    """Whether something else is recommended about a theme whose change is under way."""
    found = recommend(workspace())
    every = found.changes if found is not None else ()
    return any(each.weighed.grounds.theme == theme for each in every)


def _open(theme: str, *, by: Person | None) -> Recommendation:
    """The open proposal about a theme, made where there is none; of two at once one makes it."""
    now, (_, *earlier) = timezone.now(), names_called(workspace(), theme)
    proposed = Recommendation.objects.filter(state=RecommendationState.PROPOSED.value)
    if earlier and not proposed.filter(theme=theme).exists():
        # It was proposed under an earlier name: the same proposal goes on.
        renamed = proposed.filter(theme__in=earlier).order_by("-pk").values("pk")[:1]
        Recommendation.objects.filter(pk__in=list(renamed.values_list("pk", flat=True))).update(theme=theme)
    record, made = Recommendation.objects.select_for_update().get_or_create(
        theme=theme,
        state=RecommendationState.PROPOSED.value,
        defaults={"title": theme, "verb": "watch", "proposed_at": now, "changed_at": now},
    )
    if made:
        last = about(theme).exclude(pk=record.pk).first()
        if last is not None and last.state == RecommendationState.DECLINED:
            # What somebody once said it takes still holds.
            for name in ("effort", "effort_low", "effort_high", "effort_by", "effort_as", "effort_at"):
                setattr(record, name, getattr(last, name))
        log_change(by=by, verb="proposed", subject=subject_of(record), after={"theme": theme})
    return record


def _now(theme: str, record: Recommendation) -> tuple[Recommended, Mapping[str, str]]:
    """What is recommended about a theme at this moment, with what was said about its effort."""
    record.save()
    found = recommend(workspace())
    if found is None:
        raise Conflict("Nothing is tagged yet.", "Recommendations need a taxonomy and quotes.")
    return found.find(theme), found.pins


def _keep(record: Recommendation, found: tuple[Recommended, Mapping[str, str]]) -> None:
    each, pins = found
    record.title, record.verb = each.title[:300], each.weighed.verb
    record.inputs = WEIGHED.dump_python(each.weighed, mode="json")
    record.pins = dict(pins)
    record.changed_at = timezone.now()
    record.save()


def _link(record: Recommendation, item: str, *, by: Person) -> None:
    found = work_items(workspace()).find(item)
    target = Subject(type=ITEM, key=found.key, title=found.title)
    join(source=subject_of(record), verb=ASKS_FOR, target=target, by=by)
    link_theme(theme=name_now(workspace(), record.theme), item=found.key, by=by)


def about(theme: str) -> QuerySet[Recommendation]:
    """What was recommended about a theme, whatever it was called then, the newest first."""
    return Recommendation.objects.filter(theme__in=names_called(workspace(), theme))


def newest_of_each_theme() -> Mapping[str, Recommendation]:
    """What people said last to each theme, by its name of now; an open proposal before anything closed."""
    newest: dict[str, Recommendation] = {}
    for record in Recommendation.objects.order_by("pk"):
        newest[name_now(workspace(), record.theme)] = record
    return newest


def _open_record(record: Recommendation | None) -> Recommendation | None:
    return record if record is not None and record.is_open else None


def _declined_record(record: Recommendation | None) -> Recommendation | None:
    return record if record is not None and record.state == RecommendationState.DECLINED else None


def _in(state: RecommendationState) -> QuerySet[Recommendation]:
    return Recommendation.objects.filter(state=state.value).order_by("-decided_at", "-pk")


def _effort_picture(record: Recommendation) -> Mapping[str, Any]:
    return {"weeks": record.effort, "low": record.effort_low, "high": record.effort_high}
