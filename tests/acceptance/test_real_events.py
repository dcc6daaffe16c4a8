"""Real event logs come in by a map, and their known totals come out."""

from pathlib import Path

import pytest

from quarterdeck.facts.importing import import_file, table_named
from quarterdeck.facts.maps import read_map
from quarterdeck.facts.store import FactStore

DATA = Path(__file__).parents[3] / "shared" / "data" / "events"

BPIC = """
person: user_id
event: event
time: timestamp
properties: {lifecycle: text, resource: text, amount_requested: number, registered_at: text}
"""
CDNOW = """
person: user_id
event: event
time: timestamp
properties: all
"""
SHOP = """
person: user_id
event: event
time: timestamp
timezone: UTC
properties: [session_id, platform, acquisition_channel, user_lifecycle]
"""


@pytest.mark.parametrize(
    ("name", "map_text", "events", "people"),
    [
        ("bpic2012_events", BPIC, 262_200, 13_087),
        ("cdnow_purchases", CDNOW, 69_659, 23_570),
    ],
)
def test_known_totals_come_out(tmp_path: Path, name: str, map_text: str, events: int, people: int) -> None:
    file = DATA / f"{name}.csv.gz"
    if not file.exists():
        pytest.skip(f"{name} is not beside this repository")
    store = FactStore(tmp_path / "facts")
    table = table_named(store, "events")
    (tmp_path / "map.yaml").write_text(map_text)
    result = import_file(store, table, file, read_map(table, tmp_path / "map.yaml"))
    assert (result.read, result.added, result.quarantined) == (events, events, 0)
    with store.snapshot() as snapshot:
        assert snapshot.rows("SELECT count(*), count(DISTINCT person) FROM events") == [(events, people)]


def test_local_times_of_a_shop_are_read_in_the_zone_of_the_map(tmp_path: Path) -> None:
    file = DATA / "retentioneering_ecom.csv.gz"
    if not file.exists():
        pytest.skip("retentioneering_ecom is not beside this repository")
    store = FactStore(tmp_path / "facts")
    table = table_named(store, "events")
    (tmp_path / "map.yaml").write_text(SHOP)
    result = import_file(store, table, file, read_map(table, tmp_path / "map.yaml"))
    assert result.read == result.added > 0
