"""A corrected map brings quarantined rows in, once."""

import pytest

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.delta import Delta
from quarterdeck.facts.importing import table_named
from quarterdeck.facts.maps import read_map
from quarterdeck.facts.mending import dismiss, mend
from quarterdeck.facts.status import read_status
from tests.facts.conftest import EVENTS_MAP, GOOD, HEADER, Import

LOCAL = "2,bob,view,2024-05-01 10:00:00,pro,2\n"
LATIN = "3,zoé,view,2024-05-01T10:00:00Z,pro,3\n".encode("latin-1")
SHORT = "4,ann,view\n"


@pytest.fixture
def remedy(store, tmp_path):
    def remedy(map_text: str, *files: str):
        table = table_named(store, "events")
        (tmp_path / "mended.yaml").write_text(map_text)
        return mend(store, table, read_map(table, tmp_path / "mended.yaml"), files=files)

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


ZONED = EVENTS_MAP + "timezone: UTC\n"
OTHER = "key,who,what,at\n8,ann,view,2024-05-01 10:00:00\n9,ann,view,2024-05-01 10:00:00\n"
OTHER_MAP = "event_id: key\nperson: who\nevent: what\ntime: at\n"


def test_rows_of_files_that_the_map_does_not_fit_stay_and_are_counted(
    bring: Import, remedy, store, ask
) -> None:
    bring(OTHER, name="a.csv", map_text=OTHER_MAP)
    bring(HEADER + LOCAL, name="b.csv")
    bring(OTHER.replace("8,", "7,"), name="c.csv", map_text=OTHER_MAP)
    result = remedy(ZONED)
    assert (result.read, result.added) == (1, 1)
    assert {file: count for file, (count, _) in result.left.items()} == {"a.csv": 2, "c.csv": 2}
    assert "no column 'id'" in result.left["a.csv"][1]
    assert waiting(store)["events"] == 4


def test_files_may_be_named(bring: Import, remedy) -> None:
    bring(HEADER + LOCAL, name="a.csv")
    bring(HEADER + LOCAL.replace("2,", "3,", 1), name="b.csv")
    assert remedy(ZONED, "b.csv").added == 1
    with pytest.raises(QuarterdeckError, match=r"No row of a file 'b.csv' waits") as caught:
        remedy(ZONED, "b.csv")
    assert "a.csv" in caught.value.hint


def test_what_is_dismissed_waits_no_longer_and_is_kept(imported: None, remedy, store, ask) -> None:
    assert dismiss(store, table_named(store, "events")).dismissed == 3
    assert waiting(store)["events"] == 0
    assert {status.table: status.dismissed for status in read_status(store)}["events"] == 3
    assert ask("SELECT count(*) FROM quarantine WHERE mended IS NULL") == [(3,)]
    assert remedy(ZONED).read == 0


def test_a_row_brought_in_by_a_later_import_of_the_file_waits_no_longer(
    imported: None, bring: Import, store, ask
) -> None:
    result = bring(None, map_text=ZONED)
    assert (result.read, result.added, result.present, result.quarantined) == (4, 1, 1, 2)
    assert (result.mended, result.waited) == (1, 2)
    assert waiting(store)["events"] == 2
    again = bring(None, map_text=ZONED)
    assert (again.same_file, again.read, again.present, again.quarantined) == (True, 4, 2, 2)


def test_a_row_that_two_maps_refuse_waits_once(bring: Import, store, ask) -> None:
    bring(HEADER + GOOD + SHORT)
    result = bring(None, map_text=ZONED)
    assert (result.read, result.present, result.quarantined, result.waited) == (2, 1, 1, 1)
    assert waiting(store)["events"] == 1
    assert ask("SELECT count(*) FROM open_quarantine") == [(1,)]


def test_a_row_that_an_earlier_map_brought_in_does_not_wait(bring: Import, store, ask) -> None:
    strict = EVENTS_MAP.replace("[plan, amount]", "{plan: text, amount: number}")
    rows = HEADER + GOOD + GOOD.replace("1,", "2,", 1).replace("1.5", "lots") + SHORT
    assert bring(rows).added == 2
    result = bring(None, map_text=strict)
    assert (result.read, result.added, result.present) == (3, 0, 2)
    assert (result.quarantined, result.waited) == (1, 1)
    assert waiting(store)["events"] == 1
    dismiss(store, table_named(store, "events"))
    later = bring(None, map_text=strict + "timezone: UTC\n")
    assert (later.present, later.quarantined, later.dismissed) == (2, 0, 1)
    assert waiting(store)["events"] == 0


def test_a_row_of_an_import_that_was_interrupted_waits_all_the_same(
    bring: Import, store, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = EVENTS_MAP.replace("[plan, amount]", "{plan: text, amount: number}")
    commit = Delta.commit

    def killed(self, rows, **keywords):
        if self.name == "events":
            raise KeyboardInterrupt
        return commit(self, rows, **keywords)

    with monkeypatch.context() as patched:
        patched.setattr(Delta, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(HEADER + GOOD.replace("1.5", "lots"))
    assert bring(None, map_text=strict).quarantined == 1
    assert waiting(store)["events"] == 1
    result = bring(None)
    assert (result.added, result.mended) == (1, 1)
    assert waiting(store)["events"] == 0


def test_a_row_that_waits_shows_the_reason_found_last(bring: Import, remedy, store, ask) -> None:
    def reasons() -> list[tuple[str, str]]:
        return ask("SELECT reason, raw FROM open_quarantine ORDER BY row_number")

    row = "2,,view,2024-05-01 10:00:00,pro,lots"
    bring(HEADER + row.replace(",,", ",bob,", 1) + "\n" + row + "\n")
    assert [reason.split(";")[0] for reason, _ in reasons()] == ["`time` has no offset", "`person` is empty"]
    declared = ZONED.replace("[plan, amount]", "{plan: text, amount: number}")
    remedy(declared)
    assert reasons()[0] == (
        "property `amount` is not a number, as the map declares: 'lots'",
        row.replace(",,", ",bob,", 1),
    )
    assert [reason for reason, _ in reasons()][1:] == ["`person` is empty"]
    assert waiting(store)["events"] == 2
    written = ask("SELECT count(*) FROM quarantine")
    assert remedy(declared).quarantined == 2
    assert ask("SELECT count(*) FROM quarantine") == written
    result = bring(None, map_text=EVENTS_MAP + "timezone: UTC\ntime_format: '%Y'\n")
    assert (result.quarantined, result.waited) == (2, 2)
    assert reasons()[0][0] == "`time` is not a time written as %Y"
    assert remedy(ZONED).added == 1
    assert waiting(store)["events"] == 1
