"""Ids that are longer than a machine's integers stay apart."""

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
