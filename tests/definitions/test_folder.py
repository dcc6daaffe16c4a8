import io
import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from quarterdeck.definitions.folder import read_folder
from quarterdeck.definitions.source import content_version, parse_source
from quarterdeck.errors import DefinitionError
from tests.definitions.conftest import RECIPE

WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=6)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1000, 1000)
    | st.floats(-10, 10)
    | st.text(max_size=8)
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
CONTENTS = st.dictionaries(WORDS, VALUES, min_size=1, max_size=5)


def shuffled(value: object, seed: int) -> object:
    if isinstance(value, dict):
        keys = list(value)
        random.Random(seed).shuffle(keys)
        return {key: shuffled(value[key], seed) for key in keys}
    return [shuffled(item, seed) for item in value] if isinstance(value, list) else value


def dump(content: object) -> str:
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_unicode = False
    yaml.dump(content, stream)
    return stream.getvalue()


def version(text: str) -> str:
    return content_version(parse_source(Path("x.yaml"), text).content)


@given(CONTENTS)
def test_what_is_written_is_what_is_read(content):
    source = parse_source(Path("x.yaml"), dump(content))
    assert source.findings == ()
    assert source.content == content


@given(CONTENTS, st.integers())
def test_the_version_ignores_comments_and_the_order_of_keys(content, seed):
    commented = "# why\n" + dump(shuffled(content, seed)) + "# the end\n"
    assert version(commented) == version(dump(content))


@given(CONTENTS, WORDS)
def test_the_version_changes_with_the_content(content, word):
    changed = {**content, word: "something else entirely"}
    assert version(dump(changed)) != version(dump(content))


def test_silencing_a_rule_does_not_change_what_a_definition_means():
    assert version("a: 1\nno_lint: [x]\n") == version("a: 1\n")


def test_a_folder_is_read_by_name_with_versions_and_lines(kitchen):
    (kitchen / "recipes/apple_cake.yaml").write_text("# sweet\ntitle: Cake\nkind: cake\n")
    cake, soup = read_folder(kitchen, RECIPE)
    assert (cake.name, cake.model.kind, cake.line) == ("apple_cake", "cake", 2)
    assert soup.line_of(("parts", 0, "share")) == 6
    assert len(soup.version) == 12


def test_the_first_fault_of_a_folder_is_raised_with_file_and_line(kitchen):
    (kitchen / "recipes/apple_cake.yaml").write_text("title: Cake\nknid: cake\n")
    with pytest.raises(DefinitionError, match=r"apple_cake\.yaml:2: unknown key 'knid'") as caught:
        read_folder(kitchen, RECIPE)
    assert caught.value.hint == "Did you mean 'kind'?"
