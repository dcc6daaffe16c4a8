"""How do paths look: the whole way as bands from move to move, and each move as a table?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from quarterdeck.charts.flows import Flow, Paper, draw_flows
from quarterdeck.charts.svg import Drawing
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.answers import JourneyAnswer
from quarterdeck.insights.journeys.service.laid import Cell, Json, Laid, Row, shade
from quarterdeck.insights.journeys.service.seen import lasting, percent, title_of
from quarterdeck.stats.figures import whole

MOST_MOVES = 12
WIDE = Paper(width=720, height=330, margin=130, longest=18, kind="wide")
NARROW = Paper(width=350, height=300, margin=96, longest=12, kind="narrow")
MOVES_ON = {"wide": 4, "narrow": 2}  # as many as have room beside each other


def lay_paths(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    """A drawing of all moves, then a table for each."""
    moves = sorted(figures["edges"], key=lambda edge: (edge["step"], -edge["count"]))
    steps = sorted({edge["step"] for edge in moves})
    for step in steps:
        here = [edge for edge in moves if edge["step"] == step]
        total = sum(edge["count"] for edge in here)
        first = here[0]
        share = percent(first["count"] / total)
        claim = f"{share} go from “{title_of(first['source'])}” to “{title_of(first['target'])}”"
        yield Laid(
            claim=claim if len(steps) == 1 or step == steps[0] else f"Move {step}: {claim}",
            measure=_measure(total, journey, wide=step == steps[0]),
            first="From, to",
            columns=("Paths", "Share", "Mean time"),
            rows=tuple(
                Row(
                    name=f"{title_of(edge['source'])} → {title_of(edge['target'])}",
                    cells=(
                        Cell(words=whole(edge["count"])),
                        Cell(words=percent(edge["count"] / total), shade=shade(edge["count"] / total)),
                        Cell(words=lasting(edge["mean_seconds"])),
                    ),
                    closer=urlencode(
                        {"moved_from": edge["source"], "moved_to": edge["target"], "moved_at": edge["step"]}
                    ),
                )
                for edge in here[:MOST_MOVES]
            ),
            drawing=_drawn(moves, claim) if step == steps[0] else None,
            left_out=max(0, len(here) - MOST_MOVES),
        )


def _measure(total: int, journey: Journey, *, wide: bool) -> str:
    counted = f"{whole(total)} moves, the most frequent first"
    if not wide:
        return f"{counted}."
    return (
        f"{counted}; a pause of {journey.pause_minutes} minutes begins another path. "
        "A band is as wide as many go there; the darkest is the most frequent."
    )


def _drawn(moves: Sequence[Json], claim: str) -> Drawing | None:
    """The same ways on two sizes of paper."""
    drawn = [
        draw_flows(
            [_flow(edge) for edge in moves if edge["step"] <= MOVES_ON[paper.kind]],
            paper,
            headings=("From", *(f"Move {number}" for number in range(1, MOVES_ON[paper.kind] + 1))),
            sentence=claim,
        )
        for paper in (WIDE, NARROW)
    ]
    return Drawing("".join(each for each in drawn if each)) if any(drawn) else None


def _flow(edge: Json) -> Flow:
    source, target = title_of(edge["source"]), title_of(edge["target"])
    return Flow(
        column=edge["step"] - 1,
        source=source,
        target=target,
        amount=edge["count"],
        words=f"{source} → {target}: {whole(edge['count'])}, {lasting(edge['mean_seconds'])} on average",
    )
