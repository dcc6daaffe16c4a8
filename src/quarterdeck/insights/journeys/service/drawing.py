"""How is a funnel drawn: a bar for each step, with its interval and with what may still come?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quarterdeck.charts.svg import Drawing, element, number, picture
from quarterdeck.charts.whisker import draw_whisker
from quarterdeck.insights.journeys.service.seen import FunnelSeen, GroupSeen, StepSeen, percent
from quarterdeck.stats.figures import whole

ROW, BAR, FIRST, AIR = 66.0, 22.0, 33.0, 11.0
GROUP_ROW = 11.0
MOST_GROUPS = 3
SMALL, SMALL_ROW = 96.0, 7.0
INSIDE = 96.0  # a label fits into a bar of this width
TENTHS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnFunnel:
    """A funnel in two widths, with its claim and the line that says what is measured."""

    claim: str
    measure: str
    wide: Drawing
    narrow: Drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class _Paper:
    width: float
    right: float
    row: float
    hot: int
    groups: tuple[GroupSeen, ...]
    key: str

    def x(self, share: float) -> float:
        return share * self.right


def draw_funnel(seen: FunnelSeen) -> DrawnFunnel | None:
    """The chart of a funnel; None where nobody began."""
    if not seen.begun:
        return None
    hot = seen.stopped.step if seen.stopped else 0
    groups = seen.groups[:MOST_GROUPS]
    row = ROW + GROUP_ROW * max(0, len(groups) - 1)
    return DrawnFunnel(
        claim=claim_of(seen),
        measure=(
            f"Share of {whole(seen.begun)} {seen.noun} who did “{seen.steps[0].name}”, within {seen.within}. "
            "Whiskers: 95 % interval. Hatched: may still come."
        ),
        wide=_draw(seen, _Paper(width=600, right=480, row=row, hot=hot, groups=groups, key="w")),
        narrow=_draw(seen, _Paper(width=350, right=290, row=row, hot=hot, groups=groups, key="n")),
    )


def draw_small(shares: Sequence[float]) -> Drawing | None:
    """The steps of a funnel as bars without a word, for a line of a table or a brief; None without steps."""
    if not shares:
        return None
    bars = [
        element(
            "rect",
            class_="fill-1",
            x=0,
            y=SMALL_ROW * place,
            width=max(1, SMALL * share),
            height=SMALL_ROW - 2,
        )
        for place, share in enumerate(shares)
    ]
    words = ", ".join(percent(share) for share in shares)
    return picture(SMALL, SMALL_ROW * len(shares), *bars, sentence=f"Steps: {words}", kind="steps")


def claim_of(seen: FunnelSeen) -> str:
    """What the funnel says, in one sentence: where most stop, of those of whom it is known."""
    if len(seen.steps) == 1:
        return f"{whole(seen.begun)} {seen.noun} did “{seen.steps[0].name}”"
    worst = max(seen.steps[1:], key=lambda step: step.stopped, default=None)
    if worst is None or not worst.stopped:
        return f"Nobody has stopped before “{seen.steps[-1].name}” for good"
    before = seen.steps[worst.number - 2]
    known = before.reached - worst.open
    return f"{_in_ten(worst.stopped / known)} stop between “{before.name}” and “{worst.name}”"


def _in_ten(share: float) -> str:
    for denominator, name in ((2, "two"), (3, "three"), (4, "four"), (10, "ten")):
        parts = round(share * denominator)
        if 0 < parts < denominator and abs(share - parts / denominator) < 0.02:
            return f"{TENTHS[parts].capitalize()} in {name}"
    return percent(share)


def _draw(seen: FunnelSeen, paper: _Paper) -> Drawing:
    bottom = FIRST + paper.row * len(seen.steps) - AIR
    sentence = f"{claim_of(seen)}. " + " ".join(
        f"{step.name}: {step.reached}{', ' + step.of_all.percent if step.of_all else ''}."
        for step in seen.steps
    )
    stripes = element("path", class_="hatch", d="M0 0V6")
    pattern = element(
        "pattern",
        stripes,
        id=f"hatch-{paper.key}",
        width="6",
        height="6",
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    rows = [part for step in seen.steps for part in _row(seen, step, paper)]
    return picture(
        paper.width,
        bottom + 20,
        pattern,
        *_grid(paper, bottom),
        *rows,
        sentence=sentence,
        kind="wide" if paper.key == "w" else "narrow",
    )


def _grid(paper: _Paper, bottom: float) -> Iterator[Drawing]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = paper.x(share)
        yield element("line", class_="gridline" if share else "axis", x1=x, x2=x, y1=14, y2=bottom)
        label = f"{share * 100:.0f}" + (" %" if share == 1 else "")
        yield element("text", label, x=x, y=bottom + 15, text_anchor="middle" if share else "start")


def _row(seen: FunnelSeen, step: StepSeen, paper: _Paper) -> Iterator[Drawing]:
    top = FIRST + paper.row * (step.number - 1)
    share = step.reached / seen.begun
    reached = paper.x(share)
    before = seen.steps[step.number - 2].reached / seen.begun if step.number > 1 else 1.0
    yield element("text", step.name, class_="label halo", x=6, y=top - 7)
    end = paper.x(before)
    if step.number > 1:
        hot = " hot" if step.number == paper.hot else ""
        yield element("rect", class_=f"fill-lost{hot}", x=reached, y=top, width=end - reached, height=BAR)
    may = paper.x(min(step.still / seen.begun, before - share)) if step.still else 0.0
    if may > 0:
        yield element(
            "rect", class_="unripe", fill=f"url(#hatch-{paper.key})", x=reached, y=top, width=may, height=BAR
        )
    yield element("rect", class_="fill-1", x=0, y=top, width=reached, height=BAR)
    yield from _labels(step, paper, top, reached, end)
    if step.number > 1 and step.of_all:
        low, high = paper.x(step.of_all.low), paper.x(step.of_all.high)
        yield from draw_whisker(low, high, top + BAR / 2, arm=5)
    if step.number > 1:
        for place, group in enumerate(paper.groups):
            yield from _group(group, place, step, paper, top + BAR + 8 + GROUP_ROW * place)


def _labels(step: StepSeen, paper: _Paper, top: float, reached: float, end: float) -> Iterator[Drawing]:
    text = f"{whole(step.reached)} · {step.of_all.percent if step.of_all else ''}"
    high = paper.x(step.of_all.high) if step.of_all else reached
    inside = reached > INSIDE and (
        step.number == 1 or paper.x(step.of_all.low if step.of_all else 0) > INSIDE
    )
    after = max(end, high) + 6
    if inside:
        yield element("text", text, class_="on", x=6, y=top + 15)
    else:
        yield element("text", text, class_="label halo", x=high + 8, y=top + 15)
        after = max(after, high + INSIDE + 8)
    if step.number > 1 and step.stopped and paper.key == "w":
        hot = step.number == paper.hot
        yield element(
            "text",
            f"{whole(step.stopped)} stop here",
            class_="out-text" if hot else None,
            x=after,
            y=top + 15,
        )


def _group(group: GroupSeen, place: int, step: StepSeen, paper: _Paper, y: float) -> Iterator[Drawing]:
    rate = group.rates[step.number - 1]
    if rate is None:
        return
    yield element(
        "path", class_="ci thin", d=f"M{number(paper.x(rate.low))} {number(y)}H{number(paper.x(rate.high))}"
    )
    yield element("circle", class_=f"fill-{place + 2}", cx=paper.x(rate.share), cy=y, r=3)
    if paper.key == "w" or step.number == 2:  # a narrow drawing names them once
        yield element("text", group.name[:24], class_="halo", x=paper.x(rate.high) + 6, y=y + 4)
