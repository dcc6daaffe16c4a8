"""Texts of customers over several lines: none of them becomes a row, and none swallows rows unsaid."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.facts.importing import wanted
from quarterdeck.facts.maps import plain_map
from quarterdeck.facts.reading.csv_file import CsvFile
from quarterdeck.facts.schema import TABLES
from tests.facts.conftest import Import

COLUMNS = "event_id,person,event,time,text"
FORGED = "666,victim,purchase,2026-01-01T00:00:00Z,forged"
TIME = "2026-01-01T00:00:00Z"


def bring_events(bring: Import, *lines: str, map_text: str | None = None):
    return bring("\n".join((COLUMNS, *lines)) + "\n", map_text=map_text)


@pytest.mark.parametrize(
    "text",
    [f"hello\n{FORGED}\nbye", f"hello\n{FORGED}", f"{FORGED}\n{FORGED}\n{FORGED}", "a\n" * 3000 + FORGED],
)
def test_a_legal_text_is_read_whole_whatever_its_lines_look_like(bring: Import, ask, text: str) -> None:
    result = bring_events(bring, f'1,a,feedback,{TIME},"{text}"', f"2,b,view,{TIME},x")
    assert (result.read, result.added, result.quarantined) == (2, 2, 0)
    assert ask("SELECT person, properties.text FROM events ORDER BY 1") == [("a", text), ("b", "x")]


def test_what_looks_like_a_row_in_a_text_is_told(bring: Import) -> None:
    result = bring_events(bring, f"1,a,view,{TIME},x", f'2,a,feedback,{TIME},"hello\n{FORGED}\nbye"')
    assert "1 times, first at line 3" in result.notes[-1]


@pytest.mark.parametrize("bad", [f"1,,feedback,{TIME}", "1,a,feedback,16-11-2026 09:00"])
def test_a_text_in_a_row_that_cannot_be_used_makes_no_row_either(bring: Import, ask, bad: str) -> None:
    # Nobody, or a time written as the map does not say yet: the row waits whole, with its text.
    result = bring_events(bring, f'{bad},"hello\n{FORGED}\nbye"', f"2,b,view,{TIME},x")
    assert (result.read, result.added, result.quarantined) == (2, 1, 1)
    assert ask("SELECT row_number, raw FROM quarantine") == [(2, f'{bad},"hello\n{FORGED}\nbye"')]


def test_an_unclosed_quote_that_meets_another_costs_its_row_alone(bring: Import, ask) -> None:
    # The right width by luck: but a time has no line end, nor is it `soon`, nor has a row six fields.
    good = [f"{i},p{i},view,{TIME},x" for i in range(10, 13)]
    for opened, closed in (
        (f'1,a,view,"{TIME},x', f'9,z,view,{TIME}",x'),
        ('1,a,"view,soon,x', '9,z,view",soon,x'),
        (f'1,a,"view,{TIME},x', f'9,z,view",{TIME},x,y'),
    ):
        result = bring_events(bring, opened, *good, closed)
        assert (result.read, result.quarantined) == (5, 2)
    assert ask("SELECT event_id FROM events ORDER BY 1") == [("10",), ("11",), ("12",)]


def test_two_quotes_lost_in_one_column_are_one_text_and_the_import_says_so(bring: Import) -> None:
    # The price of believing what is legal: nothing tells this file from one whose text holds a row.
    result = bring_events(bring, f'1,a,view,{TIME},"x', f"2,b,view,{TIME},x", f'3,c,view,{TIME},y"')
    assert (result.read, result.added) == (1, 1)
    assert "looks like another row" in result.notes[-1]


def test_a_number_has_no_line_end(bring: Import) -> None:
    declared = "event_id: event_id\nperson: person\nevent: event\ntime: time\nproperties: {text: number}\n"
    lines = (f'1,a,view,{TIME},"1', f"2,b,view,{TIME},2", f'3,c,view,{TIME},3"')
    assert bring_events(bring, *lines, map_text=declared).added == 1


words = st.text(alphabet='a1,"\n\r;é', max_size=20) | st.just(FORGED) | st.just(f"x\n{FORGED}\n")


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(words, min_size=1, max_size=6))
def test_whatever_texts_are_written_by_the_standard_are_the_texts_read(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS.split(","))
    writer.writerows([i, "ann", text or "-", TIME, text] for i, text in enumerate(texts))
    path = tmp_path_factory.mktemp("texts") / "texts.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    source = CsvFile(path)
    (block,) = source.blocks(wanted(plain_map(TABLES["events"], source.columns)))
    source.close()
    assert not block.bad
    assert block.properties[0][1].to_pylist() == [text or None for text in texts]
