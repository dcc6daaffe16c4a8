"""Which sentences, rows and chart make this week's page, within its limits?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quarterdeck.charts.svg import Drawing
from quarterdeck.insights.metrics.service.dossiers import Dossier
from quarterdeck.insights.metrics.service.drawing import Drawn, draw_quarter
from quarterdeck.report.brief.calc.limits import fit
from quarterdeck.report.brief.calc.page import Brief, Contribution, Footer, Sentence
from quarterdeck.report.brief.calc.sentences import (
    choose_scoreboard,
    fold_movements,
    headline,
    normal_words,
    order_movements,
    score_row,
    tell_movement,
)
from quarterdeck.report.brief.facts import Trust
from quarterdeck.report.brief.service.drawing import draw_movement
from quarterdeck.stats.figures import day_name, long_date, whole

DATA_PAGE = "evidence/data.html"


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """The page, with the drawings that its rows and its figure refer to by metric."""

    brief: Brief
    quarters: Mapping[str, Drawing]
    chart: Drawn | None


def compose_brief(
    dossiers: Sequence[Dossier],
    *,
    as_of: date,
    week_start: date,
    company: str,
    made_up: bool,
    trust: Trust,
    contributions: Sequence[Contribution] = (),
) -> Composed:
    """The whole page, cut to its limits."""
    measures = [dossier.measure for dossier in dossiers]
    by_name = {dossier.measure.name: dossier for dossier in dossiers}
    board, moved = choose_scoreboard(measures), order_movements(measures)
    given = _joined(contributions)
    drawn = draw_movement(by_name[moved[0].name]) if moved else None
    brief = Brief(
        as_of=as_of,
        week_start=week_start,
        company=company.removesuffix(" (made up)") if made_up else company,
        made_up=made_up,
        headline=headline(measures, given.decisions),
        decisions=given.decisions,
        promises=given.promises,
        scoreboard=tuple(score_row(measure, given.remarks, given.signed) for measure in board),
        moved=tuple(
            tell_movement(lead, companions, as_of=as_of) for lead, companions in fold_movements(moved)
        ),
        figure=drawn[0] if drawn else None,
        journeys=given.journeys,
        customers=given.customers,
        launches=given.launches,
        risks=given.risks,
        footer=Footer(
            trust=tell_trust(trust, as_of=as_of),
            normal=normal_words(measures, [measure.name for measure in (*board, *moved)]),
        ),
    )
    fitted = fit(brief)
    quarters = {row.name: draw_quarter(by_name[row.name]) for row in fitted.scoreboard}
    return Composed(
        brief=fitted,
        quarters={name: drawing for name, drawing in quarters.items() if drawing is not None},
        chart=drawn[1] if drawn and fitted.figure else None,
    )


def tell_trust(trust: Trust, *, as_of: date) -> tuple[Sentence, ...]:
    """How far the events reach, and how many rows wait in quarantine."""
    events = trust.table("events")
    if events is None or events.fresh_to is None:
        reach = "No event is imported yet."
    else:
        last = events.fresh_to.date()
        late = (as_of - last).days > 1
        reach = f"No events after {long_date(last)}." if late else f"Events are complete to {day_name(last)}."
    rows = trust.open_rows
    waiting = f"{whole(rows)} {'row waits' if rows == 1 else 'rows wait'} in quarantine."
    said = (Sentence(text=reach, evidence=DATA_PAGE),)
    return (*said, Sentence(text=waiting, evidence=f"{DATA_PAGE}#quarantine")) if rows else said


def _joined(contributions: Sequence[Contribution]) -> Contribution:
    return Contribution(
        decisions=tuple(item for given in contributions for item in given.decisions),
        promises=tuple(item for given in contributions for item in given.promises),
        journeys=tuple(item for given in contributions for item in given.journeys),
        customers=tuple(item for given in contributions for item in given.customers),
        launches=tuple(item for given in contributions for item in given.launches),
        risks=tuple(item for given in contributions for item in given.risks),
        remarks=tuple(item for given in contributions for item in given.remarks),
        signed=tuple(item for given in contributions for item in given.signed),
        evidence=tuple(item for given in contributions for item in given.evidence),
    )
