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
NARROW = Paper(width=350, height=300, margin=96, longest=11, kind="narrow")
MOVES_ON = {"wide": 4, "narrow": 2}  # as many as have room beside each other


def lay_paths(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    """A drawing of all moves, then a table for each; around a stop its neighbours stand in the first."""
    moves = sorted(figures["edges"], key=lambda edge: (edge["step"], -edge["count"]))
    if journey.around_stop is None:
        parts = [[edge for edge in moves if edge["step"] == step] for step in _steps(moves)]
    else:
        near = [edge for edge in moves if edge["away"] in (-1, 1)]
        far = [edge for edge in moves if edge["away"] not in (-1, 1)]
        parts = [near, *([edge for edge in far if edge["step"] == step] for step in _steps(far))]
    for here in filter(None, parts):
        drawn = here is parts[0]
        claim = _around(here, journey) if drawn and journey.around_stop else _most(here[0], journey)
        shown = [edge for step in _steps(here) for edge in _most_frequent(here, step)]
        yield Laid(
            claim=claim if drawn else f"{move_words(here[0]['step'], journey)}: {claim}",
            measure=_measure(here, journey, drawn=drawn),
            first="From, to",
            columns=("Paths", "Share", "Mean time"),
            rows=tuple(_row(edge, journey) for edge in shown),
            drawing=_drawn(moves, claim, journey) if drawn else None,
            left_out=len(here) - len(shown),
        )


def move_words(step: int, journey: Journey) -> str:
    """Which move of a path is meant, by its number or by how far it is from the stop."""
    if journey.around_stop is None:
        return f"Move {step}"
    away = journey.away(step)
    if abs(away) == 1:
        return "The move before" if away < 0 else "The move after"
    return f"{abs(away)} moves {'before' if away < 0 else 'after'}"


def stop_words(stop: str, journey: Journey) -> str:
    """A stop as people read it: an event by its title, a value as it is."""
    return title_of(stop) if journey.stops is None else stop or "no value"


def _steps(moves: Sequence[Json]) -> list[int]:
    return sorted({edge["step"] for edge in moves})


def _most_frequent(moves: Sequence[Json], step: int) -> list[Json]:
    room = MOST_MOVES // len(_steps(moves))
    return [edge for edge in moves if edge["step"] == step][:room]


def _most(edge: Json, journey: Journey) -> str:
    source, target = (stop_words(edge[name], journey) for name in ("source", "target"))
    return f"{_share(edge)} go from “{source}” to “{target}”"


def _around(near: Sequence[Json], journey: Journey) -> str:
    """Where most come from, and where most go on to; the most frequent of each comes first."""
    stop = stop_words(journey.around_stop or "", journey)
    come = next((edge for edge in near if edge["away"] < 0), None)
    leave = next((edge for edge in near if edge["away"] > 0), None)
    came = f"{_share(come)} come from “{stop_words(come['source'], journey)}”" if come else ""
    left = f"{_share(leave)} go on to “{stop_words(leave['target'], journey)}”" if leave else ""
    if not came:
        return f"After “{stop}”, {left}"
    return f"Before “{stop}”, {came}{'; after it, ' if left else ''}{left}"


def _share(edge: Json) -> str:
    return percent(edge["count"] / edge["of"])


def _row(edge: Json, journey: Journey) -> Row:
    share = edge["count"] / edge["of"]
    step = {"moved_from": edge["source"], "moved_to": edge["target"], "moved_at": edge["step"]}
    return Row(
        name=f"{stop_words(edge['source'], journey)} → {stop_words(edge['target'], journey)}",
        cells=(
            Cell(words=whole(edge["count"])),
            Cell(words=percent(share), shade=shade(share)),
            Cell(words=lasting(edge["mean_seconds"])),
        ),
        closer=urlencode(step),
    )


def _measure(here: Sequence[Json], journey: Journey, *, drawn: bool) -> str:
    """How many moves the shares are of: of some steps only the most frequent moves are listed."""
    if drawn and journey.around_stop is not None:
        totals = {edge["away"]: edge["of"] for edge in here}
        counted = f"{whole(totals.get(-1, 0))} moves to the stop, {whole(totals.get(1, 0))} on from it"
    else:
        counted = f"{whole(here[0]['of'])} moves"
    counted += ", the most frequent first"
    if not drawn:
        return f"{counted}."
    return (
        f"{counted}; a pause of {journey.pause_minutes} minutes begins another path. "
        "A band is as wide as many go there; the darkest is the most frequent."
    )


def _drawn(moves: Sequence[Json], claim: str, journey: Journey) -> Drawing | None:
    """The same ways on two sizes of paper."""
    drawn = []
    for paper in (WIDE, NARROW):
        count = MOVES_ON[paper.kind]
        # Around a stop, what is nearest to it has room.
        first = max(1, journey.stops_before - count // 2 + 1) if journey.around_stop else 1
        drawn.append(
            draw_flows(
                [_flow(edge, first, journey) for edge in moves if 0 <= edge["step"] - first < count],
                paper,
                headings=[_heading(column, journey) for column in range(first, first + count + 1)],
                sentence=claim,
            )
        )
    return Drawing("".join(each for each in drawn if each)) if any(drawn) else None


def _heading(column: int, journey: Journey) -> str:
    """What stands over a column of stops, counted from 1."""
    if journey.around_stop is None:
        return f"Move {column - 1}" if column > 1 else "From"
    away = column - journey.stops_before - 1
    if not away:
        return "The stop"
    return f"{abs(away)} before" if away < 0 else f"{away} after"


def _flow(edge: Json, first: int, journey: Journey) -> Flow:
    source, target = (stop_words(edge[name], journey) for name in ("source", "target"))
    return Flow(
        column=edge["step"] - first,
        source=source,
        target=target,
        amount=edge["count"],
        words=f"{source} → {target}: {whole(edge['count'])}, {lasting(edge['mean_seconds'])} on average",
    )
