"""Histories of work items for tests, written into the facts of a workspace as an import would."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore

BEGIN = datetime(2026, 9, 1, 9, tzinfo=UTC)
COLUMNS = TABLES["work_items"].column_names


def day(number, hour=0):
    """A moment some days after the tracker began."""
    return BEGIN + timedelta(days=number, hours=hour)


def track(workspace, item, *steps, title=None, level="story", parent=None, project="Core"):
    """Write what became of an item: pairs of a day and a status, or a field with its value."""
    rows = []
    for step in steps:
        field, value = ("status", step[1]) if len(step) == 2 else step[1:]
        when = step[0] if isinstance(step[0], datetime) else day(step[0])
        rows.append(
            {
                "item": item, "time": when, "field": field, "value": value, "title": title or item,
                "level": level, "parent": parent, "project": project,
            }
        )  # fmt: skip
    track_all(workspace, rows)


def track_all(workspace, rows):
    """Write rows, each a mapping of columns."""
    schema = pa.schema([f for f in TABLES["work_items"].arrow_schema if f.name in COLUMNS])
    store = FactStore(workspace.facts_path)
    before = store.versions().get("work_items", -1)
    store.append("work_items", [pa.Table.from_pylist(rows, schema=schema)], transaction=f"test {before}")
