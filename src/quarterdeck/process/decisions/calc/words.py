"""How are a prediction and its grade said in plain words?"""

from datetime import date

from quarterdeck.process.decisions.calc.prediction import FEWEST_WEEKS, Graded, Prediction, Unit
from quarterdeck.stats.figures import MONTHS, SPACE, counted, notation


def full_date(day: date) -> str:
    """A day with its year: what is reviewed may lie far off.

    >>> full_date(date(2026, 11, 16))
    '16 November 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def predicted_words(prediction: Prediction, unit: Unit, *, currency: str) -> str:
    """What is predicted, as it follows the metric's title: "rises by 5 points or more".

    >>> foreseen = Prediction(metric="m", review_on=date(2026, 11, 16), low=0.05, high=0.08)
    >>> predicted_words(foreseen, "share", currency="EUR")
    'rises by 5 to 8 points'
    """
    low, high = prediction.low, prediction.high
    if prediction.measured == "level":
        return f"comes to {_range_words(low, high, unit, currency, change=False)}"
    if low is None and high is None:
        return prediction.direction
    return f"{prediction.direction} by {_range_words(low, high, unit, currency, change=True)}"


def reason_words(graded: Graded, prediction: Prediction, unit: Unit, *, currency: str) -> str:
    """Why a prediction has its grade, with what was measured and its interval."""
    if graded.because == "gone":
        return f"The metric '{prediction.metric}' can no longer be read."
    if graded.because == "too young":
        return "No whole and final week lies between the decision and its review."
    if graded.because == "too little history":
        weeks = counted(graded.weeks_before, "week")
        return f"Only {weeks} with data lie before the decision; {FEWEST_WEEKS} are needed."
    week = f"the week of {full_date(graded.week)}" if graded.week else "the week of the review"
    if graded.because == "no data" or graded.measured is None:
        return f"There is no data for {week}."
    told = measured_words(graded, prediction, unit, currency=currency)
    return f"In {week} it {told}: {_VERDICTS[graded.because]}."


def measured_words(graded: Graded, prediction: Prediction, unit: Unit, *, currency: str) -> str:
    """What was measured, with what chance alone does to one week."""
    low, high, measured = graded.low or 0.0, graded.high or 0.0, graded.measured or 0.0
    if prediction.measured == "level":
        written = notation(unit, (low, high, measured), currency=currency)
        return f"was {written.full(measured)} ({written.prose_range(low, high)} with a week’s chance)"
    side = "above" if measured >= 0 else "below"
    if measured < 0:
        low, high, measured = -high, -low, -measured
    written = notation(unit, (low, high, measured), currency=currency)
    size = _size(written.bare(measured), written.full(measured), unit)
    chance = f"{written.bare(low)} to {written.bare(high)} with a week’s chance"
    return f"stood {size} {side} what the weeks before led to expect ({chance})"


_VERDICTS = {
    "inside": "as predicted",
    "beyond": "further than predicted",
    "short": "less than predicted",
    "opposite": "against the prediction",
    "too noisy": "too close to call, since chance alone carries it past what was predicted",
}


def _range_words(low: float | None, high: float | None, unit: Unit, currency: str, *, change: bool) -> str:
    """Bounds as somebody wrote them: a share's change in points, everything else in the metric's unit."""
    seen = [bound for bound in (low, high) if bound is not None]
    if unit == "share":
        numbers = [f"{100 * bound:.6g}" for bound in seen]
        ending = " points" if change else f"{SPACE}%"
    else:
        written = notation(unit, seen, currency=currency)
        numbers = [written.bare(bound) for bound in seen]
        ending = written.unit
    if len(numbers) == 2:
        return f"{numbers[0]} to {numbers[1]}{ending}"
    return f"{numbers[0]}{ending} or {'more' if low is not None else 'less'}"


def _size(bare: str, full: str, unit: Unit) -> str:
    return f"{bare}{SPACE}points" if unit == "share" else full
