from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.definitions.faults import validate
from quarterdeck.definitions.lint import check_workspace
from quarterdeck.definitions.source import parse_source
from tests.definitions.conftest import GOOD, RECIPE, Recipe


def test_a_good_workspace_has_no_findings(kitchen):
    assert check_workspace(kitchen, (RECIPE,)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "hint"),
    [
        ("title: Pea", "titel: Pea", 2, "unknown key 'titel'", "Did you mean 'title'?"),
        ("kind: soup", "kind: soop", 3, "not the text 'soop'", "Did you mean 'soup'?"),
        ("title: Pea soup", "title: 5", 2, "'title' must be text, not the number 5", ""),
        ("title: Pea soup", "title:", 2, "'title' must be text, not empty", ""),
        ("kind: soup", "portions: 0", 3, "'portions' must be 1 or more, not the number 0", ""),
        ("kind: soup", "portions: many", 3, "must be a whole number, not the text 'many'", ""),
        ("kind: soup", "portions: true", 3, "must be a whole number, not the truth value true", ""),
        ("kind: soup", "after: 2026-01-31", 3, "names the recipe '2026-01-31'", "Known: pea_soup."),
        ("kind: soup", "after: {a: 1}", 3, "must be a list or text, not keys with values", ""),
        ("kind: soup", "after: [pea_soop]", 3, "does not exist", "Did you mean 'pea_soup'?"),
        ("kind: soup", "title: Again", 3, "the first is on line 2", "Keep one of them."),
        ("share: 0.9", "shaer: 0.9", 6, "unknown key 'parts[1].shaer'", "Did you mean 'share'?"),
        ("share: 0.9", "share: much", 6, "'parts[1].share' must be a number", ""),
        ("name: pea\n    share", "share", 5, "the key 'parts[1].name' is missing", ""),
        ("title: Pea soup\n", "", 2, "the key 'title' is missing", ""),
        ("kind: soup", "kind: [soup", 4, "not valid YAML", ""),
        ("kind: soup", "\tkind: soup", 3, "a tab is used for indentation", ""),
        ("kind: soup", "kind: !secret soup", 3, "the tag !secret", "Remove it."),
        ("kind: soup", "after: 2026-99-99", 3, "looks like a date or number", "Quote it."),
        ("kind: soup", "? [a]\n: b", 3, "a key must be one word", ""),
        ("Pea soup", "Pea soup from Groningen", 2, "the title is long", "Shorten it."),
        ("kind: soup", "no_lint: [short_titel]", 3, "no rule is named", "Did you mean 'short_title'?"),
    ],
)
def test_a_fault_is_found_on_its_line_in_plain_words(findings, old, new, line, message, hint):
    found = [finding for finding in findings(old, new) if message in finding.message]
    assert [(finding.line, finding.hint) for finding in found] == [(line, hint)]
    assert found[0].file.name == "pea_soup.yaml"


def test_all_findings_are_collected_not_only_the_first(kitchen):
    (kitchen / "recipes/pea_soup.yaml").write_text("titel: x\nkind: soop\nportions: 0\n")
    (kitchen / "quarterdeck.yaml").write_text("format: 1\ncompany: ''\ntimezone: Amsterdam\ncurrency: EURO\n")
    messages = [str(finding) for finding in check_workspace(kitchen, (RECIPE,))]
    assert len(messages) == 7
    assert "Did you mean 'Europe/Amsterdam'?" in "\n".join(messages)


def test_a_rule_named_in_no_lint_is_silent(findings):
    assert findings("Pea soup", "Pea soup from Groningen\nno_lint: [short_title]") == []


def test_a_reference_to_a_faulty_file_is_not_reported_twice(kitchen):
    (kitchen / "recipes/stock.yaml").write_text("titel: Stock\n")
    (kitchen / "recipes/pea_soup.yaml").write_text("title: Pea soup\nafter: stock\n")
    assert {finding.file.name for finding in check_workspace(kitchen, (RECIPE,))} == {"stock.yaml"}


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"", 1, "the file is empty"),
        (b"- a\n", 1, "must hold keys with values, not a list"),
        (b"title: a\nkind: \xff\n", 2, "not UTF-8"),
        (b"title: a\x00b\n", 1, "not valid YAML"),
        (b"title: a\n---\ntitle: b\n", 2, "not valid YAML"),
        (b"title: &a [*a]\n", 1, "an alias refers to itself"),
        (b"[" * 5000, 1, "not valid YAML"),
    ],
)
def test_a_file_that_is_no_definition_says_why(kitchen, raw, line, message):
    (kitchen / "recipes/odd.yaml").write_bytes(raw)
    found = check_workspace(kitchen, (RECIPE,))
    assert any(message in finding.message and finding.line == line for finding in found), found


def test_aliases_of_aliases_end(kitchen):
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (kitchen / "recipes/bomb.yaml").write_text("\n".join(rows))
    assert any("repeated without end" in finding.message for finding in check_workspace(kitchen, (RECIPE,)))


def test_a_bom_and_crlf_are_no_fault(kitchen):
    (kitchen / "recipes/pea_soup.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert check_workspace(kitchen, (RECIPE,)) == []


def test_files_and_folders_that_nothing_reads_are_named(kitchen):
    (kitchen / "recipes/cake.yml").write_text("title: Cake\n")
    (kitchen / "recipes/Big Cake.yaml").write_text("title: Cake\n")
    (kitchen / "recepies").mkdir()
    (kitchen / "recepies/cake.yaml").write_text("title: Cake\n")
    (kitchen / "docs").mkdir()
    (kitchen / "docs/other.yaml").write_text("a: b\n")
    rules = {finding.rule for finding in check_workspace(kitchen, (RECIPE,))}
    assert rules == {"unknown_file", "file_name", "unknown_folder"}


def test_a_gitignore_that_would_let_secrets_slip_is_named(kitchen):
    (kitchen / ".gitignore").write_text("facts\n")
    assert [finding.rule for finding in check_workspace(kitchen, (RECIPE,))] == ["not_ignored"] * 2


def test_a_newer_format_is_refused_politely_and_alone(kitchen):
    (kitchen / "quarterdeck.yaml").write_text("format: 7\nbrand_new_key: 1\n")
    (kitchen / "recipes/pea_soup.yaml").write_text("new_shape: 1\n")
    (finding,) = check_workspace(kitchen, (RECIPE,))
    assert "format 7" in finding.message
    assert "Install a newer quarterdeck" in finding.hint


KEYS = ("title", "kind", "parts", "name", "share")


@given(key=st.sampled_from(KEYS), position=st.integers(0, 8), letter=st.sampled_from("qxz"))
def test_any_mutated_key_is_found_on_its_line(key, position, letter):
    position = min(position, len(key))
    mutated = GOOD.replace(f"{key}:", f"{key[:position]}{letter}{key[position:]}:", 1)
    pairs = zip(GOOD.split("\n"), mutated.split("\n"), strict=True)
    line = next(number for number, (old, new) in enumerate(pairs, 1) if old != new)
    findings = validate(Recipe, parse_source(Path("x.yaml"), mutated))
    assert isinstance(findings, tuple)
    unknown = [finding for finding in findings if finding.rule == "unknown_key"]
    assert [finding.line for finding in unknown] == [line]
    assert f"'{key}'" in unknown[0].hint


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(
    st.text(st.sampled_from("ab:- \n[]{}#&*!|>'\"?,%@`\t0.5~"), max_size=60) | st.text(max_size=40),
)
def test_any_text_at_all_is_read_or_refused_with_findings(text):
    source = parse_source(Path("x.yaml"), text)
    assert isinstance(validate(Recipe, source), Recipe | tuple)
    assert all(finding.line >= 1 for finding in source.findings)
