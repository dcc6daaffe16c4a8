"""How does a promoted definition enter the git repository that the workspace stands in, if it does?"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.records.workshop.models import GitState

SECONDS = 60
MOST_SAID = 2000
# Variables by which the environment of a hook or a shell would lead git to another repository.
LEADING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A name and an e-mail address, as git writes them."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """What git made of a file, and what it said: the commit, or why there is none."""

    state: GitState
    said: str


def repository_of(folder: Path) -> Path | None:
    """The root of the repository that a folder stands in."""
    start = folder.resolve()
    return next((each for each in (start, *start.parents) if (each / ".git").exists()), None)


def commit_file(file: Path, *, message: str, author: Signer, committer: Signer) -> Committed:
    """Commit that one file, whatever else is staged or changed; safe to repeat."""
    root = repository_of(file.parent)
    if root is None:
        return Committed(state=GitState.NONE, said="The workspace stands in no git repository.")
    if shutil.which("git") is None:
        return Committed(state=GitState.FAILED, said="The server has no git.")
    git = _Git(root=root, environment=_environment(author, committer))
    try:
        return _commit(git, str(file.parent.resolve().relative_to(root) / file.name), message)
    except subprocess.TimeoutExpired as error:
        return Committed(state=GitState.FAILED, said=f"git {error.cmd[1]} took more than {SECONDS} seconds.")
    except OSError as error:
        return Committed(state=GitState.FAILED, said=f"git could not be started: {error.strerror or error}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Git:
    """The program, in one repository, as one pair of people."""

    root: Path
    environment: Mapping[str, str]

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = dict(self.environment)
        if arguments[0] != "check-ignore":  # which takes paths only, and refuses to be told so
            environment["GIT_LITERAL_PATHSPECS"] = "1"
        return subprocess.run(  # noqa: S603 -- no shell; paths are names of definitions
            ["git", *arguments],  # noqa: S607 -- the git of the server's own PATH
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )


def _commit(git: _Git, path: str, message: str) -> Committed:
    if git("check-ignore", "-q", "--", path).returncode == 0:
        return Committed(state=GitState.NONE, said=f"Git is told to ignore {path}.")
    tracked = git("ls-files", "--error-unmatch", "--", path).returncode == 0
    if tracked and git("diff", "--quiet", "HEAD", "--", path).returncode == 0:
        last = git("log", "-1", "--format=%H", "--", path)
        return Committed(state=GitState.COMMITTED, said=last.stdout.strip())
    for step in (("add",), ("commit", "--only", "-m", message)):
        done = git(*step, "--", path)
        if done.returncode != 0:
            return Committed(state=GitState.FAILED, said=_said(done))
    return Committed(state=GitState.COMMITTED, said=git("rev-parse", "HEAD").stdout.strip())


def _environment(author: Signer, committer: Signer) -> Mapping[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name not in LEADING},
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_COMMITTER_NAME": committer.name,
        "GIT_COMMITTER_EMAIL": committer.email,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        "LC_ALL": "C",
    }


def _said(done: "subprocess.CompletedProcess[str]") -> str:
    said = "\n".join(part.strip() for part in (done.stderr, done.stdout) if part.strip())
    return said[-MOST_SAID:].replace("\x00", "�") or f"git ended with {done.returncode} and said nothing."
