"""Which files make a brief, and what stands in each?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from quarterdeck.pages.engine import render
from quarterdeck.report.brief.calc.dossier import Dossier
from quarterdeck.report.brief.calc.limits import footer_sentences
from quarterdeck.report.brief.calc.measures import page_name
from quarterdeck.report.brief.calc.page import Contribution
from quarterdeck.report.brief.definitions import BriefDocument, Pins
from quarterdeck.report.brief.facts import Change, Trust
from quarterdeck.report.brief.service.compose import Composed, compose_brief
from quarterdeck.report.brief.service.document import brief_document, written_json, written_markdown
from quarterdeck.report.brief.service.evidence import (
    added_page,
    data_page,
    index_page,
    metric_page,
    normal_page,
)
from quarterdeck.stats.figures import day_name, long_date

TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekRead:
    """All that was read for a brief; nothing else decides what it says."""

    company: str
    made_up: bool
    week_start: date
    dossiers: tuple[Dossier, ...]
    changes: tuple[Change, ...]
    trust: Trust
    pins: Pins


def page_files(
    week: WeekRead, *, contributions: Sequence[Contribution] = ()
) -> tuple[BriefDocument, Mapping[str, str]]:
    """Every file of a brief by its path; only what was read decides what stands in them."""
    composed = compose_brief(
        week.dossiers,
        as_of=week.pins.as_of,
        week_start=week.week_start,
        company=week.company,
        made_up=week.made_up,
        trust=week.trust,
        contributions=contributions,
    )
    brief = composed.brief
    document = brief_document(brief, week.pins)
    files = {
        "brief.html": render("brief/brief.html", _brief_context(composed), folder=TEMPLATES),
        "brief.md": written_markdown(brief),
        "brief.json": written_json(document),
    }
    added = [page for given in contributions for page in given.evidence]
    pages = {
        "index.html": ("index", index_page(brief, week.dossiers, pins=week.pins, added=added)),
        "normal.html": ("normal", normal_page(brief, week.dossiers)),
        "data.html": ("data", data_page(brief, week.trust)),
    }
    for dossier in week.dossiers:
        name = page_name(dossier.measure.name)
        pages[name] = ("metric", metric_page(dossier, brief=brief, changes=week.changes))
    for page in added:
        pages[page.file] = ("added", added_page(brief, page))
    for name, (template, context) in pages.items():
        files[f"evidence/{name}"] = render(f"brief/{template}.html", context, folder=TEMPLATES)
    return document, files


def _brief_context(composed: Composed) -> Mapping[str, object]:
    brief = composed.brief
    return {
        "title": f"The brief of {long_date(brief.as_of)} {brief.as_of.year}",
        "brief": brief,
        "company": brief.company,
        "made_up": brief.made_up,
        "written_on": long_date(brief.as_of),
        "last_day": day_name(brief.week_start + timedelta(days=6)),
        "decisions": [(decision, day_name(decision.by)) for decision in brief.decisions],
        "rows": [(row, composed.quarters.get(row.name)) for row in brief.scoreboard],
        "chart": composed.chart,
        "footer": footer_sentences(brief),
        "judged_by_hand": any(row.remark for row in brief.scoreboard),
    }
