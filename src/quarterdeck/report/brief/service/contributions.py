"""What do decisions and promises give to a week's brief?"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.utils.text import slugify

from quarterdeck.feedback.backlog.service.for_brief import LoopTold
from quarterdeck.feedback.backlog.service.for_brief import told_in_brief as loops_told
from quarterdeck.feedback.themes.service.for_brief import ThemeTold
from quarterdeck.feedback.themes.service.for_brief import told_in_brief as themes_told
from quarterdeck.insights.journeys.service.pinning import TellsInBrief, told_in_brief
from quarterdeck.insights.metrics.service.book import METRIC
from quarterdeck.process.decisions.service.for_brief import Answering, Ask, answering, asked, promised
from quarterdeck.records.here import workspace
from quarterdeck.records.workshop.seals import seals_of
from quarterdeck.report.brief.calc.page import (
    Contribution,
    CustomerVoice,
    Decision,
    EvidencePage,
    JourneyTold,
    Promise,
    Sentence,
    Signed,
)
from quarterdeck.stats.figures import day_name, in_sentence, long_date, short_date

Value = TypeVar("Value")
ASKED_AT = "/decisions/"


def given_to_brief(as_of: date, week_start: date) -> Sequence[Contribution]:
    """The contribution of every capability that has one for this week, the most urgent first."""
    pinned, themes = told_in_brief(workspace()), themes_told(workspace(), as_of)
    loops = loops_told(workspace(), as_of)
    return (
        Contribution(
            decisions=tuple(_decision(ask, as_of) for ask in asked(as_of)),
            promises=tuple(
                Promise(
                    promised=Sentence(text=f"{kept.owner}: {kept.text}", evidence=kept.path),
                    state=kept.became,
                )
                for kept in promised(week_start)
            ),
            journeys=tuple(_told(each) for each in pinned),
            customers=(*(_voice(each) for each in themes), *(_closed(each) for each in loops)),
            evidence=(
                *(_evidence(each) for each in pinned),
                *(_evidence_of_theme(each) for each in themes),
                *(_evidence_of_loop(each) for each in loops),
            ),
        ),
    )


def _told(each: TellsInBrief) -> JourneyTold:
    return JourneyTold(
        said=Sentence(
            text=f"{each.title}: {in_sentence(each.found.claim)}.", evidence=f"evidence/{_file(each)}"
        ),
        base=each.found.base,
        shares=each.found.shares,
    )


def _evidence(each: TellsInBrief) -> EvidencePage:
    """The drawing and rows of a pinned journey, and the versions that they were read at."""
    found = each.found
    return EvidencePage(
        file=_file(each),
        title=each.title,
        claim=found.claim,
        columns=found.columns,
        rows=found.rows,
        query=found.query,
        measure=found.measure,
        figure=found.drawing,
        pins=(
            ("Answered", f"{long_date(found.answered_at.date())} {found.answered_at:%H:%M} UTC"),
            ("Definition", found.version),
            *((table, f"version {version}") for table, version in sorted(found.tables.items())),
        ),
    )


def _voice(theme: ThemeTold) -> CustomerVoice:
    return CustomerVoice(
        words=Sentence(text=theme.words, evidence=f"evidence/{_file_of_theme(theme)}"), source=theme.source
    )


def _evidence_of_theme(theme: ThemeTold) -> EvidencePage:
    """What is counted of a theme, and by which taxonomy and tagger."""
    return EvidencePage(
        file=_file_of_theme(theme),
        title=theme.name,
        claim=theme.claim,
        columns=theme.columns,
        rows=theme.rows,
        measure=theme.measure,
        figure=theme.drawing,
        pins=theme.pins,
    )


def _closed(loop: LoopTold) -> CustomerVoice:
    return CustomerVoice(words=Sentence(text=loop.text, evidence=f"evidence/{_file_of_loop(loop)}"))


def _evidence_of_loop(loop: LoopTold) -> EvidencePage:
    """Who asked, who was told, and what was measured since."""
    return EvidencePage(
        file=_file_of_loop(loop),
        title=loop.title,
        claim=loop.claim,
        columns=loop.columns,
        rows=loop.rows,
        measure=loop.measure,
        figure=loop.drawing or "",
        pins=loop.pins,
    )


def _file_of_loop(loop: LoopTold) -> str:
    return f"loop-{slugify(loop.key) or 'unnamed'}.html"


def _file_of_theme(theme: ThemeTold) -> str:
    return f"theme-{slugify(theme.name) or 'unnamed'}.html"


def _file(each: TellsInBrief) -> str:
    return f"journey-{each.name}.html"


def signed_at(versions: Mapping[str, str]) -> tuple[Signed, ...]:
    """Whether each metric is signed at the very version that a brief pins, by the records of now."""
    return tuple(
        Signed(
            metric=name,
            standing=str(seal.standing),
            by=seal.owner,
            on=seal.at.astimezone(workspace().zone).date() if seal.at else None,
            version=seal.version,
        )
        for name, seal in seals_of(METRIC.name, {name: (at, "") for name, at in versions.items()}).items()
    )


def with_answers(decisions: Sequence[Decision]) -> Sequence[tuple[Decision, str, Answering | None]]:
    """The questions of a brief, each with its day and with how it stands now, answered meanwhile perhaps."""
    numbers = {decision.question.evidence: _number(decision) for decision in decisions}
    found = answering(tuple(number for number in numbers.values() if number is not None))
    return [
        (decision, day_name(decision.by), found.get(numbers[decision.question.evidence] or 0))
        for decision in decisions
    ]


def _number(decision: Decision) -> int | None:
    """The number of a decision that a brief asks for; None where the brief has it from elsewhere."""
    number = decision.question.evidence.removeprefix(ASKED_AT).rstrip("/")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None


def _decision(ask: Ask, as_of: date) -> Decision:
    """A day outside the week that the brief opens is named by its date: a weekday would mislead."""
    in_week = as_of <= ask.due < as_of + timedelta(7)
    return Decision(
        question=Sentence(text=ask.question, evidence=ask.path),
        recommended=Sentence(text=ask.recommended, evidence=ask.path),
        waiting_costs=Sentence(text=ask.waiting_costs, evidence=ask.path),
        decider=ask.decider if in_week else f"{ask.decider} ({short_date(ask.due)})",
        by=max(ask.due, as_of),
        answer=ask.answer,
        answered_as=ask.answered_as,
    )


def with_addresses(given: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """The same, with whole addresses where a page of the application is the evidence: files travel."""
    return tuple(_addressed(each) for each in given)


def _addressed(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(_addressed(each) for each in value)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for field in fields(value):
        inner = getattr(value, field.name)
        if field.name == "evidence" and isinstance(inner, str) and inner.startswith("/"):
            changed[field.name] = settings.QUARTERDECK_URL + inner
        else:
            changed[field.name] = _addressed(inner)
    return replace(value, **changed)
