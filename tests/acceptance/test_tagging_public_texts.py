"""Public texts get their tags as often as was measured; they stand beside this repository or nowhere."""

from pathlib import Path

import pytest
from benchmarks.voice_tagging import TextSet, by_tagger, draw, read_sets
from sklearn.metrics import f1_score

from quarterdeck.feedback.themes.service.discovering import discover

DATA = Path(__file__).parents[3] / "shared" / "data" / "feedback"


def public_set(name: str) -> TextSet:
    for texts in read_sets(DATA) if DATA.is_dir() else ():
        if texts.name == name:
            return texts
    pytest.skip(f"{name} is not beside this repository")


@pytest.mark.parametrize(
    ("name", "labels", "least"),
    [
        ("banking77", 0, 0.56),
        ("banking77", 5, 0.70),
        ("banking77", 20, 0.79),
        ("cfpb", 0, 0.60),
        ("cfpb", 5, 0.57),
    ],
)
def test_tags_stand_without_any_model_installed(name: str, labels: int, least: float) -> None:
    texts = public_set(name)
    examples, rows = draw(texts, labels, seed=0)
    told = by_tagger("words")(texts.taxonomy, examples, [text for text, _ in rows])
    wanted = [label for _, label in rows]
    assert f1_score(wanted, told, average="macro", labels=texts.taxonomy.names, zero_division=0) > least


def test_themes_of_questions_to_a_bank_are_what_the_bank_calls_them() -> None:
    from sklearn.metrics import adjusted_rand_score

    rows = public_set("banking77").test
    ids = [str(number) for number in range(len(rows))]
    found = discover(ids, [text for text, _ in rows], encoder="words")
    themes = [found.theme_of[key] or key for key in ids]
    # Over eight random starts it was .310 with a deviation of .010.
    assert adjusted_rand_score([label for _, label in rows], themes) > 0.28
    assert sum(found.theme_of[key] is None for key in ids) < len(ids) / 100
