"""What says the same is found, to the letter or nearly; what comes later changes nothing before it."""

import json

from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.feedback.intake.calc.duplicates import THRESHOLD, fold, jaccard, normal_form, shingles
from quarterdeck.feedback.intake.service.duplicates import grouped

WORDS = st.lists(st.sampled_from(["the", "crew", "invite", "spins", "map", "late", "pay"]), max_size=7)
TEXTS = st.lists(WORDS.map(" ".join) | st.text(max_size=20), max_size=25)


def alike(one, other):
    return jaccard(shingles(normal_form(one)), shingles(normal_form(other)))


def test_case_marks_and_blanks_make_no_difference_one_word_makes_little():
    texts = [
        "The crew invite just spins since the update.",
        "the crew invite  JUST spins, since the update",
        "The crew invite just spins since the last update.",
        "Ｔhe crew invite just spins since the update",
        "The map puts our yard in the river",
    ]
    found = fold(texts)
    assert [None if each is None else (each.first, each.kind) for each in found] == [
        None,
        (0, "exact"),
        (0, "near"),
        (0, "exact"),
        None,
    ]
    assert found[2].similarity == alike(texts[0], texts[2])


def test_marks_alone_differ():
    assert fold(["👍", "👎", "👍"])[1] is None


def test_only_texts_of_one_scope_are_folded():
    texts = ["The crew invite spins", "The crew invite spins!", "The crew invite spins?"]
    found = fold(texts, ["a-1", "a-2", "a-1"])
    assert [each and each.first for each in found] == [None, None, 0]


@given(TEXTS)
def test_each_is_like_its_first_and_no_first_is_folded(texts):
    found = fold(texts)
    assert len(found) == len(texts)
    for place, each in enumerate(found):
        if each is None:
            continue
        assert each.first < place
        assert found[each.first] is None
        if each.kind == "exact":
            assert normal_form(texts[place]) == normal_form(texts[each.first])
        else:
            assert alike(texts[place], texts[each.first]) == each.similarity >= THRESHOLD


@given(TEXTS, TEXTS)
def test_exact_ones_are_together_and_later_texts_change_nothing(before, after):
    found = fold([*before, *after])
    assert found[: len(before)] == fold(before)
    firsts = [place if each is None else each.first for place, each in enumerate(found)]
    by_form = {}
    for place, text in enumerate([*before, *after]):
        assert by_form.setdefault(normal_form(text), firsts[place]) == firsts[place]


@given(TEXTS, TEXTS)
def test_scopes_know_nothing_of_each_other(one, other):
    mixed = fold([*one, *other], ["a"] * len(one) + ["b"] * len(other))
    assert mixed[: len(one)] == fold(one)
    assert [each and each.first - len(one) for each in mixed[len(one) :]] == [
        each and each.first for each in fold(other)
    ]


@given(TEXTS)
def test_every_id_stands_in_one_group(texts):
    ids = [f"q{number}" for number in range(len(texts))]
    assert sorted(name for group in grouped(ids, texts) for name in group.ids) == sorted(ids)


def test_the_command_prints_groups(tmp_path):
    file = tmp_path / "in.csv"
    file.write_text('id,text\n1,The invite spins\n2,"the invite spins!"\n3,Another thing\n')
    said = CliRunner().invoke(build(), ["intake", "duplicates", str(file), "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.output)["groups"] == [
        {"ids": ["1", "2"], "kind": "exact", "similarity": 1.0},
        {"ids": ["3"], "kind": "single", "similarity": 1.0},
    ]
    as_csv = CliRunner().invoke(build(), ["intake", "duplicates", str(file)]).output
    assert as_csv.splitlines()[:3] == ["id,same_as,kind,similarity", "1,1,exact,1.0000", "2,1,exact,1.0000"]


def test_an_id_that_stands_twice_is_refused(tmp_path):
    file = tmp_path / "in.csv"
    file.write_text("id,text\n1,a\n1,b\n")
    said = CliRunner().invoke(build(), ["intake", "duplicates", str(file)])
    assert "the id '1' twice" in str(said.exception)
