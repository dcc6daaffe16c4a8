"""A corrected map brings quarantined rows in, once."""

import pytest

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.delta import Delta
from quarterdeck.facts.importing import table_named
from quarterdeck.facts.maps import read_map
from quarterdeck.facts.mending import mend
from quarterdeck.facts.status import read_status
from tests.facts.conftest import EVENTS_MAP, GOOD, HEADER, Import

LOCAL = "2,bob,view,2024-05-01 10:00:00,pro,2\n"
LATIN = "3,zoé,view,2024-05-01T10:00:00Z,pro,3\n".encode("latin-1")
SHORT = "4,ann,view\n"


@pytest.fixture
def remedy(store, tmp_path):
    def remedy(map_text: str):
        table = table_named(store, "events")
        (tmp_path / "mended.yaml").write_text(map_text)
        return mend(store, table, read_map(table, tmp_path / "mended.yaml"))

    return remedy


def waiting(store) -> dict[str, int]:
    return {status.table: sum(status.quarantined.values()) for status in read_status(store)}


@pytest.fixture
def imported(bring: Import) -> None:
    result = bring(HEADER.encode() + GOOD.encode() + LOCAL.encode() + LATIN + SHORT.encode())
    assert (result.added, result.quarantined) == (1, 3)


def test_what_the_new_map_makes_good_comes_in_once(imported: None, remedy, store, ask) -> None:
    zoned = EVENTS_MAP + "timezone: Europe/Amsterdam\n"
    result = remedy(zoned)
    assert (result.read, result.added, result.quarantined) == (3, 1, 2)
    assert waiting(store)["events"] == 2
    again = remedy(zoned + "encoding: latin-1\n")
    assert (again.read, again.added, again.quarantined) == (2, 1, 1)
    assert ask("SELECT event_id, person FROM events ORDER BY 1") == [("1", "ann"), ("2", "bob"), ("3", "zoé")]
    assert remedy(zoned).added == 0


def test_rows_that_came_in_otherwise_meanwhile_are_not_doubled(
    imported: None, remedy, bring: Import, ask
) -> None:
    bring(HEADER + LOCAL, name="b.csv", map_text=EVENTS_MAP + "timezone: UTC\n")
    result = remedy(EVENTS_MAP + "timezone: Europe/Amsterdam\n")
    assert (result.added, result.present) == (0, 1)
    assert ask("SELECT count(*) FROM events") == [(2,)]


def test_killed_between_mark_and_rows_nothing_is_lost(
    imported: None, remedy, store, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoned = EVENTS_MAP + "timezone: Europe/Amsterdam\n"
    commit = Delta.commit

    def killed(self, rows, **keywords):
        if self.name == "events":
            raise KeyboardInterrupt
        return commit(self, rows, **keywords)

    with monkeypatch.context() as patched:
        patched.setattr(Delta, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            remedy(zoned)
    assert waiting(store)["events"] == 3
    assert remedy(zoned).added == 1
    assert waiting(store)["events"] == 2


def test_json_rows_are_mended_too(bring: Import, remedy, ask) -> None:
    mapped = "event_id: id\nperson: who\nevent: what\ntime: at\n"
    bring('{"id":1,"who":"ann","what":"view","at":"2024-05-01"}\n', name="e.jsonl", map_text=mapped)
    assert remedy(mapped + "timezone: UTC\n").added == 1
    assert ask("SELECT person FROM events") == [("ann",)]


def test_a_map_for_other_columns_is_refused(imported: None, remedy) -> None:
    with pytest.raises(QuarterdeckError, match="no column 'nobody'"):
        remedy(EVENTS_MAP.replace("user_id", "nobody"))
