"""How is a metric's week said in a few words: value, base, range, target, state?"""

from dataclasses import dataclass
from datetime import timedelta

from quarterdeck.insights.metrics.calc.measures import Judgement, Measure, Side
from quarterdeck.stats.figures import Notation, long_date, short_date, whole

NOTHING_KNOWN = "–"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One metric's line in words; `state` is empty where the metric is within its range that week."""

    value_text: str
    base_text: str
    expected_text: str
    target_text: str
    state: str
    judgement: Judgement
    side: Side


def tell(measure: Measure) -> Told:
    """A metric's line, wherever it stands."""
    written, known = measure.notation, is_known(measure)
    ranged = measure.low is not None and measure.high is not None
    return Told(
        value_text=written.full(measure.value or 0.0) if known else NOTHING_KNOWN,
        base_text=base_words(measure.base) if known and measure.unit == "share" else "",
        expected_text=written.table_range(measure.low or 0.0, measure.high or 0.0) if ranged else "",
        target_text=target_words(measure, written, known=known),
        state=state_words(measure),
        judgement=measure.judgement,
        side=measure.side,
    )


def is_known(measure: Measure) -> bool:
    """Is there a number to show for the week?"""
    return measure.value is not None and measure.judgement not in ("no data", "not mature yet")


def base_words(base: float | None) -> str:
    """What a percentage is a share of."""
    return "" if base is None else f"of {whole(base)}"


def state_words(measure: Measure) -> str:
    """The state in one or a few words; nothing where the metric is within its range that week."""
    week = f"week of {short_date(measure.week_start)}" if measure.earlier else ""
    if measure.judgement == "moved":
        return f"{measure.side}, {week}" if week else measure.side
    if measure.judgement == "within noise":
        return week
    if measure.judgement == "no data" and measure.last_seen is not None:
        return f"no data since {short_date(measure.last_seen + timedelta(days=1))}"
    return measure.judgement


def over_words(measure: Measure) -> str:
    """When the movement was: since a day, or from a day to a day where it is over."""
    if measure.since is None:
        return ""
    if measure.until is None:
        return f" since {long_date(measure.since)}"
    last = measure.until - timedelta(days=1)
    if last == measure.since:
        return f" on {long_date(last)} alone"
    return f" from {long_date(measure.since)} to {long_date(last)}"


def target_words(measure: Measure, written: Notation, *, known: bool) -> str:
    """The target; a row has its unit once, with the value where there is one."""
    if measure.target is None:
        return ""
    return written.bare(measure.target) if known else written.full(measure.target)
