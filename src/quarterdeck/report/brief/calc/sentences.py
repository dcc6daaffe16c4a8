"""How is a week said: headline, scoreboard rows, movements, and how far the data can be trusted?"""

from collections.abc import Iterable, Sequence
from datetime import date

from quarterdeck.insights.metrics.service.dossiers import (
    Holder,
    Measure,
    base_words,
    is_known,
    over_words,
    tell,
)
from quarterdeck.report.brief.calc.addresses import evidence_of
from quarterdeck.report.brief.calc.page import Decision, Movement, Remark, ScoreRow, Sentence, Signed
from quarterdeck.stats.figures import (
    counted,
    day_name,
    in_sentence,
    listed,
    notation,
    opening,
    short_date,
    working_days_after,
)

INDEX = "evidence/index.html"
NAMED_IN_HEADLINE = 3
LETTERS_IN_HEADLINE = 60
WORKING_DAYS_TO_ANSWER = 2


def choose_scoreboard(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """North star, three inputs, two guardrails; without a tree the first six metrics."""
    chosen = [
        measure
        for role, most in (("north star", 1), ("input", 3), ("guardrail", 2))
        for measure in [measure for measure in measures if measure.role == role][:most]
    ]
    return tuple(chosen or measures[:6])


def order_movements(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """What moved: the metrics of the tree before the others, and what moved the wrong way before the rest."""
    moved = (measure for measure in measures if measure.moved)
    return tuple(sorted(moved, key=lambda measure: (measure.role == "other", measure.welcome)))


def fold_movements(moved: Sequence[Measure]) -> tuple[tuple[Measure, tuple[Measure, ...]], ...]:
    """Each movement with those that are the same story: outside the tree, same slice, begun within a day."""
    leads: list[Measure] = []
    companions: dict[str, list[Measure]] = {}
    for measure in moved:
        lead = next((lead for lead in leads if _same_story(measure, lead)), None)
        if lead is None:
            leads.append(measure)
        companions.setdefault((lead or measure).name, []).extend([measure] if lead else [])
    return tuple((lead, tuple(companions[lead.name])) for lead in leads)


def _same_story(measure: Measure, lead: Measure) -> bool:
    if (
        measure.role != "other"
        or not measure.holder
        or not lead.holder
        or not measure.since
        or not lead.since
    ):
        return False
    slice_of, slice_of_lead = measure.holder, lead.holder
    same_slice = (slice_of.dimension, slice_of.value) == (slice_of_lead.dimension, slice_of_lead.value)
    return same_slice and abs((measure.since - lead.since).days) <= 1


def headline(measures: Sequence[Measure], decisions: Sequence[Decision]) -> tuple[Sentence, Sentence]:
    """Two sentences: how the week went, and what is asked."""
    asked = [decision for decision in decisions if not decision.answer]
    return (
        Sentence(text=f"{_week_in_words(measures)}.", evidence=f"{INDEX}#metrics"),
        Sentence(text=_asked(asked), evidence=asked[0].question.evidence if asked else f"{INDEX}#asked"),
    )


def _week_in_words(measures: Sequence[Measure]) -> str:
    if not measures:
        return "No metric is defined yet"
    board = choose_scoreboard(measures)
    moved = order_movements(measures)
    unjudged = sum(not measure.judged for measure in board)
    if unjudged == len(board) and not moved:
        silent = all(measure.judgement == "no data" for measure in board)
        return "No data for this week" if silent else "Too little data to judge this week"
    wrong = [measure for measure in moved if not measure.welcome]
    right = [measure for measure in moved if measure.welcome]
    # What cannot be judged is said where it is half of the page, or all that there is to say.
    open_ends = unjudged if not moved or 2 * unjudged >= len(board) else 0
    said = _track(_in_the_tree(wrong, measures), partly=open_ends > 0)
    if right:
        named = _in_the_tree(right, measures) or right
        said += f"; {_named(named)} {_verb(named)}"
    if wrong and not _in_the_tree(wrong, measures):
        said += f", though {_named(wrong)} {_verb(wrong)}"
    if open_ends:
        said += f"; {counted(open_ends, 'metric')} cannot be judged yet"
    return said


def _in_the_tree(moved: Sequence[Measure], measures: Sequence[Measure]) -> list[Measure]:
    """Those with a place in the metric tree; all of them where there is no tree."""
    if all(measure.role == "other" for measure in measures):
        return list(moved)
    return [measure for measure in moved if measure.role != "other"]


def _track(wrong: Sequence[Measure], *, partly: bool) -> str:
    if any(measure.role == "north star" for measure in wrong):
        return f"Off track on {_named(wrong)}"
    if wrong:
        return f"On track except {_named(wrong)}"
    return "On track as far as is known" if partly else "On track"


def _named(measures: Sequence[Measure]) -> str:
    """As many names as a headline has room for, and how many more there are."""
    titles = [in_sentence(measure.title) for measure in measures]
    for named in range(min(len(titles), NAMED_IN_HEADLINE), 0, -1):
        more = len(titles) - named
        said = listed([*titles[:named], *([counted(more, "more", "more")] if more else [])])
        if len(said) <= LETTERS_IN_HEADLINE or named == 1:
            return said
    return ""


def _verb(measures: Sequence[Measure]) -> str:
    sides = {measure.side for measure in measures}
    return "moved" if len(sides) > 1 else "rose" if sides == {"above"} else "fell"


def _asked(decisions: Sequence[Decision]) -> str:
    if not decisions:
        return "No decision is asked for this week."
    days = {decision.by for decision in decisions}
    first = ", the first" if len(days) > 1 else ""
    return f"{opening(counted(len(decisions), 'decision'))}{first} by {day_name(min(days))}."


def score_row(measure: Measure, remarks: Sequence[Remark] = (), signed: Sequence[Signed] = ()) -> ScoreRow:
    """A metric's line on the scoreboard."""
    told, known = tell(measure), is_known(measure)
    return ScoreRow(
        name=measure.name,
        title=Sentence(text=measure.title, evidence=evidence_of(measure)),
        role=measure.role,
        value_text=told.value_text,
        base_text=told.base_text,
        expected_text=told.expected_text,
        target_text=told.target_text,
        state=told.state,
        judgement=measure.judgement,
        side=measure.side,
        week_start=measure.week_start,
        owner=measure.owner,
        remark=next((remark.words for remark in remarks if remark.metric == measure.name), ""),
        signed=next((each for each in signed if each.metric == measure.name), None),
        value=measure.value if known else None,
        base=measure.base if known else None,
        expected_low=measure.low,
        expected_high=measure.high,
        target=measure.target,
    )


def tell_movement(measure: Measure, companions: Sequence[Measure] = (), *, as_of: date) -> Movement:
    """What moved, by how much, since when, who holds it; the cause is unknown until it is looked for."""
    answer = working_days_after(as_of, WORKING_DAYS_TO_ANSWER)
    over = over_words(measure)
    along = tuple(
        Sentence(text=f"{other.title} {_verb([other])} with it.", evidence=evidence_of(other))
        for other in companions
    )
    left = "rose above" if measure.side == "above" else "fell below"
    briefly = f"{measure.title} {left} the expected range{over.replace(' since ', ' on ')}."
    return Movement(
        name=measure.name,
        full=(
            Sentence(text=f"{_lead(measure)}{over}{_earlier_words(measure)}.", evidence=evidence_of(measure)),
            *_where(measure, _holder_in_full(measure)),
            *along,
        ),
        brief=(
            Sentence(text=briefly, evidence=evidence_of(measure)),
            *_where(measure, _holder_briefly(measure.holder)),
            *along,
        ),
        confidence="unknown",
        then=(Sentence(text=f"Next answer {day_name(answer)}.", evidence=f"{evidence_of(measure)}#changes"),),
    )


def _where(measure: Measure, told: str) -> tuple[Sentence, ...]:
    """Who holds it; nothing where the metric names no dimension to look into."""
    looked = measure.holder is not None or measure.dimensions
    return (Sentence(text=told, evidence=f"{evidence_of(measure)}#where"),) if looked else ()


def _earlier_words(measure: Measure) -> str:
    """Which week is meant, where it is not the one of the brief."""
    return (
        f", in the week of {short_date(measure.week_start)}, the last mature one" if measure.earlier else ""
    )


def _lead(measure: Measure) -> str:
    written = measure.notation
    verb = "rose" if measure.side == "above" else "fell"
    to = f" to {written.full(measure.value)}" if measure.value is not None else ""
    base = f" {base_words(measure.base)}" if measure.unit == "share" and measure.base is not None else ""
    expected = ""
    if measure.low is not None and measure.high is not None:
        expected = f" (expected {written.prose_range(measure.low, measure.high)})"
    return f"{measure.title} {verb}{to}{base}{expected}"


def _holder_briefly(holder: Holder | None) -> str:
    return f"{holder.name} holds most of it." if holder else "No single slice holds most of it."


def _holder_in_full(measure: Measure) -> str:
    holder = measure.holder
    if holder is None or holder.figure is None:
        return _holder_briefly(holder)
    written = notation(measure.unit, (holder.figure, holder.low, holder.high), currency=measure.currency)
    base = f" {base_words(holder.base)}" if measure.unit == "share" and holder.base is not None else ""
    against = ""
    if holder.low is not None and holder.high is not None:
        against = f" against {written.prose_range(holder.low, holder.high)} expected"
    return f"{holder.name} holds most of it: {written.full(holder.figure)}{base}{against}."


def normal_words(measures: Sequence[Measure], shown: Iterable[str]) -> Sentence | None:
    """The metrics that the page does not show: how many are normal, how many cannot be judged."""
    hidden = set(shown)
    others = [measure for measure in measures if measure.name not in hidden]
    normal = sum(measure.judgement == "within noise" for measure in others)
    unjudged = sum(not measure.judged for measure in others)
    parts = [f"{normal} {'metric' if normal == 1 else 'metrics'} normal"] if normal else []
    parts += [f"{unjudged} not judged yet"] if unjudged else []
    return Sentence(text=f"{', '.join(parts)}.", evidence="evidence/normal.html") if parts else None
