"""Files as they really come: each row ends in the table or in quarantine, and nothing takes others along."""

import bz2
import gzip
from pathlib import Path

import pyarrow.csv as pa_csv
import pytest
import zstandard

from quarterdeck.errors import DefinitionError, FactError
from tests.facts.conftest import EVENTS_MAP, GOOD, HEADER, Import

MINIMAL = "id,person,event,time\n"


def quarantined(ask) -> list[tuple[int, str, str, str | None]]:
    return ask("SELECT row_number, reason, raw, encoding FROM quarantine ORDER BY row_number")


def test_an_unclosed_quote_costs_one_row(bring: Import, ask) -> None:
    rows = "".join(f"{i},p{i},view,2024-05-01T10:00:00Z,pro,{i}\n" for i in range(5000))
    result = bring(HEADER + '9999,ann,"view,2024-05-01T10:00:00Z,pro,1\n' + rows)
    assert (result.read, result.added, result.quarantined) == (5001, 5000, 1)
    (row,) = quarantined(ask)
    assert row[0] == 2
    assert row[2] == '9999,ann,"view,2024-05-01T10:00:00Z,pro,1'


def test_a_quote_left_open_for_more_than_a_thousand_lines_is_one_bad_row(bring: Import) -> None:
    lines = "".join(f"line {i} of a letter\n" for i in range(1500))
    result = bring(HEADER + '1,ann,"view\n' + lines + GOOD)
    assert (result.read, result.added) == (1502, 1)


def test_line_ends_inside_quotes_belong_to_the_value(bring: Import, ask) -> None:
    letter = 'Dear all,\n\nplease, "call" me\nAnn'
    quoted = letter.replace('"', '""')
    assert (
        bring(HEADER + f'1,ann,view,2024-05-01T10:00:00Z,"{quoted}",2\n' + GOOD.replace("1,", "2,", 1)).added
        == 2
    )
    assert ask("SELECT properties.plan FROM events WHERE event_id = '1'") == [(letter,)]


def test_a_record_may_cross_the_border_of_blocks(bring: Import, ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quarterdeck.facts.reading.lines.BLOCK_BYTES", 256)
    monkeypatch.setattr("quarterdeck.facts.reading.lines.LineBlocks.__init__.__defaults__", (256,))
    letter = "\n".join(f"line {i}" for i in range(40))
    rows = "".join(f'{i},p{i},view,2024-05-01T10:00:00Z,"{letter}",2\n' for i in range(20))
    result = bring(HEADER + rows)
    assert (result.added, result.quarantined) == (20, 0)
    assert ask("SELECT DISTINCT properties.plan FROM events") == [(letter,)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,ann,view", "3 fields where the header has 6"),
        ("1,ann,view,2024-05-01T10:00:00Z,pro,1,x,y", "8 fields where the header has 6"),
        ("1,,view,2024-05-01T10:00:00Z,pro,1", "`person` is empty"),
        ("1,ann,,2024-05-01T10:00:00Z,pro,1", "`event` is empty"),
        ("1,ann,view,,pro,1", "`time` is empty"),
        ("1,ann,view,yesterday,pro,1", "`time` is not a time"),
        ("1,ann,view,2024-02-30T10:00:00Z,pro,1", "`time` is not a time"),
        ("1,ann,view,2024-05-01 10:00:00,pro,1", "`time` has no offset"),
        ("1,ann,view,infinity,pro,1", "`time` is not a time"),
        ('1,ann,vi"ew,2024-05-01T10:00:00Z,pro,1', "quote inside an unquoted field"),
        ('1,ann,"view" x,2024-05-01T10:00:00Z,pro,1', "text after a closing quote"),
        ("1,ann,vi\0ew,2024-05-01T10:00:00Z,pro,1", "NUL byte"),
        ("1,ann,view\r2,bob,view", "carriage return outside quotes"),
        ("", "empty line"),
    ],
)
def test_a_bad_row_is_set_aside_as_it_stands_with_its_reason(
    bring: Import, ask, line: str, reason: str
) -> None:
    result = bring(HEADER + GOOD + line + "\n" + GOOD.replace("1,", "2,", 1))
    assert (result.read, result.added, result.quarantined) == (3, 2, 1)
    (row,) = quarantined(ask)
    assert row[0] == 3
    assert row[1].startswith(reason)
    assert row[2] == line


def test_bytes_that_are_no_utf8_are_kept_losslessly(bring: Import, ask) -> None:
    result = bring(HEADER.encode() + GOOD.encode() + b"2,zo\xe9,view,2024-05-01T10:00:00Z,pro,1\n")
    assert (result.added, result.quarantined) == (1, 1)
    (row,) = quarantined(ask)
    assert row[3] == "latin-1"
    assert "set `encoding:`" in row[1]
    assert row[2].encode("latin-1") == b"2,zo\xe9,view,2024-05-01T10:00:00Z,pro,1"


def test_the_map_may_name_the_encoding(bring: Import, ask) -> None:
    text = HEADER + "2,zoé,view,2024-05-01T10:00:00Z,pro,1\n"
    assert bring(text.encode("windows-1252"), map_text=EVENTS_MAP + "encoding: windows-1252\n").added == 1
    assert bring(text.encode("utf-16"), name="b.csv", map_text=EVENTS_MAP + "encoding: utf-16\n").present == 1
    assert ask("SELECT person FROM events") == [("zoé",)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf16_is_named_as_such(bring: Import, encoding: str) -> None:
    with pytest.raises(FactError) as caught:
        bring((HEADER + GOOD).encode(encoding))
    assert "encoding: utf-16" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["\ufeff" + HEADER + GOOD, HEADER.replace("\n", "\r\n") + GOOD.replace("\n", "\r\n")]
)
def test_byte_order_mark_and_windows_line_ends_are_taken(bring: Import, ask, text: str) -> None:
    assert bring(text).added == 1
    assert ask("SELECT event_id, properties.amount FROM events") == [("1", 1.5)]


def test_carriage_returns_alone_end_lines_too(bring: Import) -> None:
    assert bring((HEADER + GOOD + GOOD.replace("1,", "2,", 1)).replace("\n", "\r")).added == 2


def test_the_last_line_needs_no_end_and_empty_lines_behind_it_are_no_rows(bring: Import) -> None:
    assert bring(HEADER + GOOD.strip()).read == 1
    assert bring(HEADER + GOOD + "\n\r\n\n", name="b.csv").read == 1


def test_an_empty_file_is_refused(bring: Import) -> None:
    for name in ("a.csv", "a.jsonl"):
        with pytest.raises(FactError, match="is empty"):
            bring("", name=name)


def test_a_header_alone_is_no_row(bring: Import, store) -> None:
    assert bring(HEADER).read == 0
    assert "events" not in store.versions()


def test_a_missing_file_is_refused(bring: Import, tmp_path: Path) -> None:
    with pytest.raises(FactError, match="cannot be read"):
        bring(None, name="nowhere.csv")


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".zst", zstandard.compress)]
)
def test_compressed_files_are_read_and_damaged_ones_refused(bring: Import, store, suffix: str, pack) -> None:
    packed = pack(
        (HEADER + GOOD).encode() + b"".join(GOOD.replace("1,", f"{i},", 1).encode() for i in range(2, 2000))
    )
    assert bring(packed, name="events.csv" + suffix).added == 1999
    with pytest.raises(FactError, match="damaged"):
        bring(packed[: len(packed) // 2], name="half.csv" + suffix)
    assert store.versions()["events"] == 2


def test_semicolons_and_tabs_are_told_from_the_header(bring: Import) -> None:
    assert bring((HEADER + GOOD).replace(",", ";")).added == 1
    assert bring((HEADER + GOOD.replace("1,", "2,", 1)).replace(",", "\t"), name="b.tsv").added == 1
    given = (HEADER + GOOD.replace("1,", "3,", 1)).replace(",", "^")
    assert bring(given, name="c.csv", map_text=EVENTS_MAP + "delimiter: '^'\n").added == 1


def test_two_columns_of_one_name_are_refused_only_where_they_are_meant(bring: Import) -> None:
    text = "id,user_id,event_name,timestamp,plan,amount,plan\n1,ann,view,2024-05-01T10:00:00Z,pro,1,x\n"
    with pytest.raises(DefinitionError, match="two columns named 'plan'"):
        bring(text)
    without = EVENTS_MAP.replace("[plan, amount]", "[amount]")
    assert bring(text, map_text=without).added == 1


def test_a_missing_column_is_named_with_what_is_there(bring: Import, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        bring("id,user,event_name,timestamp,plan,amount\n")
    assert caught.value.message.startswith(f"{tmp_path / 'map.yaml'}:2: ")
    assert "no column 'user_id'" in caught.value.message
    assert "Did you mean 'user'?" in caught.value.hint
    assert "timestamp" in caught.value.hint


def test_ten_thousand_columns_are_kept(bring: Import, ask) -> None:
    # One more is `id`, which is no column of the table.
    names = [f"c{i}" for i in range(10_000)]
    header = MINIMAL.strip() + "," + ",".join(names) + "\n"
    rows = "".join(
        f"{i},ann,view,2024-05-01T10:00:00Z," + ",".join(str(i * k % 7) for k in range(10_000)) + "\n"
        for i in range(30)
    )
    result = bring(header + rows, map_text=None)
    assert (result.added, result.overflow) == (30, 30 * 9_801)
    assert ask("SELECT properties.c7, properties_rest->>'c9999' FROM events WHERE properties.id = 3") == [
        (0.0, "2")
    ]


def test_a_line_beyond_the_limit_is_one_bad_row(bring: Import, ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quarterdeck.facts.reading.lines.MAX_LINE_BYTES", 3 << 20)
    monkeypatch.setattr("quarterdeck.facts.reading.lines.MAX_RAW_BYTES", 4 << 20)
    monkeypatch.setattr("quarterdeck.facts.reading.lines.LineBlocks.__init__.__defaults__", (1 << 20,))
    text = HEADER + GOOD + "x" * (6 << 20) + "\n" + GOOD.replace("1,", "2,", 1) + "y" * (4 << 20)
    result = bring(text)
    assert (result.read, result.added, result.quarantined) == (4, 2, 2)
    rows = ask("SELECT row_number, length(raw), reason FROM quarantine ORDER BY 1")
    assert [row[:2] for row in rows] == [(3, 4 << 20), (5, 4 << 20)]
    assert "only the first" in rows[0][2]


def test_where_the_fast_parser_counts_otherwise_each_record_is_parsed_by_itself(
    bring: Import, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_csv = pa_csv.read_csv
    monkeypatch.setattr(pa_csv, "read_csv", lambda *given, **named: read_csv(*given, **named).slice(1))
    text = HEADER + GOOD + '2,bob,view,2024-05-01T10:00:00Z,"p ""q"" r",\n3,eve\n'
    assert bring(text).added == 2
    assert ask("SELECT properties.plan, properties.amount FROM events ORDER BY event_id") == [
        ("pro", 1.5),
        ('p "q" r', None),
    ]


def test_a_lone_carriage_return_between_rows_ends_the_first(bring: Import, ask) -> None:
    rows = [GOOD.strip().replace("1,", f"{i},", 1) for i in range(6)]
    text = f"{HEADER}{rows[0]}\r{rows[1]}\n{rows[2]}\r{rows[3]}\r{rows[4]}\r\n{rows[5]},x\rtorn\n"
    result = bring(text)
    assert (result.read, result.added, result.quarantined) == (6, 5, 1)
    assert ask("SELECT event_id FROM events ORDER BY 1") == [(str(i),) for i in range(5)]
    assert ask("SELECT row_number, raw FROM quarantine") == [(7, f"{rows[5]},x\rtorn")]


def test_a_carriage_return_in_a_quoted_text_stays_in_it(bring: Import, ask) -> None:
    text = f'{HEADER}1,ann,view,2024-05-01T10:00:00Z,"a,b\r1,ann,view,2024-05-01T10:00:00Z,c,1",2\n'
    assert bring(text).added == 1
    assert ask("SELECT properties.plan FROM events") == [("a,b\r1,ann,view,2024-05-01T10:00:00Z,c,1",)]


def test_a_lone_carriage_return_between_json_rows_ends_the_first(bring: Import, ask) -> None:
    rows = [
        f'{{"event_id": "{i}", "person": "ann",\r "event": "x", "time": "2024-05-01T10:00:00Z"}}'
        for i in range(3)
    ]
    lines = [rows[0], rows[1].replace("\r", "") + "\r" + rows[2].replace("\r", ""), '{"a"\r{"b": 1}']
    result = bring("\n".join(lines), name="e.jsonl", map_text=None)
    assert (result.read, result.added, result.quarantined) == (4, 3, 1)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("cut", [1, 3])
def test_a_file_cut_in_the_middle_of_a_character_loses_one_row(
    bring: Import, ask, encoding: str, cut: int
) -> None:
    text = HEADER + GOOD + GOOD.replace("1,", "2,", 1)
    result = bring(text.encode(encoding)[:-cut], map_text=EVENTS_MAP + f"encoding: {encoding}\n")
    assert (result.read, result.added, result.quarantined) == (2, 1, 1)
    assert ask("SELECT row_number, encoding FROM quarantine") == [(3, "latin-1")]


def test_half_a_character_within_a_file_spoils_its_row_alone(bring: Import, ask) -> None:
    rows = [GOOD.replace("1,", f"{i},", 1) for i in range(3)]
    # Half of a surrogate pair; one of its bytes is a line end by itself.
    before, behind = (part.encode("utf-16-le") for part in ("".join([HEADER, rows[0], "1,a"]), rows[1][4:]))
    content = before + b"\x0a\xdc" + behind + rows[2].encode("utf-16-le")
    result = bring(content, map_text=EVENTS_MAP + "encoding: utf-16-le\n")
    assert (result.read, result.added, result.quarantined) == (3, 2, 1)
    assert ask("SELECT event_id FROM events ORDER BY 1") == [("0",), ("2",)]


def test_a_header_that_ends_with_a_lone_return_is_named_as_such(bring: Import) -> None:
    with pytest.raises(FactError, match="carriage returns alone") as caught:
        bring((HEADER + GOOD).replace("\n", "\r") + GOOD)
    assert "tr " in caught.value.hint
