"""Messages for tests, written into the facts of a workspace as an import would."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore

BEGIN = datetime(2026, 11, 1, 9, tzinfo=UTC)
_COLUMNS = TABLES["feedback"].column_names


def say(workspace, *messages, transaction="test"):
    """Write messages: each a text, or what differs from the usual one as a mapping."""
    store = FactStore(workspace.facts_path)
    before = sum(row[0] for row in count(workspace))
    rows = []
    for number, message in enumerate(messages, start=before + 1):
        given = {"text": message} if isinstance(message, str) else dict(message)
        usual = {"feedback_id": f"m{number}", "time": BEGIN + timedelta(hours=number), "channel": "support"}
        rows.append({name: {**usual, **given}.get(name) for name in _COLUMNS})
    schema = pa.schema([field for field in TABLES["feedback"].arrow_schema if field.name in _COLUMNS])
    store.append(
        "feedback", [pa.Table.from_pylist(rows, schema=schema)], transaction=f"{transaction} {before}"
    )


def count(workspace):
    """How many messages are there."""
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        return snapshot.rows("SELECT count(*) FROM feedback")


def add_account(workspace, account, name, arr, *, plan="Scale", since=datetime(2026, 1, 1, tzinfo=UTC)):
    """A customer from some day on."""
    row = {"account": account, "valid_from": since, "name": name, "plan": plan, "arr": Decimal(arr)}
    schema = pa.schema([f for f in TABLES["accounts"].arrow_schema if f.name != "properties_rest"])
    rows = pa.Table.from_pylist([{name: row.get(name) for name in schema.names}], schema=schema)
    FactStore(workspace.facts_path).append("accounts", [rows], transaction=f"{account} {since}")


def add_person(workspace, person, **properties):
    """Somebody who is known, from some day on."""
    fields = pa.struct([(name, pa.string()) for name in properties])
    table = pa.table(
        {
            "person": pa.array([person]),
            "valid_from": pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")),
            "properties": pa.array([properties], fields),
        }
    )
    FactStore(workspace.facts_path).append("people", [table], transaction=person)
