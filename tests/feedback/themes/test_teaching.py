"""A fast student lays texts out as its slow teacher does, having seen some of what the teacher reads."""

import numpy as np
import pytest

from quarterdeck.feedback.themes.calc import teaching
from quarterdeck.feedback.themes.calc.tagging import Encoder
from quarterdeck.feedback.themes.service.encoding import WORDS, find_encoder

TOPICS = (
    "the invoice lists a wrong amount",
    "my crew sees no schedule offline",
    "the map leads over a closed bridge",
)
TEXTS = tuple(f"{TOPICS[number % 3]}, said number {number} of team {number % 17}" for number in range(600))


@pytest.fixture
def helper():
    return find_encoder(WORDS)


@pytest.fixture
def teacher(helper):
    """Points that are turned, as another model's would be; it notes what it reads."""
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(helper.encode(["a"]).shape[1],) * 2))
    read = []

    def encode(texts):
        read.extend(texts)
        return (helper.encode(texts) @ turn).astype(np.float32)

    return Encoder(name="slow", weight=1.5, encode=encode), read


def test_what_was_not_read_lies_where_the_teacher_would_lay_it(teacher, helper, monkeypatch):
    monkeypatch.setattr(teaching, "MOST_READ", 300)
    slow, read = teacher
    found = teaching.taught(slow, helper).encode(TEXTS)
    assert len(read) == 300
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    near = (found * slow.encode(TEXTS)).sum(axis=1)
    seen = np.isin(TEXTS, read[:300])
    assert near[seen] == pytest.approx(1, abs=1e-5)
    assert near[~seen].min() > 0.9


def test_few_texts_are_read_whole_and_the_order_of_many_changes_nothing(teacher, helper, monkeypatch):
    slow, _ = teacher
    assert np.array_equal(teaching.taught(slow, helper).encode(TEXTS), slow.encode(TEXTS))
    monkeypatch.setattr(teaching, "MOST_READ", 300)
    assert {TEXTS[row] for row in teaching.chosen(TEXTS)} == {
        TEXTS[::-1][row] for row in teaching.chosen(TEXTS[::-1])
    }


def test_of_long_texts_fewer_are_read():
    long = [f"{number} {text * 20}" for number, text in enumerate(TEXTS)]
    assert len(teaching.chosen(TEXTS)) == 600
    assert len(teaching.chosen(long)) == teaching.MOST_CHARACTERS // teaching.BEGINNING
