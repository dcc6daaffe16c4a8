"""Does a metric agree with the dashboard that people trust today, and if not, why not?"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.calc.agreement import (
    EXPLAINED,
    RECONCILED_WITHIN,
    Gap,
    compare_figures,
    concentration,
    constant_factor,
    misfit,
    relative_gap,
    relative_misfit,
)
from quarterdeck.insights.metrics.calc.readings import Proof, Unit
from quarterdeck.insights.metrics.definitions import Metric
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.service.reader import WEEKDAYS, MetricReader, next_bucket

FEWEST_DAYS = 3
HOURS_WEST = range(-14, 13)  # Etc/GMT-14 is east of Greenwich: POSIX counts the other way round


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciliation:
    """Ours beside theirs, whether they agree, and what explains the difference."""

    name: str
    title: str
    unit: Unit
    grain: Grain
    gaps: tuple[Gap, ...]
    relative_gap: float
    misfit: float
    explanations: tuple[str, ...]
    proof: Proof

    @property
    def equal(self) -> bool:
        """Do the gaps of all dates, none cancelling another, add up to at most 1 %?"""
        return abs(self.relative_gap) <= RECONCILED_WITHIN and self.misfit <= RECONCILED_WITHIN

    def as_json(self) -> dict[str, object]:
        """Everything, in plain types."""
        return {
            "metric": self.name,
            "grain": self.grain,
            "equal": self.equal,
            "relative_gap": self.relative_gap,
            "relative_misfit": self.misfit,
            "explanations": list(self.explanations),
            "gaps": [
                {"start": gap.start.isoformat(), "ours": gap.ours, "theirs": gap.theirs, "equal": gap.equal}
                for gap in self.gaps
            ],
            "proof": {**asdict(self.proof), "versions": dict(self.proof.versions)},
        }

    @property
    def unequal(self) -> tuple[Gap, ...]:
        """The buckets that differ by more than 1 %."""
        return tuple(gap for gap in self.gaps if not gap.equal)


def reconcile(workspace: Workspace, snapshot: Snapshot, name: str, file: Path) -> Reconciliation:
    """Compare a metric with the figures in a CSV file of dates and values."""
    theirs = read_figures(file)
    grain = _grain(sorted(theirs), file)
    since, last = min(theirs), max(theirs)
    if grain == "week" and since.weekday() != WEEKDAYS.index(workspace.week_start):
        raise QuarterdeckError(
            f"The weeks in {file} begin on {since:%A}, this workspace's on {workspace.week_start.title()}.",
            "Export the dashboard by day, or set week_start in quarterdeck.yaml.",
        )
    until = next_bucket(last, grain)
    reader = MetricReader(workspace, snapshot, until)
    series = reader.series(name, grain, since, until)
    ours = {point.start: point.value for point in series.points[None]}
    gaps = compare_figures(ours, theirs)
    told: tuple[str, ...] = ()
    if any(not gap.equal for gap in gaps):
        told = tuple(_explanations(workspace, snapshot, name, grain, gaps))
    return Reconciliation(
        name=name,
        title=reader.book.get(name).title,
        unit=reader.book.get(name).unit,
        grain=grain,
        gaps=gaps,
        relative_gap=_relative(reader.book.get(name), gaps),
        misfit=relative_misfit(gaps),
        explanations=told,
        proof=series.proof,
    )


def read_figures(file: Path) -> dict[date, float]:
    """Dates and values of a CSV file; the column `value` counts, else the second."""
    figures: dict[date, float] = {}
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.reader(lines)
            header = next(rows, [])
            if len(header) < 2:
                raise QuarterdeckError(f"{file}:1: a date and a value were expected", "Write: date,value")
            names = [name.strip().lower() for name in header]
            place = names.index("value") if "value" in names else 1
            for number, row in enumerate(rows, start=2):
                if any(cell.strip() for cell in row):
                    day, value = _figure(file, number, row, place)
                    if day in figures:
                        raise QuarterdeckError(f"{file}:{number}: {day} stands twice", "Keep one row a day.")
                    figures[day] = value
    except (OSError, UnicodeDecodeError) as error:
        raise QuarterdeckError(f"{file} cannot be read: {error}", "Give a CSV file in UTF-8.") from error
    if not figures:
        raise QuarterdeckError(f"{file} has no figures", "Write one row a day: 2026-11-16,684")
    return figures


def _figure(file: Path, number: int, row: list[str], place: int) -> tuple[date, float]:
    try:
        day = date.fromisoformat(row[0].strip()[:10])
    except ValueError:
        raise QuarterdeckError(
            f"{file}:{number}: {row[0]!r} is not a date", "Write dates as 2026-11-16."
        ) from None
    text = row[place].strip() if place < len(row) else ""
    try:
        share = text.endswith("%")
        value = float(text.rstrip("%").strip().replace(",", ""))
    except ValueError:
        raise QuarterdeckError(
            f"{file}:{number}: {text!r} is not a number",
            "Write 684, 0.29 or 29%; leave the row out if unknown.",
        ) from None
    return day, value / 100 if share else value


def _grain(days: list[date], file: Path) -> Grain:
    steps = {later - sooner for sooner, later in pairwise(days)}
    if all(day.day == 1 for day in days) and len(days) > 1 and min(steps) >= timedelta(28):
        return "month"
    if steps and all(step.days % 7 == 0 for step in steps):
        return "week"
    return "day"


def _relative(metric: Metric, gaps: tuple[Gap, ...]) -> float:
    if metric.kind in ("count", "sum", "unique", "sql"):
        return relative_gap(gaps)
    # Rates do not add up: the gap is that of the buckets that both sides know.
    return relative_gap([gap for gap in gaps if gap.ours is not None and gap.theirs is not None])


def _explanations(
    workspace: Workspace, snapshot: Snapshot, name: str, grain: Grain, gaps: tuple[Gap, ...]
) -> Iterator[str]:
    yield from _absences(gaps)
    both = [gap for gap in gaps if gap.ours is not None and gap.theirs is not None]
    if len(both) >= FEWEST_DAYS and any(not gap.equal for gap in both):
        theirs = {gap.start: gap.theirs for gap in both if gap.theirs is not None}
        shifted = _shifted(gaps, theirs) if grain == "day" else None
        zone = None if shifted else _other_zone(workspace, snapshot, name, grain, theirs, misfit(both))
        factor = constant_factor(both)
        if shifted or zone:
            yield shifted or zone or ""
            return
        if factor is not None:
            yield (
                f"Theirs is {factor:.3g} times ours on nearly every day: look for a filter, a unit or a "
                "duplicate that one side has and the other has not."
            )
            return
    worst = concentration(gaps)
    days = ", ".join(str(gap.start) for gap in sorted(worst, key=lambda gap: gap.start)[:7])
    if len(worst) <= max(7, len(gaps) // 5):
        yield f"Nine tenths of the gap stand on {len(worst)} of {len(gaps)} dates: {days}."
    else:
        yield f"The gap is spread over {len(worst)} of {len(gaps)} dates; no single cause was found."


def _absences(gaps: tuple[Gap, ...]) -> Iterator[str]:
    for text, absent in (
        ("We have no data on {}, where their figures have: import it, or say why not.", "ours"),
        ("Their file has no figure for {}.", "theirs"),
    ):
        days = [gap.start for gap in gaps if getattr(gap, absent) is None]
        if days:
            named = ", ".join(map(str, days[:7])) + (
                f" and {len(days) - 7} more dates" if len(days) > 7 else ""
            )
            yield text.format(named)


def _shifted(gaps: tuple[Gap, ...], theirs: Mapping[date, float]) -> str | None:
    ours = {gap.start: gap.ours for gap in gaps}
    now = misfit([gap for gap in gaps if gap.ours is not None and gap.theirs is not None])
    for days, word in ((1, "later"), (-1, "earlier")):
        moved = {start + timedelta(days): value for start, value in ours.items()}
        common = {start: value for start, value in theirs.items() if moved.get(start) is not None}
        if len(common) >= FEWEST_DAYS:
            left = misfit([Gap(start=start, ours=moved[start], theirs=common[start]) for start in common])
            if left <= (1 - EXPLAINED) * now:
                return f"Their dates stand one day {word} than ours; the numbers are the same."
    return None


def _other_zone(
    workspace: Workspace,
    snapshot: Snapshot,
    name: str,
    grain: Grain,
    theirs: Mapping[date, float],
    now: float,
) -> str | None:
    best, left = "", (1 - EXPLAINED) * now
    since, until = min(theirs), next_bucket(max(theirs), grain)
    for hours in HOURS_WEST:
        zone = f"Etc/GMT{hours:+d}" if hours else "UTC"
        reader = MetricReader(replace(workspace, timezone=zone), snapshot, until)
        ours = {point.start: point.value for point in reader.series(name, grain, since, until).points[None]}
        misfitting = misfit(
            [Gap(start=start, ours=ours.get(start), theirs=theirs[start]) for start in theirs]
        )
        if misfitting < left:
            best, left = ("UTC" if not hours else f"UTC{-hours:+d}"), misfitting
    if not best:
        return None
    return (
        f"Their days are cut in {best}, ours in {workspace.timezone}: cut alike, "
        f"{1 - left / now:.0%} of the daily gap is gone."
    )
