"""The linters are asked again exactly where something that they look at has changed."""

import os

import pytest

from quarterdeck.definitions import lint
from quarterdeck.records.workshop import linted as module
from tests.records.workshop.conftest import SIGN_UPS


@pytest.fixture
def asked(monkeypatch):
    """How often all files were read."""
    times = []
    monkeypatch.setattr(
        module, "check_workspace", lambda *given: times.append(1) or lint.check_workspace(*given)
    )
    return times


def test_nothing_is_read_twice_that_did_not_change(shelf, asked):
    assert shelf.findings() == shelf.findings() == shelf.findings()
    assert len(asked) == 1


def test_whatever_a_linter_looks_at_makes_it_look_again(shelf, place, folder, asked):
    shelf.findings()
    place.file.write_text(SIGN_UPS.replace("kind: count", "kind: cuont"))
    assert [each.rule for each in shelf.findings() if each.file == place.file]
    place.file.write_text(SIGN_UPS)
    assert not shelf.findings()
    (folder / "metrics" / "notes.txt").write_text("hello")
    assert [each.rule for each in shelf.findings()] == ["unknown_file"]
    (folder / "metrics" / "notes.txt").unlink()
    (folder / ".gitignore").write_text("")
    assert {each.rule for each in shelf.findings()} == {"not_ignored"}
    (folder / "quarterdeck.yaml").write_text("format: 1\n")
    assert any(each.file.name == "quarterdeck.yaml" for each in shelf.findings())


def test_a_file_replaced_in_the_same_instant_counts_as_changed(shelf, place, asked):
    shelf.findings()
    before = place.file.stat()
    other = place.file.with_name(".other")
    other.write_text(SIGN_UPS.replace("count", "cuont"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(place.file)
    assert shelf.findings()


def test_names_in_the_facts_count_too(shelf, asked):
    from dataclasses import replace

    known = replace(shelf, fact_names=lambda _: {"event": frozenset({"paid"})})
    assert not shelf.findings()
    assert [each.rule for each in known.findings()] == ["unknown_event"]


def test_a_link_that_leads_nowhere_is_no_trouble(shelf, folder, asked):
    (folder / "metrics" / "gone.yaml").symlink_to(folder / "nowhere.yaml")
    shelf.findings()
    shelf.findings()
    assert len(asked) == 1
