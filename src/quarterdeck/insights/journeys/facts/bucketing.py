"""Which bucket of a calendar does a moment lie in?

Local days and months have no one length, so their edges are listed; where they have one, a division will do.
"""

from __future__ import annotations

import numpy as np

from quarterdeck.insights.journeys.calc.sequence import Rows
from quarterdeck.insights.journeys.facts.statement import Statement


def add_buckets(statement: Statement, edges: Rows, name: str = "buckets") -> str:
    """Add a table of the buckets: `bucket`, from `begins` until before `ends`."""
    rows = " UNION ALL ".join(
        f"SELECT {number} AS bucket, {begin} AS begins, {end} AS ends"
        for number, (begin, end) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    )
    return statement.add(name, rows)


def in_buckets(statement: Statement, edges: Rows, table: str, columns: str, name: str = "buckets") -> str:
    """The SELECT of a table's rows with their `bucket`; those outside all of them are left out."""
    width = np.diff(edges)
    if len(set(width.tolist())) == 1:
        first, last = int(edges[0]), int(edges[-1])
        number = f"CAST(FLOOR((at - {first}) / {int(width[0])}.0) AS BIGINT)"
        return f"SELECT {columns}, {number} AS bucket FROM {table} WHERE at >= {first} AND at < {last}"
    add_buckets(statement, edges, name)
    return f"SELECT {columns}, bucket FROM {table} JOIN {name} ON at >= begins AND at < ends"
