"""Which files make a brief, and what stands in each?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from quarterdeck.insights.journeys.service.drawing import draw_small
from quarterdeck.insights.metrics.service.changes import Change
from quarterdeck.insights.metrics.service.dossiers import Dossier
from quarterdeck.insights.metrics.service.story import TEMPLATES as METRIC_TEMPLATES
from quarterdeck.pages.engine import render, render_part
from quarterdeck.report.brief.calc.addresses import page_name
from quarterdeck.report.brief.calc.limits import footer_sentences
from quarterdeck.report.brief.calc.page import Contribution, Decision
from quarterdeck.report.brief.definitions import BriefDocument, BriefState, Pins
from quarterdeck.report.brief.facts import Trust
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
STANDALONE = "pages/layout.html"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a brief: its template and what the template says."""

    template: str
    context: Mapping[str, object]


class BriefPages:
    """The pages of a brief, each made when it is asked for."""

    def __init__(
        self, week: WeekRead, *, contributions: Sequence[Contribution] = (), state: BriefState = "draft"
    ) -> None:
        self._week = week
        self._added = {page.file: page for given in contributions for page in given.evidence}
        self._signed = {each.metric: each for given in contributions for each in given.signed}
        self._metrics = {page_name(dossier.measure.name): dossier for dossier in week.dossiers}
        self._state = state
        self._composed = compose_brief(
            week.dossiers,
            as_of=week.pins.as_of,
            week_start=week.week_start,
            company=week.company,
            made_up=week.made_up,
            trust=week.trust,
            contributions=contributions,
        )

    @cached_property
    def document(self) -> BriefDocument:
        """The brief as data."""
        return brief_document(self._composed.brief, self._week.pins, self._state)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What is asked on the page itself."""
        return self._composed.brief.decisions

    @property
    def markdown(self) -> str:
        return written_markdown(self._composed.brief)

    @property
    def brief(self) -> Page:
        """The one page itself."""
        return Page(template="brief/brief.html", context=_brief_context(self._composed, self._state))

    @cached_property
    def body(self) -> str:
        """The part of the page that is the same for every reader: scoreboard, movements and what follows."""
        return render_part("brief/body.html", self.brief.context, folder=TEMPLATES, beside=METRIC_TEMPLATES)

    @property
    def evidence_names(self) -> tuple[str, ...]:
        """The file name of every page of evidence."""
        return ("index.html", "normal.html", "data.html", *self._metrics, *self._added)

    def evidence(self, name: str) -> Page | None:
        """A page of evidence by its file name; None where there is no such page."""
        week, brief = self._week, self._composed.brief
        if name in self._metrics:
            dossier = self._metrics[name]
            signed = self._signed.get(dossier.measure.name)
            context = metric_page(dossier, brief=brief, changes=week.changes, signed=signed)
            return Page(template="brief/metric.html", context=context)
        if name in self._added:
            return Page(template="brief/added.html", context=added_page(brief, self._added[name]))
        if name == "index.html":
            added = self._added.values()
            context = index_page(brief, week.dossiers, pins=week.pins, added=added)
            return Page(template="brief/index.html", context=context)
        if name == "normal.html":
            return Page(template="brief/normal.html", context=normal_page(brief, week.dossiers))
        if name == "data.html":
            return Page(template="brief/data.html", context=data_page(brief, week.trust))
        return None


def page_files(pages: BriefPages) -> Mapping[str, str]:
    """Every file of a brief by its path, each standing alone; only what was read decides what is in them."""
    files = {
        "brief.html": _standing_alone(pages.brief),
        "brief.md": pages.markdown,
        "brief.json": written_json(pages.document),
    }
    for name in pages.evidence_names:
        page = pages.evidence(name)
        if page is not None:
            files[f"evidence/{name}"] = _standing_alone(page)
    return files


def _standing_alone(page: Page) -> str:
    return render(
        page.template, {**page.context, "layout": STANDALONE}, folder=TEMPLATES, beside=METRIC_TEMPLATES
    )


def _brief_context(composed: Composed, state: BriefState) -> Mapping[str, object]:
    brief = composed.brief
    return {
        "title": f"The brief of {long_date(brief.as_of)} {brief.as_of.year}",
        "brief": brief,
        "company": brief.company,
        "made_up": brief.made_up,
        "written_on": long_date(brief.as_of),
        "last_day": day_name(brief.week_start + timedelta(days=6)),
        "decisions": [(decision, day_name(decision.by), None) for decision in brief.decisions],
        "rows": [(row, composed.quarters.get(row.name)) for row in brief.scoreboard],
        "chart": composed.chart,
        "journeys": [(told, draw_small(told.shares)) for told in brief.journeys],
        "footer": footer_sentences(brief),
        "judged_by_hand": any(row.remark for row in brief.scoreboard),
        "state": state,
    }
