"""The tagger says how good it is, and says so when it cannot know."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.feedback.themes.calc.calibrating import USUAL, abstain_below, calibrated, margins, several
from quarterdeck.feedback.themes.calc.holding_out import hold_out
from quarterdeck.feedback.themes.calc.quality import judge_quality
from quarterdeck.feedback.themes.calc.tagging import Fit
from tests.feedback.themes.speaking import EXAMPLES, TAGS


def fit_with(margin: np.ndarray) -> Fit:
    second = 1 / (1 + np.exp(margin))
    share = np.column_stack([1 - second, second]).astype(np.float32)
    none = np.zeros(len(margin), dtype=np.float32)
    return Fit(place=np.zeros((len(margin), 2), dtype=np.int32), share=share, none=none)


def test_confidence_meets_how_often_the_best_tag_is_right() -> None:
    chance = np.random.default_rng(3)
    margin = chance.gamma(2, 0.5, 20_000)
    likely = 1 / (1 + np.exp(-(2.5 * margin - 2)))
    found = calibrated(fit_with(margin), chance.random(20_000) < likely)
    assert found.slope == pytest.approx(2.5, abs=0.1)
    assert found.height == pytest.approx(-2, abs=0.1)


def test_a_few_examples_move_the_usual_calibration_little() -> None:
    found = calibrated(fit_with(np.array([0.1, 2.0])), np.array([True, False]))
    assert found.slope == pytest.approx(USUAL.slope, abs=0.6)
    assert found.height == pytest.approx(USUAL.height, abs=0.6)


def test_a_greater_margin_is_never_less_sure() -> None:
    fit = fit_with(np.linspace(0, 5, 50))
    worst = calibrated(fit, np.linspace(0, 5, 50) < 1)
    assert np.all(np.diff(worst.confidence(fit)) >= 0)
    assert np.all(np.diff(margins(fit)) > 0)


def test_no_tag_is_given_where_a_wrong_one_costs_more() -> None:
    assert [abstain_below(cost) for cost in (1, 2, 4)] == [0, 0.5, 0.75]


def test_as_many_texts_get_two_tags_as_examples_have_two() -> None:
    fit = fit_with(np.linspace(0, 3, 101))
    ratio = fit.share[:, 1] / fit.share[:, 0]
    assert np.mean(ratio >= several(fit, 0.2)) == pytest.approx(0.2, abs=0.02)
    assert several(fit, 0) == np.inf


given_tags = some.sampled_from([(), ("a",), ("b",), ("a", "c")])
people_tags = some.sampled_from([("a",), ("b",), ("c",), ("b", "c")])


@given(rows=some.lists(some.tuples(people_tags, given_tags), min_size=1, max_size=60))
def test_rates_are_what_counting_says(rows) -> None:
    wanted, told = [row[0] for row in rows], [row[1] for row in rows]
    quality = judge_quality(["a", "b", "c"], wanted, told)
    for each in quality.tags:
        both = sum(each.tag in w and each.tag in t for w, t in rows)
        of_tag = sum(each.tag in w for w in wanted)
        assert (each.examples, each.both) == (of_tag, both)
        assert (each.recall is None) == (of_tag < 10)
        if each.f1 is not None:
            expected = 2 * both / (of_tag + each.given)
            assert each.f1.value == pytest.approx(expected)
            assert each.f1.low <= each.f1.value <= each.f1.high


def test_held_out_examples_are_each_asked_once_and_not_told() -> None:
    held = hold_out(TAGS, [*EXAMPLES, *EXAMPLES])
    assert sorted(example.text for example in held.examples) == sorted(each.text for each in EXAMPLES)
    names = [tag.name for tag in TAGS]
    right = [
        names[best] in example.tags for best, example in zip(held.fit.place[:, 0], held.examples, strict=True)
    ]
    assert sum(right) >= 12


def test_the_report_says_too_few_instead_of_a_number(tmp_path: Path) -> None:
    tags = [{"name": tag.name, "description": tag.description} for tag in TAGS]
    (tmp_path / "t.yaml").write_text(json.dumps({"tags": tags}))
    rows = [f"{row},{each.text},{each.tags[0]}" for row, each in enumerate(EXAMPLES)]
    rows += [f"m{row},{text},refund" for row, text in enumerate(["refund me", "money please", "pay it back"])]
    rows += [f"n{row},I want {word} money back,refund" for row, word in enumerate(("my", "our", "the"))]
    (tmp_path / "e.csv").write_text("\n".join(["id,text,label", *rows]))
    asked = ["themes", "report", f"{tmp_path}/e.csv", "--taxonomy", f"{tmp_path}/t.yaml"]
    lines = CliRunner().invoke(build("themes"), asked, catch_exceptions=False).output.splitlines()
    assert lines[1].split() == ["late_delivery", "6", "too", "few"]
    assert lines[2].startswith("refund")
    assert "(" in lines[2]
    assert lines[-1] == "Of 2 tags there are too few examples to tell."
    told = json.loads(CliRunner().invoke(build("themes"), [*asked, "--json"]).output)
    assert told["judged"] == 1
    assert told["tags"][0]["f1"] is None
