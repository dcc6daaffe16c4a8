"""How are numbers and days written for a reader?"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["count", "share", "currency", "seconds", "number"]

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
MOST_DECIMALS = 6
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Notation:
    """One way to write a metric's numbers, chosen once so that a value and its range can be compared."""

    factor: float
    decimals: int
    prefix: str = ""
    suffix: str = ""
    unit: str = ""
    whole: bool = False

    def bare(self, value: float) -> str:
        """The number without its unit: "29", "4,180", "$0.92M", "1.9"."""
        scaled = round(abs(value) / self.factor, self.decimals)
        minus = MINUS if value < 0 and scaled != 0 else ""
        return f"{minus}{self.prefix}{scaled:,.{self.decimals}f}{self.suffix}"

    def full(self, value: float) -> str:
        """The number as it stands alone: "29 %", "1.9 s"."""
        return self.bare(value) + self.unit

    def prose_range(self, low: float, high: float) -> str:
        """A range in a sentence: "33 to 40"."""
        low, high = self._inside(low, high)
        return f"{self.bare(low)} to {self.bare(high)}"

    def table_range(self, low: float, high: float) -> str:
        """A range in a table: "33 – 40"."""
        low, high = self._inside(low, high)
        return f"{self.bare(low)}{SPACE}–{SPACE}{self.bare(high)}"

    def _inside(self, low: float, high: float) -> tuple[float, float]:
        """The first and last whole number inside a range of counts: 100 is below 100.4, so that says 101."""
        if self.whole and math.ceil(low) <= math.floor(high):
            return math.ceil(low), math.floor(high)
        return low, high


def notation(unit: Unit, values: Iterable[float | None], *, currency: str = "USD") -> Notation:
    """A notation fine enough for the largest of the values and for how far apart they lie."""
    seen = [value for value in values if value is not None and math.isfinite(value)]
    largest = max((abs(value) for value in seen), default=0.0)
    factor, prefix, suffix, written_unit = _scale(unit, largest, currency)
    whole = unit == "count" and factor == 1
    spread = (max(seen) - min(seen)) / factor if seen else 0.0
    return Notation(
        factor=factor,
        decimals=0
        if whole
        else max(_decimals_of_size(largest / factor, scaled=bool(suffix)), _decimals_of_spread(spread)),
        prefix=prefix,
        suffix=suffix,
        unit=written_unit,
        whole=whole,
    )


def _scale(unit: Unit, largest: float, currency: str) -> tuple[float, str, str, str]:
    if unit == "share":
        return 0.01, "", "", f"{SPACE}%"
    if unit == "seconds":
        for factor, name in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
            if largest >= 2 * factor:
                return factor, "", "", f"{SPACE}{name}"
        return 1.0, "", "", f"{SPACE}s"
    prefix = SYMBOLS.get(currency, f"{currency}{SPACE}") if unit == "currency" else ""
    for factor, suffix, start in ((1e9, "B", 1e9), (1e6, "M", 1e6), (1e3, "k", 1e5)):
        if largest >= start and (unit == "currency" or factor >= 1e6):
            return factor, prefix, suffix, ""
    return 1.0, prefix, "", ""


def _decimals_of_size(largest: float, *, scaled: bool) -> int:
    """Two digits or three: 29, 11.2, 3.4, 0.92; and 1.24M where thousands are left off."""
    if largest == 0 or (largest >= 20 and not scaled):
        return 0
    power = math.floor(math.log10(largest))
    return max(0, 2 - power) if scaled else min(MOST_DECIMALS, 1 - min(power, 0))


def _decimals_of_spread(spread: float) -> int:
    """Enough that values a little apart are not written alike: 99.6 and 99.8, not 100 and 100."""
    if spread <= 1e-9 or spread >= 2:
        return 0
    return min(MOST_DECIMALS, math.ceil(-math.log10(spread / 2)))


def axis_labels(unit: Unit, values: Sequence[float], *, currency: str = "USD") -> tuple[str, ...]:
    """Round values along an axis, lowest first: as few decimals as they need, the unit on the last."""
    if not values:
        return ()
    factor, prefix, suffix, name = _scale(unit, max(abs(value) for value in values), currency)
    scaled = [value / factor for value in values]
    decimals = next(
        (
            places
            for places in range(MOST_DECIMALS)
            if all(abs(round(value, places) - value) <= 1e-9 * max(1.0, abs(value)) for value in scaled)
        ),
        MOST_DECIMALS,
    )
    written = Notation(factor=factor, decimals=decimals, prefix=prefix, suffix=suffix, unit=name)
    return (*(written.bare(value) for value in values[:-1]), written.full(values[-1]))


def whole(value: float) -> str:
    """A count with its thousands separated."""
    return f"{MINUS if value < 0 else ''}{abs(round(value)):,}"


def counted(amount: int, one: str, many: str = "") -> str:
    """A small amount in words with its noun: "two risks"."""
    number = SMALL[amount] if amount < len(SMALL) else whole(amount)
    return f"{number} {one if amount == 1 else many or one + 's'}"


def listed(items: Iterable[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    names = list(items)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def in_sentence(title: str) -> str:
    """A title as it stands inside a sentence; names and abbreviations keep their capitals."""
    first = title.split(" ", 1)[0]
    return title if first[1:] != first[1:].lower() or len(first) == 1 else title[:1].lower() + title[1:]


def opening(words: str) -> str:
    """Words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def day_name(day: date) -> str:
    return DAYS[day.weekday()]


def long_date(day: date) -> str:
    return f"{day_name(day)} {day.day} {MONTHS[day.month - 1]}"


def short_date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def working_days_after(day: date, amount: int) -> date:
    """The day that is `amount` working days later."""
    while amount:
        day += timedelta(days=1)
        amount -= day.weekday() < 5
    return day
