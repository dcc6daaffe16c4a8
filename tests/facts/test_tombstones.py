"""Who was erased stays erased, whoever else erases at the same time."""

from pathlib import Path

import orjson

from quarterdeck.facts.tombstones import Tombstones


def test_two_erasures_at_once_both_count(tmp_path: Path) -> None:
    first, second = Tombstones(tmp_path), Tombstones(tmp_path)
    first.add(["ann-01"], None)
    second.add(["bob-002"], None)
    left = Tombstones(tmp_path)
    assert left.has("ann-01")
    assert left.has("bob-002")
    assert not left.has("carol-03")
    assert left.erased_in("ann-01 met bob-002") == {"ann-01", "bob-002"}


def test_an_id_is_met_in_a_torn_text_as_a_word_however_it_is_written(tmp_path: Path) -> None:
    tombstones = Tombstones(tmp_path)
    tombstones.add(['o"brien7', "5", "zoë-77"], None)
    assert tombstones.erased_in('1,"o""brien7","torn') == {'o"brien7'}
    assert tombstones.erased_in('{"a":"\\nzo\\u00eb-77"') == {"zoë-77"}
    assert tombstones.erased_in("buy 5 apples from xzoë-77") == frozenset()
    assert tombstones.erased_among(["5", "6"]) == {"5"}


def test_a_file_of_an_earlier_version_is_read_and_kept(tmp_path: Path) -> None:
    tombstones = Tombstones(tmp_path)
    tombstones.add(["ann-0001"], None)
    file = tmp_path / "erasures.json"
    content = orjson.loads(file.read_bytes())
    del content["lengths"]
    file.write_bytes(orjson.dumps(content))
    earlier = Tombstones(tmp_path)
    assert earlier.erased_among(["ann-0001"]) == {"ann-0001"}
    earlier.add(["bob-0002"], None)
    assert Tombstones(tmp_path).has("ann-0001")


def test_no_id_can_be_read_from_the_file(tmp_path: Path) -> None:
    Tombstones(tmp_path).add(["ann-0001"], {"at": "2026-01-01", "first_readable": {"events": 3}})
    assert b"ann-0001" not in (tmp_path / "erasures.json").read_bytes()
    assert Tombstones(tmp_path).erasures == [{"at": "2026-01-01", "first_readable": {"events": 3}}]
