"""How does ClickHouse, by chdb, answer the same questions? As its users write them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.journeys.data import BEGIN_SECONDS, DAYS, EVENTS, EXCLUSION, PLANS, RETURN, STEPS
from benchmarks.journeys.ours import COLUMNS, PATH_STOPS, WITHIN_DAYS

WINDOW = WITHIN_DAYS * 86_400
A, B, C, D = (f"event = '{name}'" for name in STEPS)
FUNNEL = f"windowFunnel({WINDOW})(time, {A}, {B}, {C}, {D})"
LEVELS = "countIf(level >= 1), countIf(level >= 2), countIf(level >= 3), countIf(level >= 4)"
DAY = f"toInt32(intDiv(time - {BEGIN_SECONDS}, 86400))"

EXCLUDING = f"""
SELECT countIf(depth >= 1), countIf(depth >= 2), countIf(depth >= 3) FROM (
    SELECT arrayMax(arrayMap(s -> attempt(s, b, c, x), a)) AS depth FROM (
        SELECT person, arraySort(groupArrayIf(time, {A})) AS a, arraySort(groupArrayIf(time, {B})) AS b,
            arraySort(groupArrayIf(time, {C})) AS c, arraySort(groupArrayIf(time, event = '{EXCLUSION}')) AS x
        FROM events GROUP BY person HAVING notEmpty(a)
    )
)
"""
ATTEMPT = f"""
CREATE FUNCTION attempt AS (s, b, c, x) -> if(
    arrayExists(t -> t > s AND t < if(
        arrayFirst(t -> t >= s, b) BETWEEN s AND s + {WINDOW}, arrayFirst(t -> t >= s, b), s + {WINDOW} + 1
    ), x),
    0,
    multiIf(
        arrayFirst(t -> t >= s, b) NOT BETWEEN s AND s + {WINDOW}, 1,
        arrayFirst(t -> t >= arrayFirst(u -> u >= s, b), c) NOT BETWEEN s AND s + {WINDOW}, 2,
        3
    )
)
"""
RETENTION = f"""
SELECT start, back - start AS behind, count() FROM (
    SELECT groupUniqArrayIf({DAY}, {A}) AS starts, groupUniqArrayIf({DAY}, event = '{RETURN}') AS backs
    FROM events GROUP BY person HAVING notEmpty(starts)
) ARRAY JOIN starts AS start ARRAY JOIN arrayConcat([start], arrayFilter(b -> b > start, backs)) AS back
WHERE behind < {COLUMNS} GROUP BY start, behind
"""
DAILY = f"SELECT {DAY} AS day, uniqExact(person) FROM events GROUP BY day ORDER BY day"
WEEKLY = f"""
SELECT day, uniqExact(person) FROM (SELECT DISTINCT person, {DAY} AS began FROM events)
ARRAY JOIN range(began, least(began + 7, {DAYS})) AS day GROUP BY day ORDER BY day
"""
LIFECYCLE = f"""
SELECT status, day, count() FROM (
    SELECT arraySort(groupUniqArray({DAY})) AS days, arrayConcat(
        arrayMap((d, before) -> (multiIf(before < 0, 'new', before = d - 1, 'returning', 'resurrecting'), d),
            days, arrayPushFront(arrayPopBack(days), -9)),
        arrayMap(d -> ('dormant', d + 1), arrayFilter((d, after) -> after != d + 1,
            days, arrayPushBack(arrayPopFront(days), -9)))
    ) AS statuses FROM events GROUP BY person
) ARRAY JOIN statuses AS one WHERE one.2 < {DAYS}
GROUP BY one.1 AS status, one.2 AS day
"""
STICKINESS = f"""
SELECT days, count() FROM (SELECT uniqExact({DAY}) AS days FROM events GROUP BY person)
GROUP BY days ORDER BY days
"""
PATHS = f"""
SELECT move.1 AS step, move.2 AS source, move.3 AS target, count() AS moves FROM (
    SELECT arraySort(groupArray((time, toString(event)))) AS steps,
        arraySplit((s, gap) -> gap, steps, arrayMap((t, before) -> t.1 - before.1 > 86400,
            steps, arrayPushFront(arrayPopBack(steps), steps[1]))) AS sessions
    FROM events GROUP BY person
) ARRAY JOIN sessions AS session
ARRAY JOIN arrayMap((s, t, n) -> (n, s, t),
    arrayPopBack(arraySlice(arrayCompact(session.2), 1, {PATH_STOPS})) AS sources,
    arrayPopFront(arraySlice(arrayCompact(session.2), 1, {PATH_STOPS})),
    arrayEnumerate(sources)) AS move
GROUP BY step, source, target ORDER BY moves DESC, step, source, target LIMIT 50
"""


class Peer:
    """Answers by ClickHouse over a table sorted as it would have it: by person and time."""

    def __init__(self, folder: Path, files: list[str], threads: int) -> None:
        from chdb import session  # slow import, and only where it is installed

        self._session = session.Session(str(folder))
        self._session.query(f"SET max_threads = {threads}")
        names = ", ".join(f"'{name}' = {number}" for number, name in enumerate(EVENTS))
        plans = ", ".join(f"'{name}' = {number}" for number, name in enumerate(PLANS))
        self._session.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
        self._session.query("USE bench")
        self._session.query(
            f"CREATE TABLE events (person UInt32, time UInt32, event Enum8({names}), plan Enum8({plans})) "
            "ENGINE = MergeTree ORDER BY (person, time)"
        )
        for file in files:
            self._session.query(
                "INSERT INTO events SELECT toUInt32(substring(person, 2)), toUnixTimestamp(time), event, "
                f"tupleElement(properties, 'plan') FROM file('{file}', Parquet)"
            )
        self._session.query("OPTIMIZE TABLE events FINAL")
        self._session.query(ATTEMPT)
        self.analyses: dict[str, Callable[[], Any]] = {
            "ordered funnel": lambda: {
                "": self._levels(
                    self._rows(f"SELECT {LEVELS} FROM (SELECT {FUNNEL} AS level FROM events GROUP BY person)")
                )
            },
            "funnel with breakdown": self._broken_down,
            "funnel with exclusion": lambda: {"": self._rows(EXCLUDING)[0]},
            "retention matrix": self._retention,
            "daily active": lambda: [count for _, count in self._rows(DAILY)],
            "weekly active": lambda: [count for _, count in self._rows(WEEKLY)],
            "lifecycle": self._lifecycle,
            "stickiness": self._stickiness,
            "top paths": lambda: self._rows(PATHS),
        }

    def _rows(self, sql: str) -> list[list[Any]]:
        settings = " SETTINGS output_format_json_quote_64bit_integers = 0"
        answer = str(self._session.query(sql + settings, "JSONCompact"))
        rows: list[list[Any]] = json.loads(answer)["data"]
        return rows

    def _levels(self, rows: list[list[Any]]) -> list[int]:
        return rows[0]

    def _broken_down(self) -> Any:
        rows = self._rows(
            f"SELECT toString(value) AS named, {LEVELS} FROM (SELECT {FUNNEL} AS level, "
            f"argMinIf(plan, time, event IN {STEPS}) AS value FROM events GROUP BY person) "
            "WHERE level > 0 GROUP BY named"
        )
        return {name: levels for name, *levels in sorted(rows)}

    def _retention(self) -> Any:
        matrix = [[0] * COLUMNS for _ in range(DAYS)]
        for start, behind, count in self._rows(RETENTION):
            matrix[start][behind] = count
        return matrix

    def _lifecycle(self) -> Any:
        found = {name: [0] * DAYS for name in ("new", "returning", "resurrecting", "dormant")}
        for status, day, count in self._rows(LIFECYCLE):
            found[status][day] = -count if status == "dormant" else count
        return found

    def _stickiness(self) -> Any:
        found = [0] * DAYS
        for days, count in self._rows(STICKINESS):
            found[days - 1] = count
        return found
