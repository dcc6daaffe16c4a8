"""How do trends and lifecycles look over time?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from quarterdeck.charts.plot import ticks
from quarterdeck.charts.svg import Drawing, element, number, picture
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.answers import JourneyAnswer
from quarterdeck.insights.journeys.service.laid import (
    MOST_ROWS,
    Cell,
    Json,
    Laid,
    Row,
    day,
    number_words,
    worth_words,
)
from quarterdeck.insights.journeys.service.seen import title_of
from quarterdeck.stats.figures import opening

MOST_LINES = 4
LEFT, RIGHT, BOTTOM, HIGH = 40.0, 560.0, 220.0, 200.0
LONGEST, LINE = 20, 13.0
SLACK = timedelta(hours=2)  # a day of 23 hours is a whole day
Line = tuple[str, Sequence[float]]
Height = Callable[[float], float]
STATUSES = {
    "new": "{} new",
    "returning": "{} returning",
    "resurrecting": "{} back after a pause",
    "dormant": "{} gone",
}


def lay_trend(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    """A line for each series and value; one series alone is named above, its lines by their values."""
    labels = {line["label"] for line in figures["lines"]}
    lines = [(_name(line, alone=len(labels) == 1), line["data"]) for line in figures["lines"]]
    lines += [
        (f"{_name(line, alone=len(labels) == 1)}, before", line["data"])
        for line in figures.get("lines_before", ())
    ]
    about = title_of(labels.pop()) if len(labels) == 1 else ""
    by = f" by {' and '.join(journey.by)}" if journey.by else ""
    of = f"{about}{by}, a {journey.grain} each" if about else f"A {journey.grain} each"
    # Of several lines each has its own; the first is the one that the claim speaks of.
    worth = worth_words(figures["lines"][0]) if figures["lines"] else ""
    yield _over_time(found, journey, figures["starts"], lines, of, _said, worth)


def _name(line: Json, *, alone: bool) -> str:
    parts = [part or "no value" for part in line["value"]]
    return " / ".join(parts if alone and parts else (title_of(line["label"]), *parts))


def lay_lifecycle(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    """A line for each status."""
    lines = [(title_of(name), counts) for name, counts in figures["statuses"].items()]
    of = f"How many {found.unit}s are new, returning, back after a pause or gone, a {journey.grain} each"
    yield _over_time(found, journey, figures["starts"], lines, of, _statuses, worth_words(figures))
    if "arr" in figures:
        yield _worth_of_statuses(figures, found, journey)


def _worth_of_statuses(figures: Json, found: JourneyAnswer, journey: Journey) -> Laid:
    """The revenue that comes and goes with them."""
    lines = [
        (title_of(name), [-value for value in arr] if name == "dormant" else arr)
        for name, arr in figures["arr"].items()
    ]
    of = f"Annual revenue of the accounts behind each of them, a {journey.grain} each, every account once"
    return _over_time(found, journey, figures["starts"], lines, of, _statuses_worth)


def _said(lines: Sequence[Line], over: int, when: str, before: str) -> str:
    name, data = lines[0]
    if over < 2:
        return name
    return f"{opening(name)}: {number_words(data[over - 1])} {when}, {number_words(data[over - 2])} {before}"


def _statuses(lines: Sequence[Line], over: int, when: str, before: str) -> str:
    if not over:
        return "Nothing is over yet"
    told = [
        STATUSES[name.lower()].format(number_words(abs(data[over - 1])))
        for name, data in lines
        if name.lower() in STATUSES
    ]
    return f"{', '.join(told[:-1])} and {told[-1]} {when}"


def _statuses_worth(lines: Sequence[Line], over: int, when: str, before: str) -> str:
    said = _statuses(lines, over, when, before)
    return f"Revenue: {said}" if over else said


def _over_time(
    found: JourneyAnswer,
    journey: Journey,
    starts: Sequence[str],
    lines: Sequence[Line],
    of: str,
    say: Callable[[Sequence[Line], int, str, str], str],
    worth: str = "",
) -> Laid:
    """Lines over time; a last bucket that is not over yet stands in the table alone, marked."""
    over = len(starts) - _is_open(found, starts)
    rows = [
        Row(
            name=day(start),
            cells=tuple(
                Cell(words=number_words(data[place]) if place < len(data) else "", open=place >= over)
                for _, data in lines
            ),
        )
        for place, start in enumerate(starts)
    ]
    when, before = _when(journey.grain, starts[over - 1]) if over else ("", "")
    return Laid(
        claim=say(lines, over, when, before) if lines else "Nothing was found",
        measure=f"{of}.{' Hatched: not over yet.' if over < len(starts) else ''}{worth}",
        first="From",
        columns=tuple(name for name, _ in lines),
        rows=tuple(rows[-MOST_ROWS:]),
        drawing=_drawn(starts[:over], [(name, data[:over]) for name, data in lines[:MOST_LINES] if data]),
        left_out=max(0, len(rows) - MOST_ROWS),
    )


def _when(grain: str, start: str) -> tuple[str, str]:
    if grain == "day":
        return f"on {day(start)}", "the day before"
    if grain == "hour":
        return f"in the hour from {datetime.fromisoformat(start):%H:%M}", "the hour before"
    return f"in the {grain} of {day(start)}", f"the {grain} before"


def _is_open(found: JourneyAnswer, starts: Sequence[str]) -> bool:
    """Does the last bucket reach beyond what facts can tell of, or beyond what was asked about?"""
    if len(starts) < 2:
        return False
    before, last = (datetime.fromisoformat(start) for start in starts[-2:])
    known = min(datetime.fromisoformat(found.until), datetime.fromisoformat(found.known_until))
    return last + (last - before) - known > SLACK


def _drawn(starts: Sequence[str], lines: Sequence[Line]) -> Drawing | None:
    """Each line with its name at its end; the scale begins at zero or below."""
    values = [value for _, data in lines for value in data]
    if len(starts) < 2 or not values:
        return None
    marks = ticks(min(0.0, *values), max(*values, 1e-9), at_most=4)
    low, high = min(marks[0], *values), max(marks[-1], *values)

    def height(value: float) -> float:
        return BOTTOM - HIGH * (value - low) / (high - low)

    sentence = "; ".join(f"{name}: {number_words(data[-1])} at the end" for name, data in lines)
    parts = [*_axes(marks, starts, height), *_traces(lines, len(starts), height)]
    return picture(700, 244, *parts, sentence=sentence)


def _axes(marks: Sequence[float], starts: Sequence[str], height: Height) -> Iterator[Drawing]:
    for mark in marks:
        y = height(mark)
        yield element("line", class_="gridline" if mark else "axis", x1=LEFT, x2=RIGHT, y1=y, y2=y)
        yield element("text", number_words(mark), x=LEFT - 6, y=y + 4, text_anchor="end")
    yield element("text", day(starts[0]), x=LEFT, y=BOTTOM + 18)
    yield element("text", day(starts[-1]), x=RIGHT, y=BOTTOM + 18, text_anchor="end")


def _traces(lines: Sequence[Line], count: int, height: Height) -> Iterator[Drawing]:
    """The first line in front; names that would stand on each other move up."""
    taken: list[float] = []
    for place, (name, data) in enumerate(lines):
        spots = [(LEFT + (RIGHT - LEFT) * at / (count - 1), height(value)) for at, value in enumerate(data)]
        points = " ".join(f"{number(x)},{number(y)}" for x, y in spots)
        yield element("polyline", class_="series s5" if place else "series s1", points=points)
        y = spots[-1][1] + 4
        while any(abs(y - other) < LINE for other in taken):
            y -= LINE
        taken.append(y)
        short = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
        yield element("text", short, class_="l5" if place else "l1", x=RIGHT + 6, y=y)
