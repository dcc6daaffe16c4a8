from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.definitions.blocks import read_blocks, replace_blocks, written_text
from quarterdeck.definitions.faults import validate
from quarterdeck.definitions.form import fill_form, form_fields, new_text
from quarterdeck.definitions.source import parse_source
from quarterdeck.definitions.starters import starter_definitions
from quarterdeck.site.capabilities import load_kinds
from tests.definitions.conftest import GOOD, RECIPE

METRIC = next(kind for kind in load_kinds() if kind.name == "metric")
COMMENTED = """\
# yaml-language-server: $schema=../schemas/metric.json
# why there is such a metric

title:   "Paid share"   # as finance says it
kind: ratio
numerator: paid
denominator: all_of_them
description: |
  Of all,
    those who pay.

# broken down by
dimensions:
  # the two that matter
  - channel
  - device   # phone or desk
where: []
owner: Growth lead
# the end
"""


def values(kind, text):
    return {field.key: field.value for field in form_fields(kind, text)}


def content(text):
    return parse_source(Path(), text).content


def test_a_form_that_nobody_changed_leaves_every_byte():
    assert fill_form(METRIC, COMMENTED, values(METRIC, COMMENTED)) == COMMENTED


def test_a_changed_field_changes_its_own_line_and_keeps_the_comment_behind_it():
    changed = fill_form(METRIC, COMMENTED, {"title": "Share: paid"})
    assert changed == COMMENTED.replace('title:   "Paid share"   #', 'title: "Share: paid"  #')


def test_lists_are_edited_as_they_are_written_comments_and_all():
    fragment = values(METRIC, COMMENTED)["dimensions"]
    assert fragment == "# the two that matter\n- channel\n- device   # phone or desk"
    changed = fill_form(METRIC, COMMENTED, {"dimensions": f"{fragment}\n- country"})
    assert changed == COMMENTED.replace("or desk\n", "or desk\n  - country\n")
    assert content(fill_form(METRIC, COMMENTED, {"dimensions": "[channel]"}))["dimensions"] == ["channel"]


def test_an_emptied_field_goes_and_what_others_wrote_around_it_stays():
    changed = fill_form(METRIC, COMMENTED, {"where": "", "dimensions": ""})
    assert "where" not in changed
    assert "dimensions" not in changed
    assert "# broken down by\nowner: Growth lead\n# the end\n" in changed


def test_a_new_field_stands_where_the_kind_has_it():
    changed = fill_form(METRIC, COMMENTED, {"target": "0.38", "status": "signed"})
    assert changed.index("owner:") < changed.index("target: 0.38\n") < changed.index("status: signed\n")
    assert changed.endswith("status: signed\n# the end\n")


def test_what_is_no_number_stays_a_text_so_that_the_linter_can_say_so():
    assert content(fill_form(METRIC, COMMENTED, {"target": "a lot"}))["target"] == "a lot"
    assert content(fill_form(METRIC, COMMENTED, {"owner": "5"}))["owner"] == "5"
    assert content(fill_form(METRIC, COMMENTED, {"owner": "2026-01-31"}))["owner"] == "2026-01-31"


@pytest.mark.parametrize(
    "text", ["{title: a}", "- a", "title: [", "a: 1\na: 2\n", "? x\n: y\n", " a: 1\n", "word"]
)
def test_a_text_that_is_no_keys_one_below_the_other_has_no_form(text):
    assert form_fields(RECIPE, text) is None


def test_the_form_knows_what_the_kind_says():
    fields = {field.key: field for field in form_fields(METRIC, COMMENTED)}
    assert fields["kind"].widget == "choice"
    assert fields["kind"].choices[:2] == ("count", "unique")
    assert fields["title"].required
    assert fields["title"].longest == 40
    assert fields["target"].widget == "number"
    assert fields["where"].widget == "yaml"
    assert fields["aggregate"].unless_told == "sum"
    assert "no_lint" in fields


def test_a_new_text_has_the_keys_that_it_must_have():
    assert new_text(RECIPE) == "# yaml-language-server: $schema=../schemas/recipe.json\ntitle:\n"
    assert content(fill_form(METRIC, new_text(METRIC), {"title": "Sales"}))["title"] == "Sales"


def test_a_broken_list_breaks_no_other_field_and_the_text_can_still_be_mended():
    changed = fill_form(METRIC, COMMENTED, {"dimensions": "[channel", "owner": "Core lead", "unit": "share"})
    assert "dimensions: [channel\n" in changed
    assert "owner: Core lead\n" in changed
    assert "unit: share\nowner" in changed
    assert form_fields(METRIC, changed) is None


@pytest.mark.parametrize(("name", "text"), sorted(starter_definitions("enterprise").items()))
def test_every_starter_passes_through_an_empty_form_and_is_the_same(name, text):
    kinds = {(kind.folder, kind.file or "*"): kind for kind in load_kinds()}
    folder, _, file = name.rpartition("/")
    kind = kinds.get((folder, file)) or kinds[(folder, "*")]
    again = fill_form(kind, "", values(kind, text))
    assert content(again) == content(text)
    assert validate(kind.model, parse_source(Path(), again)) == validate(
        kind.model, parse_source(Path(), text)
    )
    assert fill_form(kind, again, values(kind, again)) == again


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=60)
WORDS = st.one_of(
    TEXTS,
    st.sampled_from(
        ["yes", "null", "~", "5", "1e3", "# no", "a: b", "- a", "|", "'", "2026-01-31", " ", "\n\n"]
    ),
)


@settings(deadline=None)
@given(value=WORDS)
def test_any_text_is_read_as_it_was_given(value):
    assert content(
        f"before: 1\n{replace_blocks('', {'title': written_text('title', value)}, ['title'])}"
    ) == {
        "before": 1,
        "title": value,
    }


@settings(deadline=None)
@given(
    title=WORDS,
    portions=st.none() | st.integers(1, 10**6),
    kind=st.sampled_from(["soup", "cake"]),
    parts=st.lists(st.sampled_from(["pea", "leek", "salt: coarse"]), max_size=3),
    onto=st.sampled_from(["", GOOD, new_text(RECIPE), "# only a comment\n"]),
)
def test_what_a_form_is_given_comes_out_of_the_text_again(title, portions, kind, parts, onto):
    listed = "".join(f'- name: "{part}"\n' for part in parts)
    said = {"title": title, "portions": str(portions or ""), "kind": kind, "parts": listed}
    text = fill_form(RECIPE, onto, said)
    wanted = {"title": title, "kind": kind}
    if portions:
        wanted["portions"] = portions
    if parts:
        wanted["parts"] = [{"name": part} for part in parts]
    found = content(text)
    assert found is not None, (text, title, kind, parts, onto)
    if title.rstrip("\n") == values(RECIPE, onto)["title"].rstrip("\n"):
        wanted["title"] = content(onto).get("title") if content(onto) else None
    assert {key: value for key, value in found.items() if value is not None} == {
        key: value for key, value in wanted.items() if value is not None
    }
    assert fill_form(RECIPE, text, values(RECIPE, text)) == text
    if onto.startswith("# how"):
        assert text.startswith("# how we make it\n")


@settings(deadline=None)
@given(value=WORDS)
def test_changing_one_key_leaves_every_other_line(value):
    changed = fill_form(METRIC, COMMENTED, {"title": value})
    block = read_blocks(changed).get("title")
    rest = changed.splitlines(keepends=True)
    if block:
        del rest[block.first : block.end]
    original = COMMENTED.splitlines(keepends=True)
    del original[3]
    assert "".join(rest) == "".join(original)
