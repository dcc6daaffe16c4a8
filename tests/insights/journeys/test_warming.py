"""A web worker loads what answers questions before it is asked; what is missing is made by a job."""

import os
import subprocess
import sys

import pytest

from quarterdeck.insights.journeys.service.compiling import SETTING
from quarterdeck.insights.journeys.service.exploring import TRIED
from quarterdeck.insights.journeys.service.preparing import NotReady, ready, warm_up
from quarterdeck.insights.journeys.service.readiness import prepare
from quarterdeck.jobs.models import Job
from tests.conftest import person
from tests.insights.metrics.conftest import add_events

WORKER = """
import django, sys
django.setup()
from quarterdeck.site.warming import warm_up_aside
warm_up_aside().join()
"""


@pytest.fixture
def sorted_here(own_workspace):
    add_events(own_workspace, [("ann", "", "looked", "2026-09-07T10:00:00+00:00", {})])
    prepare(own_workspace, tables={}, columns=[], tell=lambda _: None)
    return own_workspace


@pytest.mark.django_db
def test_after_an_upgrade_one_job_compiles_and_readers_wait_for_it(sorted_here, tmp_path, monkeypatch):
    monkeypatch.setenv(SETTING, str(tmp_path / "kernels"))
    warm_up()
    warm_up()
    assert [job.title for job in Job.objects.all()] == ["Compile what answers journeys"]
    with pytest.raises(NotReady):
        ready(TRIED.journey(), {}, by=person("Dora", "viewer"))


def test_what_was_compiled_is_loaded(sorted_here, tmp_path):
    kernels = tmp_path / "kernels"
    environment = {**os.environ, "QUARTERDECK_WORKSPACE": str(sorted_here.path), SETTING: str(kernels)}
    kernels.mkdir()
    (kernels / "one.nbc").write_bytes(b"")
    subprocess.run([sys.executable, "-c", WORKER], env=environment, check=True)
    assert {file.suffix for file in kernels.rglob("*.nb*") if file.parent != kernels} == {".nbi", ".nbc"}
