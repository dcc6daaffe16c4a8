"""What holds of the tags of any texts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.sparse import csr_array

from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.themes.calc.judging import nearness_to_others
from quarterdeck.feedback.themes.calc.matrices import unit
from quarterdeck.feedback.themes.calc.tagging import Encoder, fit_tags, plain_name
from quarterdeck.feedback.themes.calc.texts import Example, TagWords
from quarterdeck.feedback.themes.definitions import Tag, Taxonomy
from quarterdeck.feedback.themes.service.encoding import find_encoder
from quarterdeck.feedback.themes.service.tagging import tag_quotes
from tests.feedback.themes.speaking import EXAMPLES, SENTENCES, TAGS, TEXTS

TAXONOMY = Taxonomy(
    tags=tuple(Tag(name=tag.name, description=tag.description, examples=tag.examples) for tag in TAGS)
)
anything = some.lists(some.sampled_from(TEXTS) | some.text(max_size=30), min_size=1, max_size=12)
encoders = some.sampled_from(["none", "words"])


@settings(max_examples=20, deadline=None)
@given(texts=anything, encoder=encoders, order=some.randoms(use_true_random=False))
def test_the_order_of_texts_changes_no_tag(texts: list[str], encoder: str, order) -> None:
    rows = list(range(len(texts)))
    order.shuffle(rows)
    straight = tag_quotes(TAXONOMY, texts, encoder=encoder, always=True).tagged
    shuffled = tag_quotes(TAXONOMY, [texts[row] for row in rows], encoder=encoder, always=True).tagged
    assert [straight[row] for row in rows] == list(shuffled)


@settings(max_examples=20, deadline=None)
@given(texts=anything, encoder=encoders, examples=some.lists(some.sampled_from(EXAMPLES), max_size=6))
def test_every_text_gets_one_answer_with_a_confidence(texts, encoder, examples) -> None:
    tagged = tag_quotes(TAXONOMY, texts, encoder=encoder, examples=examples).tagged
    assert len(tagged) == len(texts)
    for each in tagged:
        assert 0 <= each.confidence <= 1
        assert set(each.tags) <= set(TAXONOMY.names)


@settings(max_examples=20, deadline=None)
@given(examples=some.lists(some.sampled_from(EXAMPLES), max_size=6))
def test_an_example_of_a_tag_never_takes_the_tag_away(examples: list[Example]) -> None:
    fit = fit_tags(TAGS, examples, TEXTS)
    assert set(fit.place[:, 0].tolist()) == {0, 1, 2}


def test_descriptions_alone_tell_tags_apart() -> None:
    tagged = tag_quotes(TAXONOMY, TEXTS, always=True).tagged
    right = [each.tags == example.tags for each, example in zip(tagged, EXAMPLES, strict=True)]
    assert sum(right) >= 16


def test_a_text_that_says_nothing_gets_no_tag() -> None:
    tagged = tag_quotes(TAXONOMY, [*TEXTS, "", "?!"], examples=EXAMPLES).tagged
    assert [each.tags for each in tagged[-2:]] == [(), ()]
    assert sum(bool(each.tags) for each in tagged) > 12


def test_the_dearer_a_wrong_tag_the_fewer_are_given() -> None:
    given_at = [
        sum(bool(each.tags) for each in tag_quotes(TAXONOMY, TEXTS, wrong_costs=cost).tagged)
        for cost in (1, 2, 5, 100)
    ]
    assert given_at == sorted(given_at, reverse=True)
    assert given_at[0] == len(TEXTS)


def test_a_wrong_tag_cannot_be_cheaper_than_none() -> None:
    with pytest.raises(QuarterdeckError, match=r"cannot cost 0\.5 times"):
        tag_quotes(TAXONOMY, TEXTS, wrong_costs=0.5)


def test_texts_get_two_tags_where_the_examples_do() -> None:
    both = [
        Example(text=f"{late} and {back}", tags=("late_delivery", "refund"))
        for late, back in zip(SENTENCES["late_delivery"], SENTENCES["refund"], strict=True)
    ]
    text = ["the parcel is late and I want my money back"]
    alone = tag_quotes(TAXONOMY, [*TEXTS, *text], examples=EXAMPLES, always=True).tagged[-1]
    several = tag_quotes(TAXONOMY, [*TEXTS, *text], examples=[*EXAMPLES, *both], always=True).tagged[-1]
    assert len(alone.tags) == 1
    assert set(several.tags) == {"late_delivery", "refund"}


def test_an_example_with_an_unknown_tag_is_told_and_left_aside() -> None:
    made = tag_quotes(TAXONOMY, TEXTS, examples=[Example(text="a", tags=("refunds",))])
    assert made.remarks == (
        "1 example has the tag 'refunds', which the taxonomy lacks. Did you mean 'refund'?",
    )


def test_a_sample_teaches_the_others() -> None:
    texts = [f"{text} {number}" for number in range(20) for text in TEXTS]
    together = fit_tags(TAGS, EXAMPLES, texts)
    taught = fit_tags(TAGS, EXAMPLES, texts, most_together=90)
    assert np.mean(together.place[:, 0] == taught.place[:, 0]) > 0.95
    assert np.allclose(taught.share.sum(axis=1) + taught.none, 1, atol=1e-3)


def test_an_encoder_is_heard() -> None:
    def told(texts):
        return np.array([[1.0, 0.0] if "money" in text else [0.0, 1.0] for text in texts], dtype=np.float32)

    texts = ["money money", "xyzzy money", "plugh"]
    loud = fit_tags(TAGS[:2], (), texts, encoder=Encoder(name="told", weight=50, encode=told))
    assert loud.place[:, 0].tolist() == [1, 1, 0]


@pytest.mark.parametrize("only", TAGS, ids=lambda tag: tag.name)
def test_a_taxonomy_of_one_tag_leaves_what_is_about_other_things(only: TagWords) -> None:
    one = Taxonomy(tags=(Tag(name=only.name, description=only.description, examples=only.examples),))
    tagged = tag_quotes(one, TEXTS, encoder="words").tagged
    given = {text for text, each in zip(TEXTS, tagged, strict=True) if each.tags}
    assert given >= set(SENTENCES[only.name])
    assert len(given - set(SENTENCES[only.name])) <= 2
    assert all(each.tags for each in tag_quotes(one, TEXTS, encoder="words", always=True).tagged)


def test_nearness_to_others_is_the_cosine_with_their_sum() -> None:
    points = unit(np.random.default_rng(3).standard_normal((7, 4)).astype(np.float32))
    for rows in (points, csr_array(points)):
        for row, near in enumerate(nearness_to_others(rows).tolist()):
            others = np.delete(points, row, axis=0).sum(axis=0)
            assert near == pytest.approx(points[row] @ others / np.linalg.norm(others), abs=1e-5)
    assert nearness_to_others(points[:1]).tolist() == [0]


def test_what_is_none_of_one_tag_is_learnt() -> None:
    one = Taxonomy(tags=(Tag(name="money", description="Wants the money back"),))
    texts = ["money for the courier", "money for the parcel", "my money back"]
    told = [
        Example(text=text, tags=())
        for text in ("money for the driver", "money for the box", "money for a lift")
    ]
    before, after = (tag_quotes(one, texts, examples=known).tagged for known in ((), told))
    assert [each.confidence for each in after[:2]] < [each.confidence for each in before[:2]]
    assert after[2].confidence > max(each.confidence for each in after[:2])


def test_no_texts_have_no_tags() -> None:
    assert list(tag_quotes(TAXONOMY, []).tagged) == []


def test_an_unknown_encoder_is_told() -> None:
    with pytest.raises(QuarterdeckError, match="no encoder 'bert'"):
        find_encoder("bert")


def test_names_are_read_as_words() -> None:
    assert plain_name("card_payment-feeCharged?") == "card payment fee Charged"
