"""For any id and any rows of two people: nothing of the one is left, and everything of the other is."""

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.importing import import_file, table_named
from quarterdeck.facts.store import FactStore

OTHER = "Bob Other"
NAMES = ("event_id", "person", "event", "time", "note", "amount")
TIME = "2024-05-01T10:00:00Z"
# Texts of the program's own, in which an id would be found by chance.
OWN_TEXTS = (
    "[erased]",
    OTHER,
    TIME,
    "never",
    "view",
    *NAMES,
    "quarantine",
    "events",
    "rows.jsonl",
    "rows.csv",
)
DIGESTS = {"file_digest", "map_digest", "import_id"}

# Shrinking takes minutes, and the ids are short anyway.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)

ids = st.text(st.sampled_from("aZ09\"',;-_ \n\r\t\\/:{}[]éß中😀"), min_size=1, max_size=12).map(str.strip)
words = st.sampled_from(["apples", "5", 'said "so"', "é, à", "x\\y", ""])


@st.composite
def row_of(draw: st.DrawFn) -> tuple[bool, str, list[str | None], int]:
    """Is it theirs, what is wrong with it, the words of its note (None stands for the id), its amount."""
    note = draw(st.lists(st.one_of(words, st.none()), max_size=3))
    return draw(st.booleans()), draw(st.sampled_from(["", "time", "torn"])), note, draw(st.integers(0, 99))


def is_distinctive(name: str) -> bool:
    return len(name) >= 6 and not name.isalpha()


def fields(number: int, name: str, row: tuple[bool, str, list[str | None], int]) -> list[str]:
    own, fault, note, amount = row
    text = " ".join(name if word is None else word for word in note)
    return [f"k{number}", name if own else OTHER, "view", "never" if fault else TIME, text, str(amount)]


def csv_text(rows: list[list[str]], torn: list[bool]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(NAMES)
    for values, is_torn in zip(rows, torn, strict=True):
        writer.writerow(values[:-2] if is_torn else values)
    return out.getvalue()


def json_text(rows: list[list[str]], torn: list[bool]) -> str:
    lines = []
    for number, (values, is_torn) in enumerate(zip(rows, torn, strict=True)):
        line = json.dumps(dict(zip(NAMES, values, strict=True)), ensure_ascii=number % 2 == 0)
        lines.append(line[:-1] if is_torn else line)
    return "\n".join(lines) + "\n"


def texts(folder: Path) -> Iterator[str]:
    """Every text in every file as it stands and as it reads, by none of the code under test."""
    for file in (f for f in folder.rglob("*") if f.is_file()):
        if file.suffix == ".parquet" and "_delta_log" not in file.parts:
            for row in pq.read_table(file).to_pylist():
                for text in flat({key: value for key, value in row.items() if key not in DIGESTS}):
                    yield from readings(text)
        elif file.suffix == ".json":
            lines = [file.read_text()] if file.name == "erasures.json" else file.read_text().splitlines()
            for line in lines:
                yield from flat(json.loads(line))


def flat(value: Any) -> Iterator[str]:
    """Every text in a value, names included."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from flat(inner)
    if isinstance(value, str):
        yield value


def readings(text: str) -> Iterator[str]:
    """A text as it stands, with CSV's quotes single, and as JSON whole or torn off at its end."""
    yield text
    yield text.replace('""', '"')
    for end in ("", "}"):
        try:
            yield from flat(json.loads(text + end))
        except ValueError:
            continue


def everything(store: FactStore) -> tuple[dict[str, tuple[Any, ...]], dict[tuple[str, int], str]]:
    """The good rows by key, and the raw rows by file and number."""
    with store.snapshot() as snapshot:
        good = snapshot.rows("SELECT * FROM events ORDER BY event_id")
        raw = snapshot.rows("SELECT file, row_number, raw FROM quarantine")
    return {row[0]: row for row in good}, {(file, number): text for file, number, text in raw}


def owner(file: str, raw: str) -> str | None:
    """Of whom is a raw row, if it can be read?"""
    if file.endswith("jsonl"):
        try:
            return str(json.loads(raw)["person"]).strip()
        except ValueError:
            return None
    try:
        read = list(csv.reader(io.StringIO(raw, newline=""), strict=True))
    except csv.Error:
        return None
    return read[0][1].strip() if len(read) == 1 and len(read[0]) == len(NAMES) else None


def mentioned(name: str, raw: str) -> bool:
    return any(name in reading for reading in readings(raw))


@given(name=ids, rows=st.lists(row_of(), min_size=1, max_size=6), as_json=st.booleans())
@example(name='o"brien7', rows=[(True, "time", [], 1), (False, "torn", [None], 2)], as_json=False)
@example(name="zoë-77", rows=[(True, "time", [], 1), (False, "time", [None], 2)], as_json=True)
@example(
    name="5", rows=[(True, "time", [], 5), (False, "torn", ["5"], 5), (False, "", ["5"], 5)], as_json=False
)
@settings(max_examples=12, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
def test_after_erasing_nothing_of_one_is_left_and_all_of_the_other(
    name: str, rows: list[tuple[bool, str, list[str | None], int]], as_json: bool
) -> None:
    assume(name and not any(name in text for text in OWN_TEXTS))
    values = [fields(number, name, row) for number, row in enumerate(rows)]
    assume(any(row[1] == name for row in values))
    torn = [row[1] == "torn" for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        store = FactStore(Path(folder) / "facts")
        file = Path(folder) / ("rows.jsonl" if as_json else "rows.csv")
        file.write_text((json_text if as_json else csv_text)(values, torn), encoding="utf-8", newline="")
        import_file(store, table_named(store, "events"), file, None)
        good, raw = everything(store)
        held = any(row[1] == name for row in good.values()) or any(
            owner(*key_and_raw) == name for key_and_raw in ((key[0], text) for key, text in raw.items())
        )
        assume(held or (any(mentioned(name, text) for text in raw.values()) and is_distinctive(name)))
        proof = erase_person(store, name)
        good_after, raw_after = everything(store)
        assert proof.remaining == ()
        check_good(name, good, good_after)
        check_raw(name, raw, raw_after)
        if is_distinctive(name):
            assert not [text for text in texts(store.path) if name in text]


def check_good(name: str, before: dict[str, tuple[Any, ...]], after: dict[str, tuple[Any, ...]]) -> None:
    assert set(after) == {key for key, row in before.items() if row[1] != name}
    for key, row in after.items():
        if row != before[key]:
            assert is_distinctive(name)
            assert [v for v in row if not isinstance(v, dict)] == [
                v for v in before[key] if not isinstance(v, dict)
            ]
            assert row[-1] | {"note": ""} == before[key][-1] | {"note": ""}
            assert name in before[key][-1]["note"]
            assert name not in row[-1]["note"]


def check_raw(name: str, before: dict[tuple[str, int], str], after: dict[tuple[str, int], str]) -> None:
    assert set(after) == {key for key, raw in before.items() if owner(key[0], raw) != name}
    for key, raw in after.items():
        if raw != before[key]:
            assert is_distinctive(name)
            assert mentioned(name, before[key])
            assert not mentioned(name, raw)
            assert raw.count("[erased]") > before[key].count("[erased]")
