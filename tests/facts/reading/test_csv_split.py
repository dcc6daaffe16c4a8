"""The vectorised splitter against the plain rule, applied line by line."""

import csv
import io
from itertools import accumulate

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quarterdeck.facts.reading import csv_split
from quarterdeck.facts.reading.csv_record import parse_record
from quarterdeck.facts.reading.csv_split import Judges, Split, split_records

WIDTH = 3


def is_row(line: str) -> bool:
    fields = parse_record(line, ",")
    return fields is not None and fields[0].startswith("1")


def is_record(record: str) -> bool:
    """The first field stands for a time: it holds no line end, and begins as a row does."""
    fields = parse_record(record, ",")
    return fields is not None and "\n" not in fields[0] and fields[0].startswith("1")


def split(data: bytes, *, final: bool = True, width: int = WIDTH) -> Split:
    return split_records(
        data,
        delimiter=ord(","),
        width=width,
        final=final,
        judges=Judges(
            is_row=lambda start, end: is_row(data[start:end].decode("latin-1")),
            is_record=lambda start, end: is_record(data[start:end].decode("latin-1")),
        ),
    )


def outcome(
    data: bytes, split: Split, offset: int = 0
) -> tuple[list[tuple[int, bytes]], list[tuple[int, bytes]]]:
    good = [
        (line + offset, data[start:end])
        for line, start, end in zip(
            split.first_lines.tolist(), split.starts.tolist(), split.ends.tolist(), strict=True
        )
    ]
    return good, [(bad.line + offset, data[bad.start : bad.end]) for bad in split.bad]


def cut_at_returns(line: bytes) -> list[bytes]:
    """A lone carriage return ends a line where whole records stand on all its sides."""
    parts = line.removesuffix(b"\r").split(b"\r")
    widths = {len(parse_record(part.decode("latin-1"), ",") or ()) for part in parts}
    return [*parts[:-1], line[len(b"\r".join(parts)) - len(parts[-1]) :]] if widths == {WIDTH} else [line]


def by_the_rule(data: bytes) -> tuple[list[tuple[int, bytes]], list[tuple[int, bytes]]]:
    """One line after the other, as the documentation says it."""
    lines = [part for line in data.split(b"\n") for part in cut_at_returns(line)]
    # Every line is followed by one byte, whichever it is.
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    if not lines[-1]:
        lines.pop()
    while lines and not lines[-1].removesuffix(b"\r"):
        lines.pop()
    good, bad = [], []
    first = 0
    while first < len(lines):
        last = first
        record = lines[first].removesuffix(b"\r")
        fields = parse_record(record.decode("latin-1"), ",")
        while fields is None and last + 1 < len(lines):
            last += 1
            record = data[starts[first] : starts[last] + len(lines[last])].removesuffix(b"\r")
            if record.rfind(b'"') >= csv_split.MAX_OPEN_BYTES:
                break
            fields = parse_record(record.decode("latin-1"), ",")
        inner = [line.removesuffix(b"\r").decode("latin-1") for line in lines[first + 1 : last + 1]]
        rows_inside = [
            line for line in inner if line and len(parse_record(line, ",") or ()) == WIDTH and is_row(line)
        ]
        believed = len(fields or ()) == WIDTH and is_record(record.decode("latin-1"))
        if fields is None or (rows_inside and not believed):
            last, record, fields = first, lines[first].removesuffix(b"\r"), None
        (good if record and fields is not None and len(fields) == WIDTH else bad).append((first, record))
        first = last + 1
    return good, bad


texts = st.text(alphabet=',"\n\ra1', max_size=60).map(str.encode)
rows = st.lists(
    st.lists(st.sampled_from(["a", '""', '"x,y"', '"x\ny"', '"q""q"', "1", ""]), min_size=3, max_size=3).map(
        ",".join
    )
    | st.sampled_from(
        [
            '1,"open,2',
            "1,2",
            'a"b,1,2',
            '"a"b,1,2',
            "1,2,3,4",
            "",
            'x,y",z',
            '"',
            "\r",
            "1,2,3\r4,5,6",
            '1,"x\ry",3\r7,8,9',
        ]
    ),
    max_size=12,
).map(lambda lines: "\n".join(lines).encode())


@pytest.fixture(autouse=True)
def few_open_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_split, "MAX_OPEN_BYTES", 48)


@settings(max_examples=300, deadline=None)
@given(texts | rows)
def test_every_line_is_judged_as_the_rule_says(data: bytes) -> None:
    assert outcome(data, split(data)) == by_the_rule(data)


@settings(max_examples=150, deadline=None)
@given(rows, st.data())
def test_where_a_block_is_cut_makes_no_difference(data: bytes, choice: st.DataObject) -> None:
    data = b"1,b,c\n" + data.rstrip(b"\r\n") + b"\n"
    assume(not data.endswith(b"\n\n"))
    places = [place + 1 for place, byte in enumerate(data) if byte == 10]
    cut = choice.draw(st.sampled_from(places))
    first = split(data[:cut], final=False)
    rest = data[first.consumed :]
    second = split(rest)
    good, bad = outcome(data, first)
    more_good, more_bad = outcome(rest, second, first.lines)
    assert (good + more_good, bad + more_bad) == outcome(data, split(data))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet='ab,"\n', max_size=6), min_size=3, max_size=3), min_size=1, max_size=8)
)
def test_what_the_standard_library_writes_is_read_whole(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    data = out.getvalue().encode()
    believing = Judges(is_row=lambda start, end: True, is_record=lambda start, end: True)
    found = split_records(data, delimiter=ord(","), width=3, final=True, judges=believing)
    good, bad = outcome(data, found)
    assert not bad
    assert [parse_record(raw.decode(), ",") for _, raw in good] == table


def test_a_legal_record_is_one_record_and_what_looks_like_a_row_in_its_text_is_told() -> None:
    data = b'1,"foo,x\n1,bar,y\n1,baz",z\n1,c,d\n'
    found = split(data)
    good, bad = outcome(data, found)
    assert not bad
    assert [line for line, _ in good] == [0, 3]
    assert found.doubtful == (0,)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        # Another width, and a line end where the first column can have none.
        (b'1,foo,"x\n1,bar,y\n1,"baz",z",1,1\n1,c,d\n', [1, 3]),
        (b'"1,foo,x\n1,bar,y\n1",baz,z\n1,c,d\n', [1, 3]),
        (b'1,"foo,x\n1,bar,y\nbaz",z,z\n1,c,d\n', [1, 3]),
    ],
)
def test_an_unclosed_quote_costs_one_row_even_if_a_later_quote_would_close_it(
    data: bytes, kept: list[int]
) -> None:
    good, _ = outcome(data, split(data))
    assert [line for line, _ in good] == kept


def test_a_record_may_go_over_lines() -> None:
    data = b'1,"dear all,\r\n\r\nplease ""call"" me",x\r\n1,b,c\r\n'
    good, bad = outcome(data, split(data))
    assert not bad
    assert good == [(0, b'1,"dear all,\r\n\r\nplease ""call"" me",x'), (3, b"1,b,c")]


def test_nul_and_wrong_encoding_make_the_whole_record_bad() -> None:
    data = b'1,"a\0\nb",c\n1,\xe9,c\n1,"\xe9\nx",c\n1,\xc3\xa9,c\n'
    found = split(data)
    assert [(bad.line, bad.reason.split(";")[0]) for bad in found.bad] == [
        (0, "NUL byte"),
        (2, "not valid UTF-8"),
        (3, "not valid UTF-8"),
    ]
    assert found.first_lines.tolist() == [5]
