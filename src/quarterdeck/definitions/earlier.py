"""What did the file of a definition say at some moment, as git remembers it?"""

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

SECONDS = 20


def text_at(file: Path, moment: datetime) -> str | None:
    """The text that was committed last until a moment; None where git does not know."""
    if shutil.which("git") is None:
        return None
    commit = _git(file, "log", "-1", "--format=%H", f"--before={moment.isoformat()}", "--", file.name)
    return _git(file, "show", f"{commit.strip()}:./{file.name}") if commit and commit.strip() else None


def _git(file: Path, *arguments: str) -> str | None:
    """What git says in the folder of a file; None where it refuses."""
    # The environment of a hook would lead git to another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 -- no shell; the file is a definition's
            ["git", *arguments],  # noqa: S607 -- the git of the PATH
            cwd=file.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
