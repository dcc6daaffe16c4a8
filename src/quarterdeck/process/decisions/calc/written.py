"""How do people write a bound of a prediction, and the evidence, into a form?"""

from collections.abc import Iterable
from math import isfinite

from quarterdeck.errors import QuarterdeckError
from quarterdeck.process.decisions.calc.prediction import Unit
from quarterdeck.process.decisions.calc.question import Evidence
from quarterdeck.stats.figures import MINUS, SPACE

PAGE = "page"
PER_CENT = ("%", "points", "point", "pp")


def read_bound(text: str, unit: Unit) -> float | None:
    """The number that is written; a share as a percentage or in points. None where nothing is.

    >>> read_bound("5 %", "share"), read_bound("1,200", "count"), read_bound(" ", "count")
    (0.05, 1200.0, None)
    """
    plain = text.replace(SPACE, " ").replace(MINUS, "-").strip()
    if not plain:
        return None
    ending = next((each for each in PER_CENT if plain.endswith(each)), "")
    try:
        number = float(plain.removesuffix(ending).replace(",", "").strip())
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise QuarterdeckError(f"'{text.strip()[:40]}' is no number.", "Write it like 1200, 2.5 or 5 %.")
    if ending:
        return number / 100
    if unit == "share" and abs(number) > 1:
        raise QuarterdeckError(f"{plain[:40]} is no share.", f"Write {plain[:40]} % if that is meant.")
    return number


def write_bound(value: float | None, unit: Unit) -> str:
    """A bound as it stands in its field.

    >>> write_bound(0.05, "share"), write_bound(1200.0, "count"), write_bound(None, "count")
    ('5 %', '1200', '')
    """
    if value is None:
        return ""
    return f"{100 * value:.12g} %" if unit == "share" else f"{value:.12g}"


def read_evidence(text: str) -> tuple[Evidence, ...]:
    """One piece a line: its type and its key, or an address; after a bar its title.

    >>> [(each.type, each.key, each.title) for each in read_evidence("metric activation | Activation fell")]
    [('metric', 'activation', 'Activation fell')]
    """
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        thing, _, title = line.partition("|")
        type_, _, key = thing.strip().partition(" ")
        if thing.strip().startswith(("https://", "http://")):
            type_, key = PAGE, thing.strip()
        found.append(Evidence(type=type_, key=key.strip(), title=title.strip()))
    return tuple(found)


def write_evidence(evidence: Iterable[Evidence]) -> str:
    """Evidence as it stands in its field."""
    return "\n".join(
        (each.key if each.type == PAGE else f"{each.type} {each.key}")
        + (f" | {each.title}" if each.title else "")
        for each in evidence
    )
