"""The kernels are plain Python, too, and keep their laws as such."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_the_laws_hold_for_the_loops_as_they_are_written():
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:xdist",
            "-p",
            "no:cacheprovider",
            HERE / "test_funnel_laws.py",
            HERE / "test_counting_laws.py",
        ],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=HERE.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
