"""Machine code is kept in the workspace, and never mixed between two versions of the kernels."""

import os
import subprocess
import sys

from quarterdeck.insights.journeys.service import compiling


def test_another_version_of_any_kernel_has_another_folder(tmp_path, monkeypatch):
    (tmp_path / "calc").mkdir()
    called = tmp_path / "calc" / "called.py"
    called.write_text("def step(x): return x + 1\n")
    monkeypatch.setattr(compiling, "KERNELS", tmp_path / "calc")
    first = compiling.kernels_folder(tmp_path / "kept")
    (first / "code.nbc").write_bytes(b"machine code")
    assert compiling.kernels_folder(tmp_path / "kept") == first
    assert (first / "code.nbc").exists()

    called.write_text("def step(x): return x + 2\n")
    second = compiling.kernels_folder(tmp_path / "kept")
    assert second != first
    assert not first.exists()


def test_a_folder_that_somebody_chose_is_used(tmp_path):
    environment = {**os.environ, compiling.SETTING: str(tmp_path / "mine")}
    assert kept_in(tmp_path, environment) == str(tmp_path / "mine")
    del environment[compiling.SETTING]
    assert kept_in(tmp_path, environment).startswith(str(tmp_path / ".quarterdeck" / "kernels"))


def kept_in(workspace, environment):
    program = (
        "import os, pathlib, sys\n"
        "from quarterdeck.insights.journeys.service.compiling import SETTING, keep_kernels_in\n"
        "keep_kernels_in(pathlib.Path(sys.argv[1]))\n"
        "print(os.environ[SETTING])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(workspace)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
