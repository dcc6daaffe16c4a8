"""Which pages prove the brief, and what stands on each?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from quarterdeck.report.brief.calc.dossier import Bucket, Dossier
from quarterdeck.report.brief.calc.limits import NOUNS
from quarterdeck.report.brief.calc.measures import Measure, page_name
from quarterdeck.report.brief.calc.page import Brief, EvidencePage
from quarterdeck.report.brief.calc.sentences import WORKING_DAYS_TO_ANSWER, base_words, score_row
from quarterdeck.report.brief.definitions import Pins
from quarterdeck.report.brief.facts import Change, Trust
from quarterdeck.report.brief.service.drawing import draw_days, draw_slices
from quarterdeck.stats.figures import (
    Notation,
    counted,
    day_name,
    in_sentence,
    long_date,
    notation,
    opening,
    short_date,
    whole,
    working_days_after,
)

Context = Mapping[str, object]
DIRECTIONS = {"better": "higher is better", "worse": "lower is better", "neither": "neither way is better"}
UNITS = {"share": "share", "count": "count", "currency": "money", "seconds": "seconds", "number": "number"}


def metric_page(dossier: Dossier, *, brief: Brief, changes: Sequence[Change]) -> Context:
    """Everything about one metric's week."""
    measure = dossier.measure
    week_end = measure.week_start + timedelta(days=6)
    # What changed on the eve of a movement belongs to it.
    first = min(measure.week_start, (measure.since or measure.week_start) - timedelta(days=1))
    return _frame(brief, measure.title) | {
        "dossier": dossier,
        "measure": measure,
        "row": score_row(measure, ()),
        "facts": _week_facts(dossier, week_end),
        "direction": DIRECTIONS[measure.higher_is],
        "unit": UNITS[measure.unit],
        "next_answer": day_name(working_days_after(brief.as_of, WORKING_DAYS_TO_ANSWER))
        if measure.moved
        else "",
        "chart": draw_days(dossier, changes),
        "where": _where(measure),
        "cells": draw_slices(dossier),
        "days_in_words": counted(len(dossier.slices[0].days), "day") if dossier.slices else "",
        "changes": _change_rows(changes, first, week_end),
        "span": f"{short_date(first)} to {short_date(week_end)}",
        "versions": [f"{name}, version {version:,}" for name, version in dossier.versions.items()],
        "target": measure.notation.full(measure.target) if measure.target is not None else "",
        "day_table": _bucket_table(measure, dossier.days, dossier),
        "week_table": _bucket_table(measure, dossier.weeks, None),
    }


def index_page(
    brief: Brief, dossiers: Sequence[Dossier], *, pins: Pins, added: Iterable[EvidencePage]
) -> Context:
    """The way to everything: all metrics, all pins, what was left out."""
    left_out = [
        {
            "kind": NOUNS[item.section][0],
            "text": item.said.text,
            "href": item.said.evidence.removeprefix("evidence/"),
        }
        for item in brief.left_out
    ]
    return _frame(brief, "Everything behind this page") | {
        "rows": [_metric_row(dossier.measure) for dossier in dossiers],
        "left_out": left_out,
        "asked": [decision.question.text for decision in brief.decisions],
        "added": [{"href": page.file, "title": page.title, "claim": page.claim} for page in added],
        "tables": sorted(pins.tables.items()),
        "definitions": sorted(pins.definitions.items()),
        "pins": pins,
    }


def normal_page(brief: Brief, dossiers: Sequence[Dossier]) -> Context:
    """The metrics that the brief does not show."""
    shown = {row.name for row in brief.scoreboard} | {movement.name for movement in brief.moved}
    others = [dossier.measure for dossier in dossiers if dossier.measure.name not in shown]
    return _frame(brief, "Metrics that are not on the page") | {
        "rows": [_metric_row(measure) for measure in others]
    }


def data_page(brief: Brief, trust: Trust) -> Context:
    """How fresh and how complete the facts are."""
    tables = [
        {
            "name": table.name,
            "version": f"{table.version:,}",
            "rows": whole(table.rows),
            "fresh_to": f"{long_date(table.fresh_to.date())} {table.fresh_to:%H:%M}"
            if table.fresh_to
            else "",
        }
        for table in trust.tables
    ]
    quarantined = [
        {"table": item.table, "reason": item.reason, "rows": whole(item.rows)} for item in trust.quarantined
    ]
    return _frame(brief, "The data behind this page") | {
        "tables": tables,
        "quarantined": quarantined,
        "open_rows": whole(trust.open_rows) if trust.open_rows else "",
    }


def added_page(brief: Brief, page: EvidencePage) -> Context:
    """A page that another capability adds."""
    return _frame(brief, page.title) | {"page": page}


def _frame(brief: Brief, title: str) -> dict[str, object]:
    return {
        "title": title,
        "company": brief.company,
        "made_up": brief.made_up,
        "written_on": long_date(brief.as_of),
        "week_end": long_date(brief.week_start + timedelta(days=6)),
    }


def _week_facts(dossier: Dossier, week_end: date) -> list[tuple[str, str]]:
    measure = dossier.measure
    written = measure.notation
    facts = [_amount(measure, week_end)]
    if dossier.interval and measure.value is not None:
        facts.append(("95 % interval", written.prose_range(*dossier.interval)))
    if measure.low is not None and measure.high is not None:
        facts.append(("Expected", written.prose_range(measure.low, measure.high)))
    if measure.target is not None:
        facts.append(("Target", written.bare(measure.target)))
    return [(name, text) for name, text in facts if text]


def _amount(measure: Measure, week_end: date) -> tuple[str, str]:
    if measure.value is None or measure.unit != "share" or measure.base is None:
        return "Week to", short_date(week_end)
    return (
        f"Week to {short_date(week_end)}",
        f"{whole(measure.value * measure.base)} {base_words(measure.base)}",
    )


def _where(measure: Measure) -> str:
    if not measure.moved:
        return ""
    if measure.holder is None and not measure.dimensions:
        return "not looked into"
    return f"{measure.holder.name} holds most of it" if measure.holder else "no single slice holds most of it"


def _change_rows(changes: Iterable[Change], first: date, last: date) -> list[Context]:
    return [
        {
            "time": f"{day_name(change.time.date())} {short_date(change.time.date())} {change.time:%H:%M}",
            "kind": change.kind,
            "name": change.name,
            "scope": change.scope,
        }
        for change in changes
        if first <= change.time.date() <= last
    ]


def _metric_row(measure: Measure) -> Context:
    return {"row": score_row(measure, ()), "href": page_name(measure.name)}


def _bucket_table(measure: Measure, buckets: Sequence[Bucket], dossier: Dossier | None) -> Context:
    """The rows behind a chart, newest first, with a column for each slice."""
    slices = dossier.slices if dossier else ()
    values = [value for bucket in buckets for value in (bucket.value, bucket.low, bucket.high)]
    written = notation(measure.unit, values, currency=measure.currency)
    by_day = [{day.start: day for day in part.days} for part in slices]
    rows = [
        {
            "start": f"{day_name(bucket.start)[:3]} {short_date(bucket.start)}",
            "value": _bucket_value(written, bucket),
            "base": whole(bucket.base) if bucket.base is not None else "",
            "expected": _bucket_range(written, bucket),
            "outside": bucket.outside,
            "slices": [
                _bucket_value(written, days[bucket.start]) if bucket.start in days else "" for days in by_day
            ],
        }
        for bucket in reversed(buckets)
    ]
    return {
        "rows": rows,
        "has_base": any(bucket.base is not None for bucket in buckets),
        "names": [part.value for part in slices],
        "dimension": opening(in_sentence(slices[0].dimension)) if slices else "",
    }


def _bucket_value(written: Notation, bucket: Bucket) -> str:
    if not bucket.known:
        return "not known yet"
    return written.full(bucket.value) if bucket.value is not None else "no data"


def _bucket_range(written: Notation, bucket: Bucket) -> str:
    return (
        written.table_range(bucket.low, bucket.high)
        if bucket.low is not None and bucket.high is not None
        else ""
    )
