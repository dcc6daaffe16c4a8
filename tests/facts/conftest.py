"""A store in a temporary folder, and one line to import a text into it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quarterdeck.facts.import_result import ImportResult
from quarterdeck.facts.importing import import_file, table_named
from quarterdeck.facts.maps import preset_map, read_map
from quarterdeck.facts.store import FactStore

Import = Callable[..., ImportResult]

EVENTS_MAP = "event_id: id\nperson: user_id\nevent: event_name\ntime: timestamp\nproperties: [plan, amount]\n"
HEADER = "id,user_id,event_name,timestamp,plan,amount\n"
GOOD = "1,ann,view,2024-05-01T10:00:00Z,pro,1.5\n"


@pytest.fixture
def store(tmp_path: Path) -> FactStore:
    return FactStore(tmp_path / "facts")


@pytest.fixture
def bring(store: FactStore, tmp_path: Path) -> Import:
    """Import a text or bytes as a file of that name."""

    def bring(
        content: str | bytes | None = None,
        *,
        name: str = "events.csv",
        table: str = "events",
        map_text: str | None = EVENTS_MAP,
        preset: str | None = None,
        again: bool = False,
    ) -> ImportResult:
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        fact_table = table_named(store, table)
        fact_map = None
        if preset is not None:
            fact_map = preset_map(fact_table, preset)
        elif map_text is not None:
            (tmp_path / "map.yaml").write_text(map_text, encoding="utf-8")
            fact_map = read_map(fact_table, tmp_path / "map.yaml")
        return import_file(store, fact_table, file, fact_map, again=again)

    return bring


@pytest.fixture
def ask(store: FactStore) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a query over the latest versions."""

    def ask(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with store.snapshot() as snapshot:
            return snapshot.rows(sql, parameters)

    return ask
