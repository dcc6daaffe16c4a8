"""How does each work item stand at a moment, and when did it come there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.feedback.backlog.calc.stages import Stage

# What an item is called and where it belongs is what the newest row says that says it; a row whose field is
# `parent` says so by its value, and an empty one takes the item out. An item shipped when it came to a done
# status that it has not left since. Rows of one moment count in the order of the stages.
_ITEMS = """
WITH stages AS (SELECT unnest($2::VARCHAR[]) AS status, unnest($3::VARCHAR[]) AS stage),
told AS (SELECT * FROM work_items WHERE $1::TIMESTAMPTZ IS NULL OR time < $1::TIMESTAMPTZ),
statuses AS (
    SELECT told.item, told.time, told.value, stages.stage,
           row_number() OVER by_time AS place, lag(stages.stage) OVER by_time AS before
    FROM told LEFT JOIN stages ON stages.status = told.value
    WHERE told.field IN ('created', 'status') AND told.value IS NOT NULL
    WINDOW by_time AS (
        PARTITION BY told.item ORDER BY told.time, told.field,
        list_position(['to do', 'doing', 'done', 'dropped'], stages.stage) NULLS FIRST, told.value
    )
),
stands AS (
    SELECT item, arg_max(value, place) AS status, arg_max(stage, place) AS stage, max(time) AS since,
           min(time) FILTER (stage = 'doing') AS started,
           count(*) FILTER (before = 'done' AND stage IN ('to do', 'doing')) AS reopened,
           coalesce(max(place) FILTER (stage IS DISTINCT FROM 'done'), 0) AS last_undone
    FROM statuses GROUP BY item
),
shipped AS (
    SELECT statuses.item, min(time) AS shipped_at FROM statuses JOIN stands USING (item)
    WHERE place > last_undone GROUP BY statuses.item
),
described AS (
    SELECT item, arg_max(title, time) FILTER (title IS NOT NULL) AS title,
           arg_max(level, time) FILTER (level IS NOT NULL) AS level,
           arg_max(project, time) FILTER (project IS NOT NULL) AS project,
           nullif(arg_max(CASE WHEN field = 'parent' THEN coalesce(value, '') ELSE parent END, time)
               FILTER (field = 'parent' OR parent IS NOT NULL), '') AS parent,
           arg_max(coalesce(value, ''), time) FILTER (field = 'resolution') AS resolution,
           coalesce(min(time) FILTER (field = 'created'), min(time)) AS created, max(time) AS changed
    FROM told GROUP BY item
)
SELECT d.item, coalesce(d.title, d.item), coalesce(d.level, ''), d.parent, coalesce(d.project, ''),
       coalesce(s.status, ''), coalesce(s.stage, 'to do'), coalesce(d.resolution, ''), d.created, s.started,
       shipped.shipped_at, coalesce(s.reopened, 0), coalesce(s.since, d.created), d.changed
FROM described AS d LEFT JOIN stands AS s USING (item) LEFT JOIN shipped USING (item)
ORDER BY d.item
"""
_STATUSES = """
SELECT DISTINCT value FROM work_items WHERE field IN ('created', 'status') AND value IS NOT NULL ORDER BY 1
"""
_HISTORY = """
SELECT time, field, coalesce(value, '') FROM work_items
WHERE item = $1 AND ($2::TIMESTAMPTZ IS NULL OR time < $2::TIMESTAMPTZ) ORDER BY time, field, value
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkItem:
    """A work item as it stood at a moment.

    `shipped_at` is when it came to a done status and stayed; `reopened` counts how often it left one;
    `since` is when it came to its status.
    """

    key: str
    title: str
    level: str
    parent: str | None
    project: str
    status: str
    stage: Stage
    resolution: str
    created: datetime
    started: datetime | None
    shipped_at: datetime | None
    reopened: int
    since: datetime
    changed: datetime

    @property
    def cycle_days(self) -> float | None:
        """From when it was first worked on until it shipped; None before that, or where that was not told."""
        if self.shipped_at is None or self.started is None or self.started > self.shipped_at:
            return None
        return (self.shipped_at - self.started).total_seconds() / 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One change of one field of an item."""

    time: datetime
    field: str
    value: str


def read_statuses(snapshot: Snapshot) -> Sequence[str]:
    """Every name of a status that there is."""
    return [status for (status,) in snapshot.rows(_STATUSES)]


def read_items(
    snapshot: Snapshot, at: datetime | None, stages: Mapping[str, Stage]
) -> Mapping[str, WorkItem]:
    """Every item that there was before a moment, by its key."""
    rows = snapshot.rows(_ITEMS, [at, list(stages), list(stages.values())])
    names = list(WorkItem.__dataclass_fields__)
    return {row[0]: WorkItem(**dict(zip(names, row, strict=True))) for row in rows}


def read_history(snapshot: Snapshot, item: str, at: datetime | None) -> Sequence[Step]:
    """What became of one item, oldest first."""
    rows = snapshot.rows(_HISTORY, [item, at])
    return [Step(time=time, field=field, value=value) for time, field, value in rows]
