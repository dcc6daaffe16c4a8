import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.definitions.upgrade import migrate, rename_key, upgrade_workspace
from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.errors import DefinitionError
from tests.definitions.conftest import RECIPE

FORMAT_0 = """\
# Ours since 2024.
company: 'Made-up Kitchen'   # as in the register

# where the ovens stand
tz: Europe/Amsterdam  # not Brussels
currency: EUR
"""
FORMAT_1 = """\
# Ours since 2024.
format: 1
company: 'Made-up Kitchen'   # as in the register

# where the ovens stand
timezone: Europe/Amsterdam  # not Brussels
currency: EUR
"""


def test_format_0_becomes_1_with_every_comment_in_its_place():
    assert migrate(FORMAT_0) == FORMAT_1


def test_migrating_the_current_format_changes_nothing():
    assert migrate(FORMAT_1) == FORMAT_1


def test_migrations_run_one_after_another():
    steps = {
        0: lambda settings: rename_key(settings, "tz", "zone"),
        1: lambda settings: rename_key(settings, "zone", "timezone"),
    }
    assert migrate(FORMAT_0, migrations=steps, to_format=2) == FORMAT_1.replace("format: 1", "format: 2")


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=5))
def test_each_comment_survives_a_migration(words):
    text = FORMAT_0 + "".join(f"{'#'} {word}\n" for word in words)
    migrated = migrate(text).splitlines()
    assert [line for line in migrated if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]


def test_a_workspace_is_upgraded_once_and_then_opens(kitchen):
    (kitchen / "quarterdeck.yaml").write_text(FORMAT_0)
    (kitchen / "schemas/recipe.json").write_text("{}")
    with pytest.raises(DefinitionError, match="older than 1") as caught:
        open_workspace(kitchen)
    assert "quarterdeck upgrade" in caught.value.hint
    done = upgrade_workspace(kitchen, (RECIPE,))
    assert (done.from_format, done.to_format) == (0, 1)
    assert {file.name for file in done.written} == {"quarterdeck.yaml", "recipe.json"}
    assert open_workspace(kitchen).timezone == "Europe/Amsterdam"
    assert upgrade_workspace(kitchen, (RECIPE,)).written == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format: 2\n", "reads only formats up to 1"),
        ("format: one\n", "'format' must be a whole number"),
        ("format: [\n", "not valid YAML"),
    ],
)
def test_what_cannot_be_upgraded_is_refused_and_left(kitchen, text, message):
    (kitchen / "quarterdeck.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=message):
        upgrade_workspace(kitchen, (RECIPE,))
    assert (kitchen / "quarterdeck.yaml").read_text() == text
