"""Which metrics would somebody begin with, to judge by how the events are used?

Rules, not a model: each suggestion says the numbers it rests on, and a person chooses.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Place = Literal["north star", "input", "guardrail"]

# Seeing a page or coming back says little about value; failing says something about quality.
PASSIVE = re.compile(
    r"page|view|screen|open|visit|session|log.?in|sign.?in|log.?out|start|launch|ping|heartbeat|impression|identify",
    re.IGNORECASE,
)
FAILING = re.compile(r"error|fail|crash|exception|timeout|bug", re.IGNORECASE)
JOINING = re.compile(
    r"sign.?up|signed.?up|register|registration|account.?created|user.?created|joined|onboard", re.IGNORECASE
)
MOST_TITLE = 40
ONCE = 1.3
FIRST_DAY_SHARE = 0.6
ACCOUNT_SHARE = 0.8
FEW = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """How one event is used; `person_weeks` counts each person once in each week, over all weeks."""

    event: str
    times: int
    people: int
    weeks: int
    person_weeks: int
    first_day_times: int
    with_account: int

    @property
    def times_a_person(self) -> float:
        return self.times / self.people if self.people else 0.0

    @property
    def first_day_share(self) -> float:
        return self.first_day_times / self.times if self.times else 0.0

    @property
    def account_share(self) -> float:
        return self.with_account / self.times if self.times else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A metric to begin with: where it would stand, what it says, and what speaks for it.

    `content` holds the definition's keys as the YAML file has them; `needs` the metrics it divides.
    """

    name: str
    place: Place
    title: str
    because: str
    content: dict[str, object] = field(default_factory=dict)
    needs: tuple["Suggestion", ...] = ()


def suggest(habits: Sequence[Habit], *, weeks: int, people: int) -> tuple[Suggestion, ...]:
    """North stars first, then inputs, then guardrails, the best of each kind first."""
    core = core_actions(habits, weeks=weeks)
    if not core:
        return ()
    joining = joining_events(habits)
    return (
        *_north_stars(core[:3]),
        *_inputs(core, joining, people),
        *_guardrails(habits, core[0]),
    )


def core_actions(habits: Sequence[Habit], *, weeks: int) -> list[Habit]:
    """What people come back to do: weekly reach times how often one returns, without what is passive."""
    active = [
        habit
        for habit in habits
        if habit.people >= min(FEW, max(other.people for other in habits))
        and not PASSIVE.search(habit.event)
        and not FAILING.search(habit.event)
        and not (habit.times_a_person < ONCE and habit.first_day_share > FIRST_DAY_SHARE)
    ]
    return sorted(active, key=lambda habit: (-_pull(habit, weeks), habit.event))


def joining_events(habits: Sequence[Habit]) -> list[Habit]:
    """What people do once, when they are new."""
    once = [
        habit
        for habit in habits
        if habit.times_a_person < ONCE
        and not FAILING.search(habit.event)
        and (habit.first_day_share > FIRST_DAY_SHARE or JOINING.search(habit.event))
    ]
    return sorted(once, key=lambda habit: (not JOINING.search(habit.event), -habit.people, habit.event))


def _pull(habit: Habit, weeks: int) -> float:
    """People a week who do it, times the weeks in which a person does it again."""
    reach = habit.person_weeks / max(weeks, 1)
    returning = habit.person_weeks / max(habit.people, 1)
    return reach * returning


def _north_stars(core: Sequence[Habit]) -> Iterator[Suggestion]:
    for habit in core:
        again = habit.person_weeks / max(habit.people, 1)
        because = f"{habit.people:,} people did it, each in {again:.1f} weeks on average."
        if habit.account_share >= ACCOUNT_SHARE:
            yield _unique(habit, "account", "north star", because)
        yield _unique(habit, "person", "north star", because)


def _inputs(core: Sequence[Habit], joining: Sequence[Habit], people: int) -> Iterator[Suggestion]:
    best = core[0]
    for habit in joining[:2]:
        yield _unique(
            habit,
            "person",
            "input",
            f"{habit.people:,} of {people:,} people did it, nearly all once: it is how they begin.",
        )
    counted = _count(best)
    doing = _unique(best, "person", "input", "")
    yield Suggestion(
        name=f"{_slug(best.event)}_per_person",
        place="input",
        title=_title(f"{_words(best.event)} per person"),
        because=f"A person does it {best.times_a_person:.1f} times in all; doing it more is depth of use.",
        content={
            "kind": "ratio",
            "numerator": counted.name,
            "denominator": doing.name,
            "unit": "number",
            "description": f"Times of {best.event}, for each person who did it in the week.",
        },
        needs=(counted, doing),
    )
    for habit in core[1:4]:
        yield _unique(
            habit, "person", "input", f"{habit.people:,} people come back to it; it may drive the first."
        )


def _guardrails(habits: Sequence[Habit], best: Habit) -> Iterator[Suggestion]:
    failing = sorted((habit for habit in habits if FAILING.search(habit.event)), key=lambda each: -each.times)
    for habit in failing[:2]:
        yield Suggestion(
            name=_slug(habit.event),
            place="guardrail",
            title=_title(_words(habit.event)),
            because=f"It happened {habit.times:,} times to {habit.people:,} people; it must not grow.",
            content={
                "kind": "count",
                "event": habit.event,
                "direction": "lower is better",
                "description": f"Times of {habit.event} in the week.",
            },
        )


def _unique(habit: Habit, of: Literal["person", "account"], place: Place, because: str) -> Suggestion:
    whom = "People" if of == "person" else "Accounts"
    return Suggestion(
        name=f"{_slug(habit.event)}_{'people' if of == 'person' else 'accounts'}",
        place=place,
        title=_title(f"{whom}: {_words(habit.event).lower()}"),
        because=because,
        content={
            "kind": "unique",
            "of": of,
            "event": habit.event,
            "description": f"{whom} with {habit.event} in the week, each counted once.",
        },
    )


def _count(habit: Habit) -> Suggestion:
    return Suggestion(
        name=f"{_slug(habit.event)}_times",
        place="input",
        title=_title(f"Times: {_words(habit.event).lower()}"),
        because="",
        content={
            "kind": "count",
            "event": habit.event,
            "description": f"Times of {habit.event} in the week.",
        },
    )


def _slug(event: str) -> str:
    """A name that a file may bear.

    >>> _slug("Order Completed!"), _slug("3rd step")
    ('order_completed', 'event_3rd_step')
    """
    plain = re.sub(r"[^a-z0-9]+", "_", event.casefold()).strip("_")[:50] or "event"
    return plain if plain[0].isalpha() else f"event_{plain}"


def _words(event: str) -> str:
    """An event's name as people read it.

    >>> _words("order_completed"), _words("OrderCompleted")
    ('Order completed', 'Order completed')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", event)
    plain = re.sub(r"[_\-.:/\s]+", " ", spaced).strip().lower()
    return plain[:1].upper() + plain[1:]


def _title(words: str) -> str:
    return words if len(words) <= MOST_TITLE else f"{words[: MOST_TITLE - 1].rstrip()}…"
