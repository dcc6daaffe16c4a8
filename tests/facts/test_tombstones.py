"""Who was erased stays erased, whoever else erases at the same time."""

from pathlib import Path

from quarterdeck.facts.tombstones import Tombstones


def test_two_erasures_at_once_both_count(tmp_path: Path) -> None:
    first, second = Tombstones(tmp_path), Tombstones(tmp_path)
    first.add(["ann-01"], None)
    second.add(["bob-02"], None)
    left = Tombstones(tmp_path)
    assert left.has("ann-01")
    assert left.has("bob-02")
    assert not left.has("carol-03")
