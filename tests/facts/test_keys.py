"""A key tells a row that is there from a new one; what has no key, or an empty one, is new."""

import pytest

from tests.facts.conftest import Import

ROW = '{{"event_id":{},"person":"{}","event":"view","time":"2024-05-01T10:00:00Z"}}\n'


@pytest.mark.parametrize("key", ['""', "null"])
def test_an_empty_key_is_a_missing_key(bring: Import, ask, key: str) -> None:
    bring(ROW.format(key, "ann") + ROW.format(key, "bob"), name="a.jsonl", map_text=None)
    later = bring(ROW.format(key, "carol") + ROW.format('"k"', "dan"), name="b.jsonl", map_text=None)
    assert (later.added, later.present) == (2, 0)
    assert ask("SELECT count(*) FROM events") == [(4,)]


def test_a_key_counts_once_in_a_file_and_over_files(bring: Import, ask) -> None:
    first = bring(ROW.format('"k"', "ann") + ROW.format('"k"', "bob"), name="a.jsonl", map_text=None)
    later = bring(ROW.format('"k"', "carol") + ROW.format('""', "dan"), name="b.jsonl", map_text=None)
    assert (first.added, first.present, later.added, later.present) == (1, 1, 1, 1)
    assert ask("SELECT person FROM events ORDER BY person") == [("ann",), ("dan",)]
