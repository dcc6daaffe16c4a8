"""The versions of a moment are the last that were written until then."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from quarterdeck.facts.past import first_readable, versions_at
from quarterdeck.facts.store import FactStore


def test_a_table_has_the_version_that_was_written_last_until_a_moment(tmp_path):
    store = FactStore(tmp_path)
    before = datetime.now(UTC)
    row = {"person": ["al"], "event": ["open"], "time": pa.array([before], pa.timestamp("us", "UTC"))}
    store.append("events", [pa.table(row)], transaction="one")
    middle = store.versions()
    assert versions_at(store, before - timedelta(seconds=5)) == {}
    assert versions_at(store, datetime.now(UTC) + timedelta(seconds=5)) == middle
    assert first_readable(store, middle) == middle
