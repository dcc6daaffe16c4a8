"""What is a table as a page shows it: its claim, its rows, and a drawing where one says more?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quarterdeck.charts.svg import Drawing
from quarterdeck.stats.figures import short_date, whole

MOST_ROWS = 60
Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell: its words, how dark, whether it can still change, and what else is to be said of it."""

    words: str
    shade: int = 0
    open: bool = False
    about: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: what it is about, its cells, and what an address adds to look closer at it."""

    name: str
    cells: tuple[Cell, ...]
    closer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """One table, with a drawing where one says more."""

    claim: str
    measure: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    drawing: Drawing | None = None
    left_out: int = 0


def shade(share: float) -> int:
    """How dark the cell of a share is, in three steps."""
    return 1 + (share > 0.15) + (share > 0.4)


def number_words(value: float) -> str:
    """A number with as many decimals as it needs, two at most."""
    return whole(value) if value == int(value) else f"{value:,.2f}"


def worth_words(figures: Json) -> str:
    """What stands behind some counts, as a sentence; empty where a journey does not weigh."""
    weighed = figures.get("weighed")
    if weighed is None:
        return ""
    told = f" {whole(weighed['arr'])} of annual revenue stand behind them"
    if weighed["largest"]:
        told += f", {100 * weighed['largest_share']:.0f} % of it one customer's"
    unknown = weighed["unknown"]
    return f"{told}; of {whole(unknown)} it is not known." if unknown else f"{told}."


def day(text: str) -> str:
    """The day of a moment written by ISO 8601, and the hour where a bucket begins within a day."""
    moment = datetime.fromisoformat(text)
    shown = short_date(moment.date())
    return f"{shown} {moment:%H:%M}" if moment.hour or moment.minute else shown
