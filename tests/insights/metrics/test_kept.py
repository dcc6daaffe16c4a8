"""A reading is kept whole or not at all, says what a fresh one says, and is read anew where it must be."""

import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.facts.newest import last_commit, newest_versions
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.calc.dossier import Bucket
from quarterdeck.insights.metrics.service import kept as keeping
from quarterdeck.insights.metrics.service.dossiers import read_dossiers
from quarterdeck.insights.metrics.service.kept import (
    KEPT,
    is_behind,
    is_due,
    keep_reading,
    kept_reading,
)
from quarterdeck.insights.metrics.service.views import view_of
from quarterdeck.insights.metrics.service.week import read_week
from tests.insights.metrics.conftest import add_events

TODAY = date(2026, 11, 16)
COUNT = "kind: count\nevent: paid\ndimensions: [plan]\nstatus: signed\n"


def paid(days, plan="pro", person="u1"):
    return [
        (
            person,
            "a1",
            "paid",
            f"{TODAY - timedelta(day + 1)}T10:{minute:02d}:00+00:00",
            {"plan": plan},
        )
        for day in range(days)
        for minute in range(3)
    ]


@pytest.fixture
def company(make_workspace):
    workspace = make_workspace(revenue=COUNT, tree="north_star: revenue\ninputs: [revenue]\n")
    (workspace.path / "metrics" / "tree.yaml").unlink()
    add_events(workspace, [*paid(190), *paid(60, plan="free", person="u2")])
    return workspace


def test_what_is_kept_is_what_a_fresh_reading_says(company):
    kept = keep_reading(company, today=TODAY)
    with FactStore(company.facts_path).snapshot() as snapshot:
        week = read_week(company, snapshot, kept.as_of)
        fresh = read_dossiers(week.readings, currency=company.currency, tables=snapshot.versions)
    again = kept_reading(company)
    assert again is not None
    assert again == kept
    assert again.dossiers == fresh
    assert again.dossiers[0].measure.value == 21 + 21


numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
buckets = st.builds(
    Bucket, start=st.dates(), value=numbers, base=numbers, low=numbers, high=numbers, known=st.booleans()
)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    days=st.lists(buckets, max_size=4), words=st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
def test_a_reading_of_any_numbers_and_words_comes_back_as_it_was(company, days, words):
    kept = kept_reading(company) or keep_reading(company, today=TODAY)
    dossier = replace(kept.dossiers[0], days=tuple(days), reason=words)
    any_reading = replace(kept, dossiers=(dossier,))
    assert KEPT.validate_json(KEPT.dump_json(any_reading)) == any_reading


def test_it_is_read_anew_only_where_something_is_newer_and_at_rest(company):
    now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    assert is_due(company, now=now)
    keep_reading(company, today=TODAY)
    assert not is_due(company, now=now)
    assert is_due(company, now=now + timedelta(days=1))
    add_events(company, paid(1, person="u9"), transaction="later")
    kept = kept_reading(company)
    assert kept is not None
    assert is_behind(company, kept)
    committed = datetime.fromtimestamp(last_commit(company.facts_path), UTC)
    os.utime(company.path / keeping.FOLDER / "latest.json")
    same_day = replace(kept, today=committed.astimezone(company.zone).date(), read_at=committed)
    (company.path / keeping.FOLDER / "latest.json").write_bytes(KEPT.dump_json(same_day))
    assert not is_due(company, now=committed + timedelta(seconds=5))
    assert is_due(company, now=committed + timedelta(seconds=30)) or (
        (committed + timedelta(seconds=30)).astimezone(company.zone).date() != same_day.today
    )


def test_a_changed_definition_is_newer_too(company):
    kept = keep_reading(company, today=TODAY)
    assert not is_behind(company, kept)
    file = company.path / "metrics" / "revenue.yaml"
    file.write_text(file.read_text().replace("signed", "draft"))
    assert is_behind(company, kept)
    assert keep_reading(company, today=TODAY).dossiers[0].status == "draft"


def test_a_kill_while_keeping_leaves_the_reading_before(company):
    before = keep_reading(company, today=TODAY)
    add_events(company, paid(3, person="u7"), transaction="later")
    script = f"""
        import os, signal
        from datetime import date
        from pathlib import Path
        from quarterdeck.definitions import files
        from quarterdeck.definitions.workspace import open_workspace
        from quarterdeck.insights.metrics.service.kept import keep_reading
        files.os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
        keep_reading(open_workspace(Path({str(company.path)!r})), today=date(2026, 11, 16))
    """
    died = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert died.returncode == -9
    assert kept_reading(company) == before
    assert keep_reading(company, today=TODAY).dossiers[0].measure.value == 21 + 21 + 9


def test_a_file_that_this_program_cannot_read_counts_as_none(company):
    keep_reading(company, today=TODAY)
    (company.path / keeping.FOLDER / "latest.json").write_text('{"format": 2}')
    assert kept_reading(company) is None
    assert is_due(company, now=datetime(2026, 11, 16, 12, tzinfo=UTC))


def test_a_view_holds_to_the_pins_of_its_reading_whatever_comes_later(company):
    kept = keep_reading(company, today=TODAY)
    before = view_of(company, kept, "revenue", grain="day", dimension="plan")
    assert before is not None
    add_events(company, paid(40, plan="late", person="u5"), transaction="later")
    folder = company.path / keeping.FOLDER / kept.digest
    for file in folder.iterdir():
        file.unlink()
    assert view_of(company, kept, "revenue", grain="day", dimension="plan") == before
    assert {part.value for part in before.slices} == {"pro", "free"}
    keep_reading(company, today=TODAY)
    assert not folder.exists()


def test_the_newest_versions_are_those_of_the_tables(company):
    for number in range(3):
        add_events(company, paid(1, person=f"n{number}"), transaction=f"n{number}")
        assert newest_versions(company.facts_path) == FactStore(company.facts_path).versions()


def test_months_show_whole_months_from_the_first_fact_on(company):
    kept = keep_reading(company, today=TODAY)
    view = view_of(company, kept, "revenue", grain="month", dimension=None)
    assert view is not None
    assert [bucket.start.month for bucket in view.buckets] == [5, 6, 7, 8, 9, 10]
    assert view.buckets[-1].value == 31 * 3 + 31 * 3


def test_views_are_bounded_and_the_oldest_go_first(company, monkeypatch):
    monkeypatch.setattr("quarterdeck.insights.metrics.service.views.MOST_KEPT", 2)
    kept = keep_reading(company, today=TODAY)
    for grain, dimension in (("month", None), ("day", "plan"), ("week", "plan"), ("month", "plan")):
        assert view_of(company, kept, "revenue", grain=grain, dimension=dimension) is not None
    assert len(list((company.path / keeping.FOLDER / kept.digest).iterdir())) == 2
