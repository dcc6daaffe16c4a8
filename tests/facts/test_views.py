"""People, their accounts and an account's plan are those of the time asked about, told by a plain oracle."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.facts.store import FactStore

EVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
FOLDERS = count()
TIMES = [dt.datetime(2026, 5, 1, hour, tzinfo=dt.UTC) for hour in range(5)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A row of people."""

    person: str
    account: str | None
    role: str | None
    valid_from: dt.datetime | None

    @property
    def said(self) -> tuple[str, str]:
        return self.account or "", self.role or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """A row of aliases."""

    alias: str
    person: str
    valid_from: dt.datetime | None


since = st.sampled_from([None, *TIMES[1:4]])
aliases = st.lists(
    st.builds(
        Alias, alias=st.sampled_from(["x", "y"]), person=st.sampled_from(["ann", "bob"]), valid_from=since
    ),
    max_size=3,
    unique_by=lambda row: (row.alias, row.valid_from),
)
people = st.lists(
    st.builds(
        Known,
        person=st.sampled_from(["ann", "bob", "x", "y"]),
        account=st.sampled_from([None, "acme", "zeta"]),
        role=st.sampled_from([None, "admin", "member"]),
        valid_from=since,
    ),
    min_size=1,
    max_size=6,
)
events = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "x", "y", "stranger"]),
        st.sampled_from([None, "own"]),
        st.sampled_from(TIMES),
    ),
    min_size=1,
    max_size=8,
)


def begun(row: Known | Alias) -> dt.datetime:
    return row.valid_from or EVER


def one_person(id: str, moment: dt.datetime, rows: Sequence[Alias]) -> str:
    """Of the rows of an alias the latest begun; the first holds before it, too."""
    own = sorted((row for row in rows if row.alias == id), key=begun)
    held = [row for row in own if begun(row) <= moment] or own[:1]
    return held[-1].person if held else id


def history(person: str, rows: Sequence[Known], named: Sequence[Alias]) -> list[Known]:
    """What was known of a person; of rows that begin together the one that says most."""
    own = [row for row in rows if one_person(row.person, begun(row), named) == person]
    times = sorted({begun(row) for row in own})
    return [max((row for row in own if begun(row) == time), key=lambda row: row.said) for time in times]


def account_and_role(
    person: str, moment: dt.datetime, rows: Sequence[Known], named: Sequence[Alias]
) -> tuple[str | None, str | None]:
    told = history(person, rows, named)
    place = max(sum(begun(row) <= moment for row in told), 1)
    before = [row.account for row in told[:place] if row.account]
    after = [row.account for row in told[place:] if row.account]
    account = before[-1] if before else after[0] if after else None
    return account, told[place - 1].role if told else None


def times(values: Iterable[dt.datetime | None]) -> pa.Array:
    return pa.array(list(values), pa.timestamp("us", "UTC"))


def filled(
    folder: Path,
    drawn: Sequence[tuple[str, str | None, dt.datetime]],
    rows: Sequence[Known],
    named: Sequence[Alias],
) -> FactStore:
    store = FactStore(folder / f"facts-{next(FOLDERS)}")
    said = pa.table(
        {
            "event_id": [str(place) for place in range(len(drawn))],
            "person": [event[0] for event in drawn],
            "account": pa.array([event[1] for event in drawn], pa.string()),
            "event": ["view"] * len(drawn),
            "time": times(event[2] for event in drawn),
        }
    )
    store.append("events", [said], transaction="e")
    known = pa.table(
        {
            "person": [row.person for row in rows],
            "account": pa.array([row.account for row in rows], pa.string()),
            "role": pa.array([row.role for row in rows], pa.string()),
            "valid_from": times(row.valid_from for row in rows),
        }
    )
    store.append("people", [known], transaction="p")
    if named:
        other = {"alias": [row.alias for row in named], "person": [row.person for row in named]}
        table = pa.table(other | {"valid_from": times(row.valid_from for row in named)})
        store.append("aliases", [table], transaction="a")
    return store


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events, people, aliases)
def test_an_event_has_the_person_account_and_role_of_its_time(
    tmp_path: Path,
    drawn: list[tuple[str, str | None, dt.datetime]],
    rows: list[Known],
    named: list[Alias],
) -> None:
    expected = []
    for id, own, moment in drawn:
        person = one_person(id, moment, named)
        account, role = account_and_role(person, moment, rows, named)
        expected.append((person, own or account, role))
    with filled(tmp_path, drawn, rows, named).snapshot() as snapshot:
        found = snapshot.rows(
            "SELECT said.person, said.account, then_known.role FROM identified_events AS said "
            "LEFT JOIN people_periods AS then_known ON then_known.person = said.person "
            "AND (valid_from IS NULL OR time >= valid_from) AND (valid_to IS NULL OR time < valid_to) "
            "ORDER BY CAST(event_id AS INTEGER)"
        )
    assert found == expected


def test_rows_of_an_account_that_differ_in_a_property_alone_are_ordered_by_it(store: FactStore) -> None:
    begins = times([TIMES[1]] * 3)
    for place, seats in enumerate(([2.0, 9.0, 5.0], [5.0, 2.0, 9.0], [9.0, 5.0, 2.0])):
        rows = pa.table(
            {
                "account": [f"a{place}"] * 3,
                "valid_from": begins,
                "properties": [{"seats": seat} for seat in seats],
            }
        )
        store.append("accounts", [rows], transaction=f"t{place}")
    with store.snapshot() as snapshot:
        held = snapshot.rows(
            "SELECT account, properties.seats FROM account_periods WHERE valid_to IS NULL ORDER BY account"
        )
    assert held == [("a0", 9.0), ("a1", 9.0), ("a2", 9.0)]


def test_feedback_is_the_one_person_s_too(store: FactStore) -> None:
    said = {"feedback_id": ["1"], "time": times(TIMES[:1]), "person": ["x"], "text": ["slow"]}
    store.append("feedback", [pa.table(said)], transaction="f")
    store.append("aliases", [pa.table({"alias": ["x"], "person": ["ann"]})], transaction="a")
    with store.snapshot() as snapshot:
        assert snapshot.rows("SELECT person FROM identified_feedback") == [("ann",)]


def test_a_number_that_only_later_files_have_is_read_as_text(store: FactStore) -> None:
    moment = pa.array([TIMES[0]], pa.timestamp("us", "UTC"))
    for number, properties in enumerate(({"plan": "pro"}, {"seats": 20.0}, {"seats": 0.5})):
        row = {"person": ["al"], "event": ["open"], "time": moment, "properties": pa.array([properties])}
        store.append("events", [pa.table(row)], transaction=f"part {number}")
    with store.snapshot() as snapshot:
        for kind, expected in (("text", [None, "20", "0.5"]), ("boolean", [None, None, None])):
            found = snapshot.rows(f"SELECT {snapshot.property_sql('seats', kind)} FROM events")
            assert sorted((value for (value,) in found), key=str, reverse=True) == expected
