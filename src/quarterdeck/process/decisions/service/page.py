"""What does the page of one decision show?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from quarterdeck.charts.line import BRIEF_NARROW, BRIEF_WIDE, LineChart, draw_line_chart
from quarterdeck.charts.series import Line, Mark, Point
from quarterdeck.charts.svg import Drawing
from quarterdeck.insights.metrics.service.book import read_metrics
from quarterdeck.process.decisions.calc.prediction import Prediction, Unit, Week
from quarterdeck.process.decisions.calc.words import full_date, predicted_words
from quarterdeck.process.decisions.models import Action, Decision
from quarterdeck.process.decisions.service.reviewing import decided_on
from quarterdeck.process.decisions.service.subjects import (
    FOLLOWS_FROM,
    PREDICTS,
    RESTS_ON,
    action_subject,
    decision_subject,
    page_of,
)
from quarterdeck.records.here import workspace
from quarterdeck.records.links import neighbours
from quarterdeck.records.subjects import Subject
from quarterdeck.stats.figures import axis_labels, notation, short_date, whole

SHOWN_BEFORE = 13


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """The metric round a decision."""

    claim: str
    measure: str
    wide: Drawing
    narrow: Drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What is predicted, in words, and how the metric went since."""

    metric: str
    title: str
    path: str
    words: str
    review_on: date
    chart: Chart | None
    rows: tuple[tuple[date, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A thing that is linked with a decision or a promise, with its page if it has one."""

    title: str
    type: str
    verb: str
    path: str
    pinned: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricChoice:
    """A metric that a prediction can be about."""

    name: str
    title: str
    unit: Unit


def metric_choices() -> tuple[MetricChoice, ...]:
    """Every metric in force, in the tree's order."""
    book = read_metrics(workspace())
    return tuple(
        MetricChoice(name=name, title=book.metrics[name].title, unit=book.metrics[name].unit)
        for name in book.ordered
    )


def effect_of(decision: Decision) -> Effect | None:
    """The predicted effect of a decision, if there is one."""
    prediction = decision.predicted
    if prediction is None:
        return None
    here = workspace()
    metric = read_metrics(here).metrics.get(prediction.metric)
    title, unit = (metric.title, metric.unit) if metric else (prediction.metric, "number")
    return Effect(
        metric=prediction.metric,
        title=title,
        path=page_of(Subject(type="metric", key=prediction.metric)) if metric else "",
        words=predicted_words(prediction, unit, currency=here.currency),
        review_on=prediction.review_on,
        chart=_chart(decision, prediction, title, unit, here.currency),
        rows=_rows(_shown(decision), unit, here.currency),
    )


def evidence_of(decision: Decision) -> Sequence[Neighbour]:
    """What a decision rests on, with its pins in words."""
    titles = {name: metric.title for name, metric in read_metrics(workspace()).metrics.items()}
    return tuple(
        Neighbour(
            title=each.title
            or (titles.get(each.key, "") if each.type == "metric" else "")
            or _title(Subject(type=each.type, key=each.key)),
            type=each.type,
            verb=RESTS_ON,
            path=page_of(Subject(type=each.type, key=each.key)),
            pinned=", ".join(
                [
                    *([f"definition {each.definition_version}"] if each.definition_version else []),
                    *(f"{table} {version}" for table, version in each.tables.items()),
                ]
            ),
        )
        for each in decision.written_evidence
    )


def links_of(thing: Decision | Action) -> Sequence[Neighbour]:
    """Everything that is linked with it and not shown by itself."""
    subject = decision_subject(thing) if isinstance(thing, Decision) else action_subject(thing)
    return tuple(
        Neighbour(
            title=_title(each.subject),
            type=each.subject.type,
            verb=each.verb if each.outward else f"{each.verb} this",
            path=page_of(each.subject),
        )
        for each in neighbours(subject)
        if (each.verb not in (RESTS_ON, PREDICTS) if each.outward else each.verb != FOLLOWS_FROM)
    )


def _title(subject: Subject) -> str:
    """What a thing is called, where it is one of ours."""
    if subject.key.isdecimal() and len(subject.key) < 19:
        if subject.type == "decision":
            found = Decision.objects.filter(pk=int(subject.key)).first()
            return found.question if found else f"decision {subject.key}"
        if subject.type == "action":
            promised = Action.objects.filter(pk=int(subject.key)).first()
            return promised.text if promised else f"action {subject.key}"
    return f"{subject.type} {subject.key}" if subject.type != "page" else subject.key


def _chart(decision: Decision, prediction: Prediction, title: str, unit: Unit, currency: str) -> Chart | None:
    weeks = _shown(decision)
    values = [week.value for week in weeks if week.mature and week.value is not None]
    if len(values) < 2:
        return None
    made = decided_on(decision, workspace())
    first, last = weeks[0].start, weeks[-1].start
    written = notation(unit, values, currency=currency)
    claim = f"{title} since the decision" if last >= made else f"{title} before the decision"
    marks = (Mark(when=made, label="decided"),) if first <= made <= last else ()
    bound = prediction.low if prediction.low is not None else prediction.high
    chart = LineChart(
        key=f"decision-{decision.pk}",
        sentence=f"{title} by week from {full_date(first)}, last {written.full(values[-1])}.",
        lines=(
            Line(
                label=written.full(values[-1]),
                points=tuple(Point(when=week.start, value=week.value, known=week.mature) for week in weeks),
                banded=False,
            ),
        ),
        write=lambda ticks: axis_labels(unit, ticks, currency=currency),
        dates=((first, short_date(first)), (last, short_date(last))),
        from_zero=unit == "share",
        marks=marks,
        target=(bound, "predicted") if prediction.measured == "level" and bound is not None else None,
        at_most_ticks=3,
        whole=unit == "count",
    )
    return Chart(
        claim=claim,
        measure="by week" if unit == "share" else "by week; the axis need not begin at zero",
        wide=draw_line_chart(chart, BRIEF_WIDE),
        narrow=draw_line_chart(chart, BRIEF_NARROW),
    )


def _shown(decision: Decision) -> tuple[Week, ...]:
    weeks = decision.seen_weeks
    made = decided_on(decision, workspace())
    before = [week for week in weeks if week.end <= made]
    return weeks[max(0, len(before) - SHOWN_BEFORE) :]


def _rows(weeks: Sequence[Week], unit: Unit, currency: str) -> tuple[tuple[date, str, str], ...]:
    """The weeks in words, the last one first."""
    written = notation(unit, [week.value for week in weeks], currency=currency)
    return tuple(
        (
            week.start,
            "no data" if week.value is None else written.full(week.value) if week.mature else "not final yet",
            "" if week.base is None else whole(week.base),
        )
        for week in reversed(weeks)
    )
