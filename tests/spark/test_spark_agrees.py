"""Spark, on a cluster with two workers, answers each analysis as the kernels do."""

import json
import random

import numpy as np
import pytest
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.facts.spark import FEW_ROWS, MASTER, Spark
from quarterdeck.insights.journeys.facts.viewing import spark_analyses
from quarterdeck.insights.journeys.service.answers import FIGURES
from quarterdeck.insights.journeys.service.engines import KernelAnalyses
from quarterdeck.insights.journeys.service.opening import Opened
from tests.insights.journeys.conftest import ask, view_of
from tests.insights.journeys.test_conformance import CASE
from tests.insights.journeys.test_sql_answers import weighing

A, B, C = ({"event": name} for name in "abc")
PRO = [{"property": "plan", "is": "pro"}]
QUESTIONS = {
    "ordered": {"kind": "funnel", "steps": [A, B, C], "within": "3 hours"},
    "first value": {"kind": "funnel", "steps": [A, B], "within": "3 hours", "by": ["plan"], "limit": 1},
    "one event for two steps": {"kind": "funnel", "steps": [A, A, {"where": PRO}], "within": "5 hours"},
    "strict": {"kind": "funnel", "steps": [A, B], "order": "strict", "within": "5 hours"},
    "any order": {"kind": "funnel", "steps": [A, B], "order": "unordered", "within": "5 hours"},
    "exclusion": {"kind": "funnel", "steps": [A, B], "exclude": [{"event": "x"}], "by": ["cohort:few"]},
    "total conversions": {
        "kind": "funnel",
        "steps": [A, B],
        "count": "conversions",
        "within": "5 hours",
        "compare": True,
    },
    "one value held, and its worth": {
        "kind": "funnel",
        "steps": [A, B],
        "same": ["plan"],
        "exclude": [{"event": "x"}],
        "value": {"property": "amount"},
        "within": "1 day",
    },
    "strict, one value held": {
        "kind": "funnel",
        "steps": [A, B],
        "order": "strict",
        "same": ["plan"],
        "count": "conversions",
        "within": "1 day",
    },
    "how long, of whom some may still": {"kind": "funnel", "steps": [A, B], "show": "times"},
    "funnel by ARR": {"kind": "funnel", "steps": [A, B], "weigh": "arr", "within": "5 hours"},
    "retention by ARR": {"kind": "retention", "start": A, "columns": 3, "weigh": "arr", "by": ["plan"]},
    "trend by ARR": {
        "kind": "trend",
        "weigh": "arr",
        "series": [{"measure": "unique"}, {"measure": "weekly_active"}],
    },
    "retention": {"kind": "retention", "start": A, "return": B, "columns": 4, "by": ["plan"], "limit": 1},
    "rolling": {"kind": "retention", "start": A, "rolling": True, "unbounded": True, "columns": 4},
    "trend": {
        "kind": "trend",
        "by": ["plan"],
        "compare": True,
        "series": [
            A,
            {"measure": "unique"},
            {"measure": "percentile", "percentile": 90, "property": "amount"},
        ],
    },
    "recently": {"kind": "trend", "series": [{"event": "a", "measure": "weekly_active"}]},
    "lifecycle": {"kind": "lifecycle", "series": [A]},
    "stickiness": {"kind": "stickiness", "series": [A]},
    "paths": {"kind": "paths", "from_stop": "a", "pause_minutes": 600},
    "paths around": {"kind": "paths", "around_stop": "a", "pause_minutes": 600},
}


@pytest.fixture(scope="module")
def spark(master):
    with Spark(master, settings=FEW_ROWS) as session:
        yield session


def log():
    chance = random.Random(7)
    rows = [(chance.choice("klmnop"), chance.randint(0, 9000), chance.choice("abcx")) for _ in range(160)]
    columns = {
        "plan": ["pro", "free", "", None],
        "amount": ["1", "2.5", "-3", "many", None],
        "account": ["acme", "bolt", None],
    }
    view = view_of(rows, **{name: chance.choices(values, k=len(rows)) for name, values in columns.items()})
    return view, {"few": np.array([unit in "kmo" for unit in view.units])}


def comparable(value):
    if isinstance(value, float):
        return pytest.approx(value)
    if isinstance(value, dict):
        return {key: comparable(each) for key, each in value.items()}
    return [comparable(each) for each in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("name", QUESTIONS)
def test_spark_agrees(spark, name):
    view, cohorts = log()
    question, paid = weighing(view, ask(days=7, cohorts=cohorts, **QUESTIONS[name]))
    kernels = Opened(question=question, view=view, versions={}, by=KernelAnalyses(view=view))
    expected = json.loads(json.dumps(FIGURES[question.journey.kind](kernels)))
    with spark_analyses(spark, view, cohorts, paid) as analyses:
        by_spark = Opened(question=question, view=view, versions={}, by=analyses)
        found = json.loads(json.dumps(FIGURES[question.journey.kind](by_spark)))
    assert found == comparable(expected)
    assert any(character in "123456789" for character in json.dumps(found))


def test_both_workers_are_there(spark):
    assert spark.workers == 2


def test_a_case_passes_on_the_cluster(spark, master, tmp_path, monkeypatch):
    monkeypatch.setenv(MASTER, master)
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([CASE]), "utf-8")
    done = CliRunner().invoke(build(), ["conformance", str(file), "--engine", "spark", "--json"])
    assert (done.exit_code, json.loads(done.output)["passed"]) == (0, 1), done.output
