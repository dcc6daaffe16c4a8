"""How is drawn what flows from column to column: a band for each way, as wide as what goes there?

A Sankey diagram (Sankey, 1898) in columns. The places of a column are ordered by where their bands come from,
so that few bands cross; small places stand together as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from quarterdeck.charts.svg import Drawing, element, number, picture

TOP, AIR, PLACE = 22.0, 15.0, 8.0
MOST_PLACES = 6
OTHERS = "others"
Place = tuple[int, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """How much goes from a place in a column (from 0) to a place in the next, and what that is in words."""

    column: int
    source: str
    target: str
    amount: float
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """How large a drawing is: its sides, how much stays for the last names, and how long a name may be."""

    width: float
    height: float
    margin: float
    longest: int
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spot:
    x: float
    y: float
    height: float


def draw_flows(
    flows: Sequence[Flow], paper: Paper, *, headings: Sequence[str], sentence: str
) -> Drawing | None:
    """Every flow between places; None where there is none. The headings are of columns 0, 1, 2 ..."""
    gathered = _gathered(flows)
    if not gathered:
        return None
    amounts = _amounts(gathered)
    columns = _ordered(gathered, amounts)
    scale = min(
        (paper.height - TOP - AIR * len(places)) / sum(amounts[place] for place in places)
        for places in columns
        if places
    )
    first = min(flow.column for flow in gathered)
    step = (paper.width - paper.margin - PLACE) / max(len(columns) - 1, 1)
    spots = dict(_spots(columns, amounts, scale, step))
    parts = [*_bands(gathered, spots, scale), *_places(spots, amounts, paper.longest)]
    for column, heading in zip(range(len(columns)), headings[first:], strict=False):
        parts.append(element("text", heading, x=step * column, y=10))
    return picture(paper.width, paper.height, *parts, sentence=sentence, kind=paper.kind)


def _gathered(flows: Sequence[Flow]) -> list[Flow]:
    """The flows with the small places of each column as one; what then goes the same way is added."""
    kept: set[Place] = set()
    amounts = _amounts(flows)
    for column in {column for column, _ in amounts}:
        here = sorted(
            (place for place in amounts if place[0] == column), key=lambda each: (-amounts[each], each)
        )
        kept |= set(here if len(here) <= MOST_PLACES else here[: MOST_PLACES - 1])
    found: dict[tuple[int, str, str], Flow] = {}
    for flow in flows:
        source = flow.source if (flow.column, flow.source) in kept else OTHERS
        target = flow.target if (flow.column + 1, flow.target) in kept else OTHERS
        same = found.get((flow.column, source, target))
        added = flow.amount + (same.amount if same else 0)
        words = "" if same or OTHERS in (source, target) else flow.words
        found[flow.column, source, target] = replace(
            flow, source=source, target=target, amount=added, words=words
        )
    return list(found.values())


def _amounts(flows: Iterable[Flow]) -> Mapping[Place, float]:
    """How much comes to a place, or leaves it, whichever is more."""
    come: dict[Place, float] = defaultdict(float)
    leave: dict[Place, float] = defaultdict(float)
    for flow in flows:
        leave[flow.column, flow.source] += flow.amount
        come[flow.column + 1, flow.target] += flow.amount
    return {place: max(come[place], leave[place]) for place in {*come, *leave}}


def _ordered(flows: Sequence[Flow], amounts: Mapping[Place, float]) -> list[list[Place]]:
    """The places of each column from top to bottom: the first by size, the others by where they come from."""
    columns: list[list[Place]] = []
    numbers = {column for column, _ in amounts}
    # A column in which nothing is known stays empty, so that the others keep their places.
    for column in range(min(numbers), max(numbers) + 1):
        here = [place for place in amounts if place[0] == column]
        above = {place: rank for rank, place in enumerate(columns[-1])} if columns else {}
        pull = {place: _pull(place, flows, above) for place in here}
        here.sort(key=lambda place: (place[1] == OTHERS, pull[place], -amounts[place], place[1]))
        columns.append(here)
    return columns


def _pull(place: Place, flows: Sequence[Flow], above: Mapping[Place, int]) -> float:
    come = [flow for flow in flows if (flow.column + 1, flow.target) == place]
    total = sum(flow.amount for flow in come)
    return sum(above[flow.column, flow.source] * flow.amount for flow in come) / total if total else 0.0


def _spots(
    columns: Sequence[Sequence[Place]], amounts: Mapping[Place, float], scale: float, step: float
) -> Iterator[tuple[Place, _Spot]]:
    for column, places in enumerate(columns):
        y = TOP
        for place in places:
            height = max(amounts[place] * scale, 1.0)
            yield place, _Spot(x=step * column, y=y, height=height)
            y += height + AIR


def _bands(flows: Sequence[Flow], spots: Mapping[Place, _Spot], scale: float) -> Iterator[Drawing]:
    """The widest band of each column is the darker one; bands leave and arrive in the order of their ends."""
    left: dict[Place, float] = defaultdict(float)
    come: dict[Place, float] = defaultdict(float)
    widest = {flow.column: flow for flow in sorted(flows, key=lambda flow: flow.amount)}
    for flow in sorted(
        flows, key=lambda flow: (spots[flow.column, flow.source].y, spots[flow.column + 1, flow.target].y)
    ):
        source, target = (flow.column, flow.source), (flow.column + 1, flow.target)
        begin, end = spots[source], spots[target]
        thick = flow.amount * scale
        path = _band(begin.x + PLACE, begin.y + left[source], end.x, end.y + come[target], thick)
        left[source] += thick
        come[target] += thick
        tone = "flow first" if widest[flow.column] is flow else "flow"
        title = [element("title", flow.words)] if flow.words else []
        yield element("path", *title, class_=tone, d=path)


def _band(x1: float, y1: float, x2: float, y2: float, thick: float) -> str:
    middle = number((x1 + x2) / 2)
    upper = (
        f"M{number(x1)} {number(y1)}C{middle} {number(y1)} {middle} {number(y2)} {number(x2)} {number(y2)}"
    )
    low1, low2 = number(y1 + thick), number(y2 + thick)
    return f"{upper}V{low2}C{middle} {low2} {middle} {low1} {number(x1)} {low1}Z"


def _places(spots: Mapping[Place, _Spot], amounts: Mapping[Place, float], longest: int) -> Iterator[Drawing]:
    for place, spot in spots.items():
        name = place[1] if len(place[1]) <= longest else place[1][: longest - 1] + "…"
        yield element("rect", class_="fill-1", x=spot.x, y=spot.y, width=PLACE, height=spot.height)
        yield element(
            "text",
            element("tspan", name, class_="label"),
            f" {amounts[place]:,.0f}",
            class_="halo",
            x=spot.x + PLACE + 5,
            y=spot.y + spot.height / 2 + 4,
        )
