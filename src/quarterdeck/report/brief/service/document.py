"""How does the page read as data and as Markdown?"""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta

from quarterdeck.report.brief.calc.limits import footer_sentences, size_of
from quarterdeck.report.brief.calc.page import Brief, ScoreRow, Sentence, Signed
from quarterdeck.report.brief.definitions import (
    BriefDocument,
    BriefState,
    CustomerEntry,
    DecisionEntry,
    FigureEntry,
    JourneyEntry,
    LeftOutEntry,
    MovedEntry,
    Pins,
    PromiseEntry,
    SaidWithEvidence,
    ScoreEntry,
    SignedEntry,
    SizeEntry,
)
from quarterdeck.stats.figures import day_name, long_date, short_date


def brief_document(brief: Brief, pins: Pins, state: BriefState = "draft") -> BriefDocument:
    """The page as data, with the pins that reproduce it."""
    size = size_of(brief)
    return BriefDocument(
        state=state,
        company=brief.company,
        made_up=brief.made_up,
        week_start=brief.week_start,
        week_end=brief.week_start + timedelta(days=6),
        pins=pins,
        headline=_said_all(brief.headline),
        decisions=tuple(
            DecisionEntry(
                question=_said(decision.question),
                recommended=_said(decision.recommended),
                waiting_costs=_said(decision.waiting_costs),
                decider=decision.decider,
                by=decision.by,
                answer=decision.answer,
                answered_as=decision.answered_as,
            )
            for decision in brief.decisions
        ),
        promises=tuple(
            PromiseEntry(promised=_said(promise.promised), state=promise.state) for promise in brief.promises
        ),
        scoreboard=tuple(_score_entry(row) for row in brief.scoreboard),
        moved=tuple(
            MovedEntry(
                metric=movement.name,
                sentences=_said_all((*movement.told, *movement.then)),
                confidence=movement.confidence,
            )
            for movement in brief.moved
        ),
        figure=_figure_entry(brief),
        journeys=tuple(JourneyEntry(said=_said(told.said), base=told.base) for told in brief.journeys),
        customers=tuple(
            CustomerEntry(words=_said(voice.words), source=voice.source) for voice in brief.customers
        ),
        launches=_said_all(brief.launches),
        risks=_said_all(brief.risks),
        footer=_said_all(footer_sentences(brief)),
        left_out=tuple(LeftOutEntry(section=item.section, said=_said(item.said)) for item in brief.left_out),
        size=SizeEntry(words=size.words, numbers=size.numbers),
    )


def written_json(document: BriefDocument) -> str:
    """The document as text: sorted keys, one line end, nothing of this machine."""
    data = document.model_dump(mode="json")
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def written_markdown(brief: Brief) -> str:
    """The page as Markdown, each sentence linked to its evidence."""
    return "\n".join(_markdown(brief)) + "\n"


def _markdown(brief: Brief) -> Iterator[str]:
    company = f"{brief.company} (demo company, made up)" if brief.made_up else brief.company
    yield f"{company} · {long_date(brief.as_of)}"
    yield f"\n# {_linked_all(brief.headline)}"
    for decision in brief.decisions:
        if decision.answer:
            yield f"\n## Decided: {_linked(decision.question)}\n"
            yield f"- Answer: {_plain(decision.answer)}, {_plain(decision.answered_as)}"
            continue
        yield f"\n## Decision needed: {_linked(decision.question)}\n"
        yield f"- Recommended: {_linked(decision.recommended)}"
        yield f"- Waiting costs: {_linked(decision.waiting_costs)}"
        yield f"- Decider: {_plain(decision.decider)}, {day_name(decision.by)}"
    yield from _listed(
        "Last week’s promises",
        (f"{_linked(promise.promised)} ({promise.state})" for promise in brief.promises),
    )
    if brief.scoreboard:
        yield from _scoreboard(brief)
    yield from _listed(
        "What moved and why",
        (
            f"{_linked_all(movement.told)} *{movement.confidence}* {_linked_all(movement.then)}"
            for movement in brief.moved
        ),
    )
    yield from _listed(
        "Journeys",
        (
            f"{_linked(told.said)} ({told.base})" if told.base else _linked(told.said)
            for told in brief.journeys
        ),
    )
    yield from _listed(
        "Customers",
        (
            f"“{_linked(voice.words)}” {voice.source}" if voice.source else _linked(voice.words)
            for voice in brief.customers
        ),
    )
    yield from _listed("Launches and incidents", (_linked(said) for said in brief.launches))
    yield from _listed("Risks", (_linked(said) for said in brief.risks))
    yield f"\n---\n\n{_linked_all(footer_sentences(brief))}"


def _scoreboard(brief: Brief) -> Iterator[str]:
    last = brief.week_start + timedelta(days=6)
    week = f"Week to {day_name(last)} {short_date(last)}"
    yield "\n## Scoreboard\n"
    yield f"| {week} | Value | Base | Expected | Target | Owner |"
    yield "|---|---:|---|---:|---:|---|"
    for row in brief.scoreboard:
        role = f" ({row.role})" if row.role in ("north star", "guardrail") else ""
        state = f"{row.base_text} {row.state}".strip()
        cells = (
            f"{_linked(row.title)}{role}",
            row.value_text,
            state,
            row.expected_text,
            row.target_text,
            _owner_cell(row),
        )
        yield f"| {' | '.join(cells)} |"


def _owner_cell(row: ScoreRow) -> str:
    signed = f" ({row.signed.standing})" if row.signed else ""
    remark = f" *{_plain(row.remark)}*" if row.remark else ""
    return f"{_plain(row.owner)}{signed}{remark}"


def _listed(heading: str, lines: Iterable[str]) -> Iterator[str]:
    written = [f"- {line}" for line in lines]
    if written:
        yield f"\n## {heading}\n"
        yield from written


def _plain(text: str) -> str:
    for mark in "\\`*_[]<>|#":
        text = text.replace(mark, f"\\{mark}")
    return text


def _linked(said: Sentence) -> str:
    return f"[{_plain(said.text)}]({said.evidence})"


def _linked_all(sentences: Iterable[Sentence]) -> str:
    return " ".join(_linked(said) for said in sentences)


def _said(said: Sentence) -> SaidWithEvidence:
    return SaidWithEvidence(text=said.text, evidence=said.evidence)


def _said_all(sentences: Iterable[Sentence]) -> tuple[SaidWithEvidence, ...]:
    return tuple(_said(said) for said in sentences)


def _figure_entry(brief: Brief) -> FigureEntry | None:
    figure = brief.figure
    if figure is None:
        return None
    return FigureEntry(
        metric=figure.metric, claim=figure.claim, measure=figure.measure, evidence=figure.evidence
    )


def _score_entry(row: ScoreRow) -> ScoreEntry:
    return ScoreEntry(
        metric=row.name,
        title=row.title.text,
        role=row.role,
        week_start=row.week_start,
        value=_rounded(row.value),
        base=_rounded(row.base),
        expected_low=_rounded(row.expected_low),
        expected_high=_rounded(row.expected_high),
        target=_rounded(row.target),
        verdict=row.judgement,
        side=row.side,
        written=row.value_text,
        owner=row.owner,
        remark=row.remark,
        signed=_signed_entry(row.signed),
        evidence=row.title.evidence,
    )


def _signed_entry(signed: Signed | None) -> SignedEntry | None:
    if signed is None:
        return None
    return SignedEntry(standing=signed.standing, by=signed.by, on=signed.on, version=signed.version)


def _rounded(value: float | None) -> float | None:
    """Twelve significant digits: what differs beyond them is the order of a sum, not a fact."""
    return None if value is None else float(f"{value:.12g}")
