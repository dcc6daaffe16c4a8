"""Rows as text: nothing in the data steers the terminal, nothing is cut in silence."""

import io

import pyarrow as pa
import pytest

from quarterdeck.cli.printing import WRITERS
from quarterdeck.facts.sandbox import Query


def query(table: pa.Table) -> Query:
    return Query(table.to_reader(), lambda: None)


def written(kind: str, table: pa.Table, most: int | None = None) -> tuple[str, bool]:
    out = io.StringIO()
    cut = WRITERS[kind](query(table), out, most)
    return out.getvalue(), cut


def test_a_table_is_aligned_and_harmless() -> None:
    table = pa.table({"name": ["a\x1b[31m\n", "x" * 100, None], "n": [1, 20, None]})
    text, cut = written("table", table)
    lines = text.splitlines()
    assert not cut
    assert len(lines) == 5
    assert "\x1b" not in text
    assert lines[3] == "x" * 59 + "…" + "  20"


@pytest.mark.parametrize("kind", list(WRITERS))
def test_more_rows_than_asked_for_are_told(kind: str) -> None:
    table = pa.table({"n": [1, 2, 3]})
    assert written(kind, table, 3)[1] is False
    text, cut = written(kind, table, 2)
    assert cut
    assert "3" not in text


def test_no_rows_are_an_empty_array_and_a_lone_header() -> None:
    nothing = pa.table({"n": pa.array([], pa.int64())})
    assert written("json", nothing)[0] == "[]\n"
    assert written("csv", nothing)[0] == "n\n"
    assert written("table", nothing)[0] == "n\n-\n"
