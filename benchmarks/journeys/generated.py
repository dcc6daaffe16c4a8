"""Does ClickHouse, by chdb, answer the SQL that we write for it as the kernels answer the question?

    python -m benchmarks.journeys.generated [--rows N] [--json]

Its own dialect of SQL is read by ClickHouse itself here; exit code 1 if any answer differs.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from quarterdeck.insights.journeys.calc.buckets import Calendar, microseconds, period_between
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.sequence import SequenceView, code, walked_by
from quarterdeck.insights.journeys.calc.weights import weights_of
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.facts.answering import SqlAnalyses
from quarterdeck.insights.journeys.facts.viewing import Paid, tables_of
from quarterdeck.insights.journeys.service.answers import FIGURES
from quarterdeck.insights.journeys.service.engines import Analyses, KernelAnalyses
from quarterdeck.insights.journeys.service.opening import Opened

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 28
A, B, C = ({"event": name} for name in "abc")
PRO = [{"property": "plan", "is": "pro"}]
ARR = {"acme": 1200.5, "bolt": 99.0, "core": 12_000.0}
STEPS = {"kind": "funnel", "within": "2 days", "steps": [A, B, C]}
QUESTIONS: dict[str, dict[str, Any]] = {
    "ordered funnel": STEPS,
    "funnel with breakdown": {**STEPS, "by": ["plan"], "limit": 2},
    "funnel with exclusion": {**STEPS, "exclude": [{"event": "x"}]},
    "strict funnel": {**STEPS, "order": "strict"},
    "unordered funnel": {**STEPS, "order": "unordered"},
    "one event for two steps": {**STEPS, "steps": [A, A, {"where": PRO}]},
    "total conversions": {**STEPS, "count": "conversions"},
    "one value held": {
        **STEPS,
        "same": ["plan"],
        "exclude": [{"event": "x"}],
        "value": {"property": "amount"},
    },
    "strict, one value held": {**STEPS, "order": "strict", "same": ["plan"], "count": "conversions"},
    "conversion times": {**STEPS, "show": "times"},
    "funnel by ARR": {**STEPS, "weigh": "arr"},
    "retention by ARR": {"kind": "retention", "start": A, "return": B, "columns": 8, "weigh": "arr"},
    "weekly active by ARR": {"kind": "trend", "weigh": "arr", "series": [{"measure": "weekly_active"}]},
    "retention matrix": {"kind": "retention", "start": A, "return": B, "columns": 8},
    "rolling retention": {
        "kind": "retention",
        "start": A,
        "rolling": True,
        "unbounded": True,
        "by": ["plan"],
    },
    "daily active": {"kind": "trend", "series": [{"measure": "unique"}]},
    "weekly active": {"kind": "trend", "series": [{"measure": "weekly_active"}]},
    "percentile": {
        "kind": "trend",
        "by": ["plan"],
        "series": [{"measure": "percentile", "percentile": 90, "property": "amount"}],
    },
    "lifecycle": {"kind": "lifecycle", "series": [A]},
    "stickiness": {"kind": "stickiness", "series": [A]},
    "top paths": {"kind": "paths", "longest": 5, "pause_minutes": 1440},
    "paths around": {"kind": "paths", "around_stop": "a", "longest": 5, "pause_minutes": 1440},
}
# As every other database understands a join.
SETTINGS = "SET join_use_nulls = 1, output_format_arrow_string_as_string = 1"


def log(rows: int) -> SequenceView:
    """So many events of people, a sixteenth as many, over four weeks."""
    chance = random.Random(1)
    people = [f"p{chance.randrange(max(rows // 16, 1)):06d}" for _ in range(rows)]
    stamps = [microseconds(BEGIN + timedelta(minutes=chance.randrange(DAYS * 1440))) for _ in range(rows)]
    columns = {
        "person": code(people),
        "plan": code(chance.choices(["pro", "free", "team", None], k=rows)),
        "amount": code(chance.choices(["1", "2.5", "-3", "many", None], k=rows)),
        "account": code(chance.choices([*ARR, None], k=rows)),
    }
    whole = SequenceView(
        units=("everybody",),
        offsets=np.array([0, rows]),
        time=np.array(stamps, np.int64),
        event=code(chance.choices("abcx", k=rows)),
        columns=columns,
    )
    return walked_by(whole, columns["person"])


def in_clickhouse(folder: Path, view: SequenceView) -> SqlAnalyses:
    """The same rows in ClickHouse."""
    from chdb import session  # slow import, and only where it is installed

    opened = session.Session(str(folder / "clickhouse"))
    opened.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
    opened.query("USE bench")
    opened.query(SETTINGS)
    paid = [Paid(account=name, arr=arr, since=0, until=2**62) for name, arr in ARR.items()]
    tables, source = tables_of(view, {}, paid)
    for name, table in tables.items():
        file = folder / f"{name}.parquet"
        pq.write_table(table, file)
        opened.query(
            f"CREATE TABLE {name} ENGINE = MergeTree ORDER BY tuple() AS "
            f"SELECT * FROM file('{file}', Parquet)"
        )

    def run(sql: str) -> pa.Table:
        answer = opened.query(sql, "Arrow")
        return pa.ipc.open_file(answer.bytes()).read_all()

    return SqlAnalyses(source=source, run=run, dialect="clickhouse")


def told(question: Question, view: SequenceView, analyses: Analyses) -> Any:
    opened = Opened(question=question, view=view, versions={}, by=analyses)
    return json.loads(json.dumps(FIGURES[question.journey.kind](opened)))


def same(one: Any, other: Any) -> bool:
    """Equal, but for the last digits of a mean."""
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and abs(one - other) <= 1e-9 * max(1.0, abs(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def check(rows: int) -> list[dict[str, Any]]:
    """Each question, how long ClickHouse took for our SQL, and whether the answers are equal."""
    view = log(rows)
    end = BEGIN + timedelta(days=DAYS) - timedelta(microseconds=1)
    results = []
    with tempfile.TemporaryDirectory() as name:
        clickhouse = in_clickhouse(Path(name), view)
        for analysis, content in QUESTIONS.items():
            question = Question(
                journey=Journey.model_validate(content),
                period=period_between(BEGIN, end, known_until=end),
                calendar=Calendar(zone=ZoneInfo("UTC")),
                weights=weights_of(view, "person", microseconds(end), ARR) if "weigh" in content else None,
            )
            expected = told(question, view, KernelAnalyses(view=view))
            began = time.perf_counter()
            try:
                found = told(question, view, clickhouse)
            except RuntimeError as error:
                results.append({"analysis": analysis, "equal": False, "refused": str(error)[:400]})
                continue
            took = round(time.perf_counter() - began, 3)
            results.append({"analysis": analysis, "generated_s": took, "equal": same(expected, found)})
    return results


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    results = check(asked.rows)
    if asked.json:
        print(json.dumps({"rows": asked.rows, "results": results}, indent=2))
    else:
        for one in results:
            said = f"{one['generated_s']:>8.3f} s" if "generated_s" in one else f"  {one['refused']}"
            print(f"{one['analysis']:<24} equal: {one['equal']!s:<6}{said}")
    sys.exit(not all(one["equal"] for one in results))


if __name__ == "__main__":
    main()
