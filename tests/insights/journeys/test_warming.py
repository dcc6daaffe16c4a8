"""A web worker loads what answers questions before it is asked, and makes nothing that is not there."""

import os
import subprocess
import sys

import pytest

from quarterdeck.insights.journeys.service.compiling import SETTING
from quarterdeck.insights.journeys.service.readiness import prepare
from tests.insights.metrics.conftest import add_events

WORKER = """
import django, sys
django.setup()
from quarterdeck.site.warming import warm_up_aside
warm_up_aside().join()
print("llvmlite" in sys.modules)
"""


@pytest.fixture
def sorted_here(own_workspace):
    add_events(own_workspace, [("ann", "", "looked", "2026-09-07T10:00:00+00:00", {})])
    prepare(own_workspace, tables={}, columns=[], tell=lambda _: None)
    return own_workspace


def test_nothing_is_loaded_where_nothing_was_compiled(sorted_here, tmp_path):
    assert loads(sorted_here, tmp_path) == "False"


def test_what_was_compiled_is_loaded_once_events_are_sorted(sorted_here, tmp_path):
    (tmp_path / "kept.nbc").write_bytes(b"")
    assert loads(sorted_here, tmp_path) == "True"


def loads(workspace, kernels):
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        env={**os.environ, "QUARTERDECK_WORKSPACE": str(workspace.path), SETTING: str(kernels)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
