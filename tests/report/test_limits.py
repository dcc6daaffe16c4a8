"""The page keeps its limits, gives way from the least important, and says what it left out."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.report.brief.calc.limits import (
    MOST_IN_SECTION,
    MOST_NUMBERS,
    MOST_WORDS,
    fit,
    footer_sentences,
    measure_text,
    size_of,
)
from quarterdeck.report.brief.calc.page import (
    Brief,
    CustomerVoice,
    Decision,
    Footer,
    Movement,
    Promise,
    Sentence,
)
from quarterdeck.report.brief.service.compose import compose_brief
from tests.report.contributions import FULL
from tests.report.readings import eventful
from tests.report.week import TRUST, week_of

DAY = date(2026, 11, 16)
texts = st.lists(st.sampled_from(["word", "12", "$4.2M", "of 684"]), min_size=1, max_size=30).map(" ".join)
sentences = texts.map(lambda text: Sentence(text=text, evidence="evidence/index.html"))


def many(strategy):
    return st.lists(strategy, max_size=7).map(tuple)


movements = st.builds(
    lambda name, full, brief, then: Movement(
        name=name, full=(full,), brief=(brief,), confidence="unknown", then=(then,)
    ),
    st.sampled_from("abcdef"),
    sentences,
    sentences,
    sentences,
)
decisions = st.builds(
    lambda question, advice, cost: Decision(
        question=question, recommended=advice, waiting_costs=cost, decider="Head of product", by=DAY
    ),
    sentences,
    sentences,
    sentences,
)
briefs = st.builds(
    lambda **sections: Brief(
        as_of=DAY,
        week_start=date(2026, 11, 9),
        company="Crewline",
        made_up=True,
        headline=(Sentence(text="On track.", evidence="e"), Sentence(text="No decision.", evidence="e")),
        scoreboard=(),
        footer=Footer(trust=(), normal=None),
        **sections,
    ),
    decisions=many(decisions),
    promises=many(sentences.map(lambda said: Promise(promised=said, state="late"))),
    moved=many(movements),
    customers=many(sentences.map(lambda said: CustomerVoice(words=said, source="9 accounts"))),
    launches=many(sentences),
    risks=many(sentences),
)


@settings(max_examples=60)
@given(briefs)
def test_whatever_is_given_the_page_keeps_its_limits(brief):
    fitted = fit(brief)
    size = size_of(fitted)
    assert size.words <= MOST_WORDS
    assert size.numbers <= MOST_NUMBERS
    for section, most in MOST_IN_SECTION.items():
        kept, given_ = getattr(fitted, section), getattr(brief, section)
        assert len(kept) <= most
        left = sum(item.section == section for item in fitted.left_out)
        assert len(kept) + left == len(given_)
    assert fit(fitted) == fitted
    assert fit(brief) == fitted


def compose(**given_):
    week = week_of(eventful())
    return compose_brief(
        week.dossiers,
        as_of=DAY,
        week_start=week.week_start,
        company="Crewline",
        made_up=True,
        trust=TRUST,
        **given_,
    ).brief


def test_a_full_week_keeps_its_figures_while_there_is_room():
    brief = compose()
    assert not brief.moved[0].told_briefly
    assert brief.moved[1].told_briefly
    assert size_of(brief).numbers == MOST_NUMBERS


def test_risks_give_way_before_decisions_and_the_footer_says_so():
    brief = compose(contributions=(FULL,))
    assert len(brief.decisions) == 1
    assert len(brief.promises) == 4
    assert len(brief.risks) < 2
    said = " ".join(sentence.text for sentence in footer_sentences(brief))
    assert "One promise and" in said
    assert "left out for room" in said


def test_words_and_numbers_are_counted_as_a_reader_would():
    size = measure_text(iter(["29 % of 684 (expected 33 to 40)", "$0.9M – 4,180"]))
    assert (size.words, size.numbers) == (9, 6)
