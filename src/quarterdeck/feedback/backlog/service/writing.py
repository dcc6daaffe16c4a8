"""How does an insights brief read as a page, as Markdown, as plain text?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from quarterdeck.feedback.backlog.calc.document import BriefDocument, Change, Sentence
from quarterdeck.feedback.backlog.service.briefing import written_json
from quarterdeck.feedback.backlog.service.drawing import draw_matrix
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.pages.engine import render
from quarterdeck.stats.figures import listed, long_date

Form = Literal["text", "markdown", "html", "json"]
TEMPLATES = Path(__file__).parent.parent / "templates"
LAYOUT = "pages/layout.html"
MOST_VOICES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """Words that a customer agreed to have quoted, without what is personal."""

    key: str
    words: str


def written(document: BriefDocument, form: Form) -> str:
    """The brief in one of its forms."""
    if form == "json":
        return written_json(document)
    if form == "html":
        return render("backlog/letter.html", {**context_of(document), "layout": LAYOUT}, folder=TEMPLATES)
    return "\n".join(_markdown(document) if form == "markdown" else _text(document)) + "\n"


def context_of(document: BriefDocument) -> Mapping[str, object]:
    """What the page shows."""
    return {
        "document": document,
        "title": f"Insights brief of {long_date(document.as_of)}",
        "company": document.company,
        "made_up": document.made_up,
        "written_on": long_date(document.as_of),
        "matrix": draw_matrix(document.spots),
        "changes": [(change, voices_of(change)) for change in document.changes],
    }


def voices_of(change: Change) -> Sequence[Voice]:
    """The quotes of a change that are still there, and may be shown as of now."""
    book = open_book()
    quotes = (book.find(key) for key in change.quotes if book.has(key))
    shown = [Voice(key=quote.quote, words=quote.masked) for quote in quotes if quote.may_be_shown_outside]
    # Several customers may say the same; a reader needs it once.
    return list({" ".join(voice.words.casefold().split()): voice for voice in reversed(shown)}.values())[
        ::-1
    ][:MOST_VOICES]


def _text(document: BriefDocument) -> Iterator[str]:
    yield f"{document.company} · insights brief of {long_date(document.as_of)}"
    if document.made_up:
        yield "A demo company; all names and numbers are made up."
    yield ""
    yield " ".join(said.text for said in document.headline)
    yield ""
    yield from (f"  {moved.said.text}" for moved in document.movements)
    if document.quiet:
        yield f"  {document.quiet}"
    for change in document.changes:
        yield ""
        yield f"{change.number}. {change.title}"
        yield f"   {change.claim.text}"
        yield f"   {change.score}   {change.sum}"
        for factor in change.factors:
            bounds = f" ({factor.bounds})" if factor.bounds else ""
            yield f"     {factor.name:<11}{factor.value}{bounds}"
        if change.not_apart:
            yield f"   Not told apart from: {listed(change.not_apart)}."
    if document.together.text:
        yield ""
        yield document.together.text
    if document.watched:
        yield ""
        yield "Watched"
        yield from (f"  {said.text}" for said in document.watched)
    yield from _became_text(document)


def _became_text(document: BriefDocument) -> Iterator[str]:
    if document.became:
        yield ""
        yield f"What became of the brief of {document.since}"
        yield from (f"  {each.title}: {each.state}. {each.said.text}" for each in document.became)


def _markdown(document: BriefDocument) -> Iterator[str]:
    company = f"{document.company} (demo company, made up)" if document.made_up else document.company
    yield f"{company} · {long_date(document.as_of)}"
    yield f"\n# {' '.join(_linked(said) for said in document.headline)}"
    yield "\n## What moved\n"
    yield from (f"- {_linked(moved.said)}" for moved in document.movements)
    if document.quiet:
        yield f"- {_plain(document.quiet)}"
    if document.changes:
        yield "\n## Recommended changes\n"
        yield "| | Change | Score | Reach | Impact | Confidence | Effort |"
        yield "|---|---|---|---|---|---|---|"
        for change in document.changes:
            cells = (f"{each.value}{f' ({each.bounds})' if each.bounds else ''}" for each in change.factors)
            yield f"| {change.number} | {_plain(change.title)} | {change.score} | {' | '.join(cells)} |"
        for change in document.changes:
            yield from _change(change)
    if document.together.text:
        yield f"\n{_linked(document.together)}"
    yield from _listed("Watched", (_linked(said) for said in document.watched))
    yield from _listed(
        f"What became of the brief of {document.since}",
        (f"{_plain(each.title)}: *{each.state}*. {_linked(each.said)}" for each in document.became),
    )
    yield from _listed("Pins", (f"{name}: {value}" for name, value in document.pins.items()))


def _change(change: Change) -> Iterator[str]:
    yield f"\n### {change.number}. {_plain(change.title)}\n"
    yield _linked(change.claim)
    yield f"\n{change.sum}\n"
    for factor in change.factors:
        yield f"- {factor.name}: {' '.join(_linked(said) for said in factor.source)}"
    for other in change.alternatives:
        yield f"- Instead: {_plain(other.name)}. {_plain(other.against)}"
    if change.not_apart:
        yield f"- Not told apart from: {_plain(listed(change.not_apart))}."
    for voice in voices_of(change):
        yield f"\n> {_plain(' '.join(voice.words.split()))}"


def _listed(heading: str, lines: Iterator[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield f"\n## {heading}\n"
        yield from (f"- {line}" for line in told)


def _linked(said: Sentence) -> str:
    text = _plain(said.text)
    return f"[{text}]({said.evidence})" if said.evidence.startswith("/") else text


def _plain(text: str) -> str:
    """Words as Markdown shows them, whatever they hold."""
    for mark in "\\`*_[]<>|#":
        text = text.replace(mark, f"\\{mark}")
    return text
