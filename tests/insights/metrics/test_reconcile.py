"""A trusted dashboard's figures against ours: equal, or explained by day."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.service.reconcile import Reconciliation, read_figures, reconcile
from tests.insights.metrics.conftest import Event, MakeWorkspace, add_events

SINCE = date(2026, 3, 2)
DAYS = 28


@pytest.fixture
def company(make_workspace: MakeWorkspace) -> Workspace:
    """Events at every hour, more in the evening, so that the zone that cuts the days shows."""
    workspace = make_workspace(timezone="America/Los_Angeles", visits="kind: count\nevent: visit\n")
    rng = np.random.default_rng(2)
    events: list[Event] = []
    for day in range(-2, DAYS + 2):
        for hour in range(24):
            for _ in range(int(rng.integers(1, 4 + hour // 3))):
                moment = f"{SINCE + timedelta(day)}T{hour:02}:30:00+00:00"
                events.append(("alice", "", "visit", moment, {}))
    add_events(workspace, events)
    return workspace


def figures(company: Workspace, timezone: str = "America/Los_Angeles") -> dict[date, float]:
    with FactStore(company.facts_path).snapshot() as snapshot:
        rows = snapshot.rows(
            f"SELECT CAST(timezone('{timezone}', time) AS DATE) AS day, count(*) FROM events GROUP BY 1"
        )
    return {day: float(count) for day, count in rows if SINCE <= day < SINCE + timedelta(DAYS)}


def reconciled(company: Workspace, theirs: dict[date, float], header: str = "date,value") -> Reconciliation:
    file = company.path / "dashboard.csv"
    file.write_text("\n".join([header, *(f"{day},{value}" for day, value in sorted(theirs.items()))]))
    with FactStore(company.facts_path).snapshot() as snapshot:
        return reconcile(company, snapshot, "visits", file)


def test_the_same_figures_are_equal_and_need_no_explanation(company: Workspace) -> None:
    result = reconciled(company, figures(company))
    assert result.equal
    assert result.explanations == ()
    assert result.unequal == ()


def test_days_cut_in_another_zone_are_recognised(company: Workspace) -> None:
    result = reconciled(company, figures(company, "Asia/Tokyo"))
    assert "UTC+9" in " ".join(result.explanations)


def test_dates_that_stand_a_day_later_are_recognised(company: Workspace) -> None:
    shifted = {day + timedelta(1): value for day, value in figures(company).items()}
    assert "one day later" in " ".join(reconciled(company, shifted).explanations)


def test_days_that_cancel_each_other_are_not_equal(company: Workspace) -> None:
    theirs = {
        day: value * (1.4 if index % 2 else 0.6)
        for index, (day, value) in enumerate(sorted(figures(company).items()))
    }
    result = reconciled(company, theirs)
    assert not result.equal
    assert result.explanations


def test_a_constant_factor_is_recognised(company: Workspace) -> None:
    result = reconciled(company, {day: value * 1.25 for day, value in figures(company).items()})
    assert not result.equal
    assert "1.25 times" in " ".join(result.explanations)


def test_the_days_that_hold_the_gap_are_named(company: Workspace) -> None:
    theirs = figures(company)
    theirs[SINCE + timedelta(9)] *= 3
    result = reconciled(company, theirs)
    assert not result.equal
    assert [gap.start for gap in result.unequal] == [SINCE + timedelta(9)]
    assert str(SINCE + timedelta(9)) in result.explanations[-1]


def test_days_that_one_side_lacks_are_named(company: Workspace) -> None:
    theirs = figures(company) | {SINCE + timedelta(40): 12.0}
    del theirs[SINCE + timedelta(3)]
    told = " ".join(reconciled(company, theirs).explanations)
    assert f"We have no data on {SINCE + timedelta(40)}" in told
    assert f"Their file has no figure for {SINCE + timedelta(3)}" in told


def test_weeks_are_compared_as_weeks(company: Workspace) -> None:
    weekly: dict[date, float] = {}
    for day, value in figures(company).items():
        monday = day - timedelta(day.weekday())
        weekly[monday] = weekly.get(monday, 0) + value
    result = reconciled(company, weekly)
    assert result.grain == "week"
    assert result.equal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: a date and a value"),
        ("date,value\n", "has no figures"),
        ("date,value\n16/11/2026,3\n", ":2: '16/11/2026' is not a date"),
        ("date,value\n2026-11-16,many\n", ":2: 'many' is not a number"),
        ("date,value\n2026-11-16,1\n2026-11-16,2\n", ":3: 2026-11-16 stands twice"),
    ],
)
def test_a_file_that_cannot_be_compared_says_where(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(text)
    with pytest.raises(QuarterdeckError, match=message.replace("'", ".")) as caught:
        read_figures(file)
    assert caught.value.hint


def test_thousands_percent_signs_and_a_byte_order_mark_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text('\ufeffday,note,value\n2026-11-16,x,"1,204"\n\n2026-11-17,y,29 %\n')
    assert read_figures(file) == {date(2026, 11, 16): 1204.0, date(2026, 11, 17): 0.29}
