"""Values that no calendar and no sum can hold are set aside, however the file writes them."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.facts.conftest import Import

ACCOUNTS = "account: account\nvalid_from: valid_from\narr: arr\nrenewal: renewal\n"
FEEDBACK = "feedback_id: id\ntime: time\ntext: text\nscore: score\nconsent: consent\nproperties: all\n"
NOW = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "renewal",
    ["infinity", "-infinity", "epoch", "10000-01-01", "0000-12-31", "0044-03-15 (BC)", "2026-02-30", "soon"],
)
def test_a_date_lies_in_the_years_1_to_9999(bring: Import, ask, renewal: str) -> None:
    lines = (
        f"account,valid_from,arr,renewal\nA,{NOW},1,{renewal}\nB,{NOW},1,9999-12-31\nC,{NOW},1,0001-01-01\n"
    )
    result = bring(lines, table="accounts", map_text=ACCOUNTS)
    assert result.reasons == {"`renewal` is not a date": 1}
    assert ask("SELECT renewal FROM accounts ORDER BY 1") == [(dt.date.min,), (dt.date.max,)]


@pytest.mark.parametrize("arr", ["nan", "inf", "infinity", "1e20", "1e400", "12345678901234567890"])
def test_an_amount_is_finite(bring: Import, ask, arr: str) -> None:
    lines = f"account,valid_from,arr,renewal\nA,{NOW},{arr},\nB,{NOW},,\n"
    assert bring(lines, table="accounts", map_text=ACCOUNTS).reasons == {"`arr` is not an amount": 1}
    assert ask("SELECT account, arr FROM accounts") == [("B", None)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("score", "1e999", "`score` is not a number"),
        ("score", "9" * 400, "`score` is not a number"),
        ("score", "NaN", "`score` is not a number"),
        ("consent", "perhaps", "`consent` is not true or false"),
        ("time", "10000-01-01T00:00:00Z", "`time` is not a time"),
        ("time", "0000-01-01T00:00:00Z", "`time` is not a time"),
        ("time", "-infinity", "`time` is not a time"),
        ("time", "epoch", "`time` is not a time"),
        ("time", "294247-01-10T04:00:54Z", "`time` is not a time"),
    ],
)
def test_every_kind_of_column_has_its_limits(bring: Import, column: str, value: str, reason: str) -> None:
    row = {"id": "1", "time": NOW, "text": "x", "score": "1", "consent": "true"} | {column: value}
    result = bring(",".join(row) + "\n" + ",".join(row.values()) + "\n", table="feedback", map_text=FEEDBACK)
    (said,) = result.reasons
    assert said.startswith(reason)


@pytest.mark.parametrize(("count", "added"), [("3", 1), ("3.0", 1), ("3.6", 0), ("9223372036854775808", 0)])
def test_a_count_is_whole(bring: Import, count: str, added: int) -> None:
    columns = "entry_id,person,starts_at,ends_at,attendees"
    row = f"1,ann,{NOW},{NOW},{count}"
    assert bring(f"{columns}\n{row}\n", table="calendar", map_text=None).added == added


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("epoch_seconds", "9" * 18),
        ("epoch_seconds", "-99999999999999"),
        ("epoch_seconds", "9" * 30),
        ("epoch_milliseconds", "9223372036854775"),
        ("epoch_milliseconds", "nan"),
        ("'%Y-%m-%d'", "infinity"),
        ("'%Y-%m-%d'", "-infinity"),
        ("'%d'", "epoch"),
    ],
)
def test_times_of_other_formats_have_the_same_limits(bring: Import, ask, written: str, value: str) -> None:
    options = f"time_format: {written}\ntimezone: Europe/Amsterdam\n"
    columns = "person: p\nevent: e\ntime: t\n"
    result = bring(f"p,e,t\nann,view,{value}\n", map_text=columns + options)
    assert (result.added, result.quarantined) == (0, 1)


@pytest.mark.parametrize(
    "values",
    [
        pa.array([2**52, 0]).view(pa.timestamp("s")),
        pa.array([-(2**62), 0]).view(pa.timestamp("ms", "UTC")),
        pa.array([2**63 - 1, 0]).view(pa.timestamp("us")),
        pa.array([-(2**63) + 1, 0]).view(pa.timestamp("us", "UTC")),
        pa.array([253_402_300_800, 0]).view(pa.timestamp("s", "UTC")),
        pa.array([2**31 - 1, 0], pa.int32()).view(pa.date32()),
        pa.array([86_400_000 * 10**9, 0]).view(pa.date64()),
    ],
    ids=lambda values: str(values.type),
)
def test_typed_times_have_the_same_limits(bring: Import, ask, tmp_path, values: pa.Array) -> None:
    rows = pa.table({"account": ["A", "B"], "valid_from": values, "renewal": values})
    pq.write_table(rows, tmp_path / "a.parquet", store_schema=True)
    options = ACCOUNTS.replace("arr: arr\n", "") + "timezone: Europe/Amsterdam\n"
    assert bring(None, name="a.parquet", table="accounts", map_text=options).added == 1
    assert ask("SELECT account, renewal FROM accounts") == [("B", dt.date(1970, 1, 1))]


def test_no_number_among_properties_is_infinite(bring: Import, ask, tmp_path) -> None:
    rows = {"person": ["a", "b", "c"], "event": ["e"] * 3, "time": [NOW] * 3}
    rows["amount"] = [1.5, float("inf"), float("nan")]
    pq.write_table(pa.table(rows), tmp_path / "e.parquet")
    assert bring(None, name="e.parquet", map_text=None).overflow == 2
    assert ask("SELECT person, properties.amount FROM events ORDER BY 1") == [
        ("a", 1.5),
        ("b", None),
        ("c", None),
    ]
    declared = "person: person\nevent: event\ntime: time\nproperties: {amount: number}\n"
    result = bring(None, name="e.parquet", map_text=declared, again=True)
    assert (result.added, result.present, result.quarantined) == (1, 2, 0)
    text = f"person,event,time,amount\nd,e,{NOW},1e400\n"
    assert bring(text, name="e.csv", map_text=declared).quarantined == 1
