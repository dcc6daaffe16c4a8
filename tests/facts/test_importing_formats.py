"""JSON lines, Parquet, maps and presets."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quarterdeck.errors import DefinitionError, FactError
from quarterdeck.facts.importing import import_file, table_named
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import EVENTS_MAP, GOOD, HEADER, Import

UTC = dt.UTC
NAIVE = dt.datetime(2024, 5, 1, 10)  # noqa: DTZ001
JSON_MAP = "event_id: id\nperson: user.id\nevent: name\ntime: at\nproperties: all\n"


def test_json_lines_are_read_by_dotted_paths_and_nested_properties_are_flattened_once(
    bring: Import, ask
) -> None:
    lines = [
        {
            "id": 1,
            "user": {"id": 7, "plan": "pro"},
            "name": "view",
            "at": "2024-05-01T10:00:00Z",
            "n": 2,
            "ok": True,
        },
        {
            "id": "2",
            "user": {"id": "x"},
            "name": "buy",
            "at": "2024-05-01T12:00:00+02:00",
            "n": "many",
            "tags": ["a"],
        },
        {
            "id": 3,
            "user": {"id": "y", "address": {"city": "Ghent", "geo": {"lat": 1}}},
            "name": "buy",
            "at": "2024-05-01T12:00:00+02:00",
            "big": 2**60,
        },
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\n"
    result = bring(text, name="e.jsonl", map_text=JSON_MAP)
    assert (result.added, result.quarantined) == (3, 0)
    rows = ask("SELECT person, time, properties, properties_rest FROM events ORDER BY event_id")
    assert rows[0][0] == "7"
    assert {key: value for key, value in rows[0][2].items() if value is not None} == {
        "user.plan": "pro",
        "n": 2.0,
        "ok": True,
    }
    assert rows[1][1] == dt.datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert json.loads(rows[1][3]) == {"n": "many", "tags": ["a"]}
    assert rows[2][2]["big"] == str(2**60)
    assert rows[2][2]["user.address.city"] == "Ghent" if "user.address.city" in rows[2][2] else True


def test_bad_json_lines_are_set_aside(bring: Import, ask) -> None:
    good = json.dumps({"id": 1, "user": {"id": 7}, "name": "view", "at": "2024-05-01T10:00:00Z"})
    text = f'{good}\n{{"id": 2,\n[1]\n\n{{"id": 3}}\n'.encode() + b'{"id": "\xff"}\n'
    result = bring(text, name="e.jsonl", map_text=JSON_MAP)
    assert (result.read, result.added, result.quarantined) == (6, 1, 5)
    rows = ask("SELECT row_number, reason FROM quarantine ORDER BY 1")
    assert [row[0] for row in rows] == [2, 3, 4, 5, 6]
    assert [row[1].split(";")[0].split(":")[0] for row in rows] == [
        "not valid JSON",
        "not a JSON object",
        "empty line",
        "`person` is empty",
        "not valid UTF-8",
    ]


def test_a_json_array_is_refused_with_a_way_out(bring: Import) -> None:
    with pytest.raises(FactError) as caught:
        bring("[{}]", name="e.json", map_text=JSON_MAP)
    assert "jq" in caught.value.hint


def test_parquet_keeps_its_types(bring: Import, ask, tmp_path) -> None:
    table = pa.table(
        {
            "id": pa.array([1.0, 2.0, None]),
            "user_id": pa.array(["ann", "bob", None], pa.large_string()),
            "event_name": pa.array(["view", "buy", "buy"]).dictionary_encode(),
            "timestamp": pa.array([NAIVE] * 3, pa.timestamp("ns")),
            "plan": ["pro", None, "free"],
            "amount": pa.array([1, 2, 3], pa.int32()),
        }
    )
    pq.write_table(table, tmp_path / "e.parquet")
    result = bring(None, name="e.parquet", map_text=EVENTS_MAP + "timezone: Europe/Amsterdam\n")
    assert (result.read, result.added, result.quarantined) == (3, 2, 1)
    assert ask("SELECT event_id, time, properties.amount FROM events ORDER BY 1") == [
        ("1", dt.datetime(2024, 5, 1, 8, tzinfo=UTC), 1.0),
        ("2", dt.datetime(2024, 5, 1, 8, tzinfo=UTC), 2.0),
    ]
    assert json.loads(ask("SELECT raw FROM quarantine")[0][0])["plan"] == "free"


def test_segment_and_posthog_exports_need_no_map(bring: Import, ask) -> None:
    segment = [
        {
            "messageId": "m1",
            "anonymousId": "a",
            "type": "page",
            "timestamp": "2024-05-01T10:00:00.123Z",
            "properties": {"path": "/", "n": 1},
            "context": {"app": {"version": "4.2"}, "library": {"name": "js"}},
        },
        {
            "messageId": "m2",
            "anonymousId": "a",
            "userId": "u",
            "type": "track",
            "event": "Bought",
            "timestamp": "2024-05-01T10:00:00.123Z",
            "properties": {"path": "/buy"},
            "context": {},
        },
    ]
    posthog = [
        {
            "uuid": "h1",
            "distinct_id": "u",
            "event": "$pageview",
            "timestamp": "2024-05-01 10:00:00.1",
            "properties": {"$current_url": "x"},
        }
    ]
    bring("\n".join(map(json.dumps, segment)), name="s.jsonl", preset="segment")
    bring("\n".join(map(json.dumps, posthog)), name="p.jsonl", preset="posthog")
    csv = "uuid,event,properties,timestamp,distinct_id\n"
    csv += 'h2,open,"{""a"": 1, ""b"": {""c"": ""d""}}",2024-05-01T10:00:00Z,u\n'
    bring(csv, name="p.csv", preset="posthog")
    rows = ask("SELECT event_id, person, event, release, source FROM events ORDER BY event_id")
    assert rows == [
        ("h1", "u", "$pageview", None, None),
        ("h2", "u", "open", None, None),
        ("m1", "a", "page", "4.2", "js"),
        ("m2", "u", "Bought", None, None),
    ]
    assert ask("SELECT properties.a, properties.\"b.c\" FROM events WHERE event_id = 'h2'") == [(1.0, "d")]


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2024-05-01T10:00:00Z", None, "2024-05-01T10:00:00+00:00"),
        ("2024-05-01t10:00:00.25z", None, "2024-05-01T10:00:00.250000+00:00"),
        ("2024-05-01 10:00:00 +0200", "America/New_York", "2024-05-01T08:00:00+00:00"),
        ("2024-05-01 10:00 UTC", "Europe/Amsterdam", "2024-05-01T10:00:00+00:00"),
        (" 2024-05-01T10:00:00-05 ", None, "2024-05-01T15:00:00+00:00"),
        ("2024-05-01 10:00:00", "Europe/Amsterdam", "2024-05-01T08:00:00+00:00"),
        ("2024-05-01", "Europe/Amsterdam", "2024-04-30T22:00:00+00:00"),
        ("2024/5/1 9:05", "UTC", "2024-05-01T09:05:00+00:00"),
        # Skipped in spring: as much later. Twice in autumn: the first time.
        ("2024-03-31 02:30:00", "Europe/Amsterdam", "2024-03-31T01:30:00+00:00"),
        ("2024-10-27 02:30:00", "Europe/Amsterdam", "2024-10-27T00:30:00+00:00"),
        # Morocco has stayed an hour ahead of what older tables of zones say.
        ("2026-02-10 12:00:00", "Africa/Casablanca", "2026-02-10T11:00:00+00:00"),
        ("1880-01-01 00:00:00", "Europe/Amsterdam", None),
        ("2024-05-01 10:00:00.123456", "Asia/Kathmandu", "2024-05-01T04:15:00.123456+00:00"),
    ],
)
def test_times_are_read_with_their_offset_or_in_the_zone_of_the_map(
    bring: Import, ask, text: str, zone: str | None, instant: str | None
) -> None:
    line = f"timezone: {zone}\n" if zone else ""
    if instant is None:
        instant = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(str(zone))).isoformat()
    assert bring(HEADER + GOOD.replace("2024-05-01T10:00:00Z", text), map_text=EVENTS_MAP + line).added == 1
    assert ask("SELECT time FROM events")[0][0] == dt.datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("epoch_seconds", "1714557600"),
        ("epoch_seconds", "1714557600.000000"),
        ("epoch_milliseconds", "1714557600000"),
        ("'%d.%m.%Y %H:%M'", "01.05.2024 12:00"),
        ("'%d/%b/%Y:%H:%M:%S %z'", "01/May/2024:10:00:00 +0000"),
        ("'%d.%m.%Y %H:%M %Z'", "01.05.2024 10:00 UTC"),
    ],
)
def test_times_may_be_written_in_a_given_format(bring: Import, ask, written: str, text: str) -> None:
    options = f"time_format: {written}\ntimezone: Europe/Amsterdam\n"
    bad = GOOD.replace("1,", "2,", 1).replace("2024-05-01T10:00:00Z", "soon")
    result = bring(HEADER + GOOD.replace("2024-05-01T10:00:00Z", text) + bad, map_text=EVENTS_MAP + options)
    assert (result.added, result.quarantined) == (1, 1)
    assert ask("SELECT time FROM events") == [(dt.datetime(2024, 5, 1, 10, tzinfo=UTC),)]


def test_a_property_keeps_its_type_and_other_values_are_not_lost(
    bring: Import, ask, store: FactStore
) -> None:
    def row(i: int, plan: str, amount: str) -> str:
        return f"{i},ann,view,2024-05-01T10:00:00Z,{plan},{amount}\n"

    first = bring(HEADER + row(1, "true", "1.5") + row(2, "FALSE", "-2e3") + row(3, "", ""))
    second = bring(HEADER + row(4, "maybe", "007") + row(5, "true", "9007199254740993"), name="b.csv")
    assert (first.overflow, second.overflow) == (0, 3)
    with store.snapshot() as snapshot:
        assert snapshot.property_types() == {"plan": "boolean", "amount": "number"}
        plan, amount = snapshot.property_sql("plan", "text"), snapshot.property_sql("amount", "text")
        number = snapshot.property_sql("amount", "number")
        rows = snapshot.rows(f"SELECT {plan}, {amount}, {number} FROM events ORDER BY event_id")
    assert [row[0] for row in rows] == ["true", "false", None, "maybe", "true"]
    assert [row[1] for row in rows] == ["1.5", "-2000", None, "007", "9007199254740993"]
    assert [row[2] for row in rows[:4]] == [1.5, -2000.0, None, 7.0]


def test_the_map_may_settle_the_kind_of_a_property(bring: Import, ask) -> None:
    kinds = EVENTS_MAP.replace("[plan, amount]", "{plan: text, amount: text}")
    bring(HEADER + GOOD, map_text=kinds)
    assert ask("SELECT properties.amount FROM events") == [("1.5",)]


def test_a_constant_and_the_first_present_of_several_columns(bring: Import, ask) -> None:
    text = "user,visitor,event,time\n,v1,view,2024-05-01T10:00:00Z\nu2,v2,view,2024-05-01T10:00:01Z\n"
    bring(text, map_text="person: [user, visitor]\nevent: event\ntime: time\nsource: {value: web}\n")
    assert ask("SELECT person, source FROM events ORDER BY 1") == [("u2", "web"), ("v1", "web")]


def test_without_a_map_columns_named_as_in_the_schema_map_themselves(bring: Import, ask) -> None:
    text = "account,valid_from,arr,renewal,region\nA,2024-05-01T00:00:00Z,1200.50,2025-01-31,north\n"
    text += "B,2024-05-01T00:00:00Z,lots,,\n"
    result = bring(text, table="accounts", map_text=None)
    assert result.reasons == {"`arr` is not an amount": 1}
    assert ask("SELECT arr::VARCHAR, renewal, properties.region FROM accounts") == [
        ("1200.50", dt.date(2025, 1, 31), "north")
    ]
    with pytest.raises(FactError, match="no column named valid_from"):
        bring("account,arr\nA,1\n", table="accounts", map_text=None, name="b.csv")


@pytest.mark.parametrize(
    ("map_text", "line", "said", "hint"),
    [
        ("persn: a\nevent: b\ntime: c\n", 1, "no column 'persn'", "'person'"),
        ("person: a\nevent: b\n", 1, "no `time`", "When"),
        ("person: a\nevent: b\ntime: c\ntimezone: Europe/Amsterdm\n", 4, "Europe/Amsterdam", ""),
        ("person: a\nevent: b\ntime: c\nproperties: some\n", 4, "properties", ""),
        ("person: a\nevent: [\n", 3, "not valid YAML", ""),
        ("- a\n", 1, "a map is", "person"),
        ("person: a\nevent: b\ntime: c\ntime_format: iso\n", 4, "strptime", ""),
        ("person: a\nevent: b\ntime: c\ntime_format: '%q'\n", 4, "'%q' is no strptime format", ""),
        ("person: a\nevent: b\ntimezone: UTC\ntime: c\ntime_format: '%Y%'\n", 5, "Trailing", ""),
    ],
)
def test_a_faulty_map_is_told_with_its_line(
    bring: Import, map_text: str, line: int, said: str, hint: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        bring(HEADER, map_text=map_text)
    assert caught.value.line == line
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_unknown_tables_and_presets_are_told_with_a_guess(bring: Import) -> None:
    with pytest.raises(FactError) as caught:
        bring(HEADER, table="event")
    assert caught.value.hint == "Did you mean 'events'?"
    with pytest.raises(FactError, match="no preset"):
        bring(HEADER, preset="segmnt")
    with pytest.raises(FactError, match="Nothing is imported into quarantine"):
        bring(HEADER, table="quarantine")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('{\n  "events": [\n    {"id": 1},\n    {"id": 2}\n  ]\n}\n', "jq -c '.events[]' FILE"),
        ('{"export": {\n"made": "today",\n"rows": [\n{"id": 1}\n]}}', "jq -c '.rows[]' FILE"),
        ('\n{\n\n"id": 1,\n"user": {"id": 7}\n}\n', "jq -c . FILE"),
    ],
)
def test_a_json_document_over_several_lines_is_refused_before_any_row(
    store: FactStore, tmp_path, text: str, command: str
) -> None:
    file = tmp_path / "export.json"
    file.write_text(text)
    with pytest.raises(FactError) as caught:
        import_file(store, table_named(store, "events"), file, None)
    assert "is one JSON document over several lines; JSON lines are needed." in caught.value.message
    assert command in caught.value.hint
    assert store.versions() == {}


def test_a_torn_first_row_does_not_make_a_file_a_document(bring: Import) -> None:
    good = '{"id": 2, "user": {"id": "x"}, "name": "buy", "at": "2024-05-01T12:00:00Z"}'
    rows = f'{{"id": 1, "user": {{"id":\n{good}\n'
    result = bring(rows, map_text=JSON_MAP, name="events.jsonl")
    assert (result.added, result.quarantined) == (1, 1)


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_bytes_that_are_no_text_are_not_called_utf_16(store: FactStore, tmp_path, ending: str) -> None:
    file = tmp_path / f"export.{ending}"
    for content, said in (
        (b"\x07\x00" + bytes(range(200, 250)) + b"\n", "has NUL bytes in its beginning, which no text has"),
        ("person,event,time\n".encode("utf-16-le"), "it looks like UTF-16"),
        ("person,event,time\n".encode("utf-16-be"), "it looks like UTF-16"),
    ):
        file.write_bytes(content)
        with pytest.raises(FactError) as caught:
            import_file(store, table_named(store, "events"), file, None)
        assert said in caught.value.message
