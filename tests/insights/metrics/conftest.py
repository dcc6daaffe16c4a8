"""A small company whose numbers can be counted by hand."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from quarterdeck.definitions.workspace import Workspace, open_workspace
from quarterdeck.facts.store import FactStore

MakeWorkspace = Callable[..., Workspace]
Event = tuple[str, str, str, str, dict[str, Any]]


@pytest.fixture
def make_workspace(tmp_path: Path) -> MakeWorkspace:
    def make(timezone: str = "Europe/Amsterdam", week_start: str = "monday", **metrics: str) -> Workspace:
        (tmp_path / "quarterdeck.yaml").write_text(
            f"format: 1\ncompany: Halyard\ntimezone: {timezone}\nweek_start: {week_start}\n"
        )
        folder = tmp_path / "metrics"
        folder.mkdir(exist_ok=True)
        for name, text in metrics.items():
            opening = (
                "" if name == "tree" else f"title: {name.capitalize()}\ndescription: A test.\nowner: Alice\n"
            )
            (folder / f"{name}.yaml").write_text(opening + text)
        return open_workspace(tmp_path)

    return make


def events_table(events: Sequence[Event]) -> pa.Table:
    """Rows of (person, account, event, time, properties)."""
    keys = sorted({key for *_, properties in events for key in properties})
    columns: dict[str, Any] = {
        "person": [event[0] for event in events],
        "account": [event[1] or None for event in events],
        "event": [event[2] for event in events],
        "time": pa.array([datetime.fromisoformat(event[3]) for event in events], pa.timestamp("us", "UTC")),
    }
    if keys:
        columns["properties"] = [{key: event[4].get(key) for key in keys} for event in events]
    return pa.table(columns)


def add_events(workspace: Workspace, events: Sequence[Event], transaction: str = "test") -> FactStore:
    store = FactStore(workspace.facts_path)
    store.append("events", [events_table(events)], transaction=transaction)
    return store


def add_accounts(store: FactStore, rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Rows of (account, valid_from, plan, arr)."""
    table = pa.table(
        {
            "account": [row[0] for row in rows],
            "valid_from": pa.array(
                [datetime.fromisoformat(row[1]) for row in rows], pa.timestamp("us", "UTC")
            ),
            "plan": [row[2] for row in rows],
            "arr": pa.array([Decimal(row[3]) for row in rows], pa.decimal128(18, 2)),
        }
    )
    store.append("accounts", [table], transaction="accounts")
