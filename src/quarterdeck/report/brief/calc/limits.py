"""Does the page keep its limits, and what gives way first when it does not?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from quarterdeck.report.brief.calc.page import Brief, LeftOut, SectionName, Sentence
from quarterdeck.report.brief.calc.sentences import INDEX
from quarterdeck.stats.figures import counted, day_name, listed, long_date, opening

MOST_WORDS = 350
MOST_NUMBERS = 40
MOST_IN_SECTION: dict[SectionName, int] = {
    "decisions": 3,
    "promises": 4,
    "scoreboard": 6,
    "moved": 3,
    "journeys": 2,
    "customers": 3,
    "launches": 4,
    "risks": 2,
}
HEADINGS: dict[SectionName, str] = {
    "decisions": "Decisions needed",
    "promises": "Last week’s promises",
    "scoreboard": "Scoreboard Week to Sunday Value Base Expected Target Quarter Owner, in their judgement",
    "moved": "What moved and why",
    "journeys": "Journeys",
    "customers": "Customers",
    "launches": "Launches and incidents",
    "risks": "Risks",
}
NOUNS: dict[SectionName, tuple[str, str]] = {
    "decisions": ("decision", "decisions"),
    "promises": ("promise", "promises"),
    "scoreboard": ("metric", "metrics"),
    "moved": ("movement", "movements"),
    "journeys": ("journey", "journeys"),
    "customers": ("customer voice", "customer voices"),
    "launches": ("launch or incident", "launches or incidents"),
    "risks": ("risk", "risks"),
}
# Which section gives way next, and how many of its items stay; the chart goes with the name "figure".
GIVES_WAY: tuple[tuple[SectionName | Literal["figure"], int], ...] = (
    ("risks", 0),
    ("launches", 0),
    ("customers", 0),
    ("promises", 0),
    ("journeys", 0),
    ("moved", 1),
    ("figure", 0),
    ("scoreboard", 3),
    ("moved", 0),
    ("scoreboard", 0),
    ("decisions", 0),
)
EVERYTHING = "Everything behind this page"


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How much a reader must read."""

    words: int
    numbers: int

    @property
    def fits(self) -> bool:
        return self.words <= MOST_WORDS and self.numbers <= MOST_NUMBERS

    def relieves(self, other: "Size") -> bool:
        """Is this smaller than `other` in a measure that `other` exceeds?"""
        return (other.words > MOST_WORDS and self.words < other.words) or (
            other.numbers > MOST_NUMBERS and self.numbers < other.numbers
        )


def measure_text(texts: Iterator[str]) -> Size:
    """Words are runs without spaces that hold a letter or digit; numbers are runs of digits."""
    whole = " ".join(texts)
    words = sum(any(letter.isalnum() for letter in word) for word in whole.split())
    return Size(words=words, numbers=len(re.findall(r"\d+(?:[.,]\d+)*", whole)))


def size_of(brief: Brief) -> Size:
    """The size of everything a reader sees, headings, chart and footer included."""
    return measure_text(visible_texts(brief))


def visible_texts(brief: Brief) -> Iterator[str]:
    """Every piece of text on the page, in its order."""
    yield f"Demo company, made up {brief.company}" if brief.made_up else brief.company
    yield long_date(brief.as_of)
    yield from (sentence.text for sentence in brief.headline)
    for section in HEADINGS:
        if getattr(brief, section):
            yield HEADINGS[section]
    for decision in brief.decisions:
        if decision.answer:
            yield f"{decision.question.text} decided {decision.answer} {decision.answered_as}"
            continue
        yield f"{decision.question.text} Recommended {decision.recommended.text}"
        yield f"Waiting costs {decision.waiting_costs.text}"
        yield f"Decider {decision.decider}, {day_name(decision.by)}"
    yield from (f"{promise.promised.text} {promise.state}" for promise in brief.promises)
    for row in brief.scoreboard:
        yield f"{row.title.text} {row.role} {row.value_text} {row.base_text} {row.state}"
        signed = row.signed.standing if row.signed else ""
        yield f"{row.expected_text} {row.target_text} {row.owner} {signed} {row.remark}"
    for movement in brief.moved:
        yield from (sentence.text for sentence in (*movement.told, *movement.then))
        yield movement.confidence
    if brief.figure:
        yield from (brief.figure.claim, brief.figure.measure, *brief.figure.words)
    yield from (f"{told.said.text} {told.base}" for told in brief.journeys)
    yield from (f"{voice.words.text} {voice.source}" for voice in brief.customers)
    yield from (sentence.text for sentence in (*brief.launches, *brief.risks, *footer_sentences(brief)))


def footer_sentences(brief: Brief) -> tuple[Sentence, ...]:
    """Trust, what is normal, and the link to everything, which says what was left out."""
    normal = (brief.footer.normal,) if brief.footer.normal else ()
    return (*brief.footer.trust, *normal, *left_out_words(brief), Sentence(text=EVERYTHING, evidence=INDEX))


def left_out_words(brief: Brief) -> tuple[Sentence, ...]:
    """How much had no room, by kind."""
    kinds = [
        counted(amount, *NOUNS[section])
        for section in MOST_IN_SECTION
        if (amount := sum(item.section == section for item in brief.left_out))
    ]
    if not kinds:
        return ()
    verb = "is" if len(brief.left_out) == 1 else "are"
    return (
        Sentence(text=f"{opening(listed(kinds))} {verb} left out for room.", evidence=f"{INDEX}#left-out"),
    )


def fit(brief: Brief) -> Brief:
    """The brief within its limits: sections cut to length, then the least important gives way by steps."""
    for section, most in MOST_IN_SECTION.items():
        while len(getattr(brief, section)) > most:
            brief = _without(brief, section, len(getattr(brief, section)) - 1)
    size = size_of(brief)
    while not size.fits:
        smaller = next((step for step in _steps(brief) if size_of(step).relieves(size)), None)
        if smaller is None:
            break
        brief, size = smaller, size_of(smaller)
    return brief


def _steps(brief: Brief) -> Iterator[Brief]:
    """Ways to say less, the least painful first."""
    for index in range(len(brief.moved) - 1, -1, -1):
        if not brief.moved[index].told_briefly:
            yield _told_briefly(brief, index)
    for section, stay in GIVES_WAY:
        if section != "figure":
            for index in range(len(getattr(brief, section)) - 1, stay - 1, -1):
                yield _without(brief, section, index)
        elif brief.figure:
            yield replace(brief, figure=None)


def _told_briefly(brief: Brief, index: int) -> Brief:
    movement = replace(brief.moved[index], told_briefly=True)
    return replace(brief, moved=(*brief.moved[:index], movement, *brief.moved[index + 1 :]))


def _without(brief: Brief, section: SectionName, index: int) -> Brief:
    items = getattr(brief, section)
    left = LeftOut(section=section, said=_said(items[index]))
    kept: dict[str, Any] = {section: (*items[:index], *items[index + 1 :])}
    shorter = replace(brief, **kept, left_out=(*brief.left_out, left))
    if section == "moved" and shorter.figure and shorter.figure.metric == items[index].name:
        shorter = replace(shorter, figure=None)
    return shorter


def _said(item: object) -> Sentence:
    for name in ("question", "promised", "title", "words", "said"):
        said = getattr(item, name, None)
        if isinstance(said, Sentence):
            return said
    if isinstance(item, Sentence):
        return item
    told: tuple[Sentence, ...] = getattr(item, "full", ())
    return told[0]
