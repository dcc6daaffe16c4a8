"""Ids that are longer than a machine's integers stay apart."""

from pathlib import Path

from quarterdeck.facts.importing import table_named
from quarterdeck.facts.maps import read_map
from quarterdeck.facts.mending import mend
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import Import

MAP = "event_id: id\nperson: user\nevent: what\ntime: at\n"


def test_two_long_numbers_in_json_are_two_ids(bring: Import, ask) -> None:
    lines = "".join(
        f'{{"id": {18446744073709551616 + i}, "user": {123456789012345678901 + i}, "what": "x",'
        ' "at": "2026-01-02T00:00:00Z"}\n'
        for i in range(2)
    )
    assert bring(lines, name="events.jsonl", map_text=MAP).added == 2
    assert ask("SELECT person FROM events ORDER BY person") == [
        ("123456789012345678901",),
        ("123456789012345678902",),
    ]


def test_two_long_numbers_that_waited_are_two_ids(
    bring: Import, ask, store: FactStore, tmp_path: Path
) -> None:
    lines = "".join(f'{{"id": {2**64 + i}, "user": 1, "what": "x", "at": "soon"}}\n' for i in range(2))
    assert bring(lines, name="events.jsonl", map_text=MAP).quarantined == 2
    (tmp_path / "mended.yaml").write_text(
        MAP.replace("time: at\n", "time: {value: '2026-01-02T00:00:00Z'}\n")
    )
    table = table_named(store, "events")
    assert mend(store, table, read_map(table, tmp_path / "mended.yaml")).added == 2
    assert ask("SELECT event_id FROM events ORDER BY 1") == [(str(2**64),), (str(2**64 + 1),)]
