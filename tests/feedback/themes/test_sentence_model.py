"""With the extra installed a sentence model reads whole sentences, the same ones always alike."""

import os

import numpy as np
import pytest

from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.themes.definitions import Tag, Taxonomy
from quarterdeck.feedback.themes.service import encoding
from quarterdeck.feedback.themes.service.discovering import discover
from quarterdeck.feedback.themes.service.encoding import MINILM, WORDS, best_installed, find_encoder
from quarterdeck.feedback.themes.service.tagging import tag_quotes
from tests.feedback.themes.speaking import SENTENCES, TAGS

INSTALLED = best_installed() == MINILM
if not INSTALLED and os.environ.get("QUARTERDECK_REQUIRE_ENCODER"):
    raise RuntimeError("The extra `encoder` shall be tested and is not installed: make test-encoder")
needs_model = pytest.mark.skipif(not INSTALLED, reason="needs the extra `encoder`: make test-encoder")
TAXONOMY = Taxonomy(tags=tuple(Tag(name=tag.name, description=tag.description) for tag in TAGS))
LIKE = ("The cash machine kept my card", "An ATM swallowed my card", "I like the colours of the map")


@needs_model
def test_sentences_that_mean_the_same_are_near_each_other_though_they_share_no_word():
    points = find_encoder(MINILM).encode(LIKE)
    assert np.linalg.norm(points, axis=1) == pytest.approx(1, abs=1e-5)
    near, far = points[0] @ points[1], points[0] @ points[2]
    assert near > 0.6
    assert far < 0.2


@needs_model
def test_neither_company_nor_repetition_moves_a_sentence_far():
    model = find_encoder(MINILM)
    alone = np.vstack([find_encoder(MINILM).encode([text]) for text in LIKE])
    together = model.encode([*LIKE, *LIKE, "a much longer sentence " * 12])
    assert np.array_equal(together[:3], together[3:6])
    assert (alone * together[:3]).sum(axis=1).min() > 0.98  # whole numbers are scaled by batch


@needs_model
def test_it_is_what_auto_means_and_tags_alike_twice_over():
    texts = [text for said in SENTENCES.values() for text in said]
    first = tag_quotes(TAXONOMY, texts, always=True)
    assert first.encoder == MINILM
    again = tag_quotes(TAXONOMY, texts[::-1], always=True)
    assert [each.tags for each in again.tagged] == [each.tags for each in first.tagged][::-1]
    right = sum(
        each.tags == (tag,)
        for each, tag in zip(
            first.tagged, [tag for tag, said in SENTENCES.items() for _ in said], strict=True
        )
    )
    assert right >= 15  # of 18, by three descriptions alone


@needs_model
def test_themes_are_found_by_meaning():
    texts = [*SENTENCES["late_delivery"], *SENTENCES["sign_in"]]
    found = discover([str(place) for place in range(len(texts))], texts, resolution=0.5)
    assert found.encoder == MINILM
    assert len({found.theme_of[str(place)] for place in range(6)}) == 1


@needs_model
def test_another_model_than_the_one_measured_is_refused(monkeypatch):
    monkeypatch.setattr(encoding, "MODEL_DIGEST", "0" * 64)
    with pytest.raises(QuarterdeckError, match="is not the model that was measured"):
        find_encoder(MINILM).encode(["a"])


@pytest.mark.skipif(INSTALLED, reason="the extra is installed")
def test_without_the_extra_the_table_of_words_is_what_auto_means():
    assert find_encoder("auto").name == WORDS
    with pytest.raises(QuarterdeckError, match="is not installed"):
        find_encoder(MINILM)
