"""Which pages prove the brief, and what stands on each?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from quarterdeck.charts.svg import Drawing
from quarterdeck.insights.metrics.service.buckets import bucket_table
from quarterdeck.insights.metrics.service.changes import Change
from quarterdeck.insights.metrics.service.dossiers import Dossier, Measure
from quarterdeck.insights.metrics.service.story import metric_story, over_time
from quarterdeck.report.brief.calc.addresses import page_name
from quarterdeck.report.brief.calc.limits import NOUNS
from quarterdeck.report.brief.calc.page import Brief, EvidencePage, Signed
from quarterdeck.report.brief.calc.sentences import WORKING_DAYS_TO_ANSWER, score_row
from quarterdeck.report.brief.definitions import Pins
from quarterdeck.report.brief.facts import Trust
from quarterdeck.stats.figures import (
    day_name,
    long_date,
    whole,
    working_days_after,
)

Context = Mapping[str, object]


def metric_page(
    dossier: Dossier, *, brief: Brief, changes: Sequence[Change], signed: Signed | None
) -> Context:
    """Everything about one metric's week."""
    measure = dossier.measure
    chart = over_time(dossier, None, grain="day", changes=changes)
    answer = working_days_after(brief.as_of, WORKING_DAYS_TO_ANSWER)
    return _frame(brief, measure.title) | {
        **metric_story(dossier, changes=changes, chart=chart),
        "day_table": bucket_table(measure, dossier.days, slices=dossier.slices),
        "week_table": bucket_table(measure, dossier.weeks, grain="week"),
        "signed": signed,
        "next_answer": day_name(answer) if measure.moved else "",
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
    return _frame(brief, page.title) | {"page": page, "figure": Drawing(page.figure)}


def _frame(brief: Brief, title: str) -> dict[str, object]:
    return {
        "title": title,
        "company": brief.company,
        "made_up": brief.made_up,
        "written_on": long_date(brief.as_of),
        "week_end": long_date(brief.week_start + timedelta(days=6)),
    }


def _metric_row(measure: Measure) -> Context:
    return {"row": score_row(measure), "href": page_name(measure.name)}
