"""Which stage is a work item in, going by the name of its status?

Trackers name statuses as they like; four stages are enough to tell what waits, what is worked on, what
shipped, and what ended without shipping. A company says otherwise in `backlog/loop.yaml`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

Stage = Literal["to do", "doing", "done", "dropped"]

# Searched in this order, as words: "in review" is not "reviewed", and "not done" is not done.
WORDS: Mapping[Stage, tuple[str, ...]] = {
    "dropped": (
        "won t", "wont", "won t do", "won t fix", "rejected", "declined", "cancelled", "canceled",
        "duplicate", "invalid", "abandoned", "obsolete", "incomplete", "cannot reproduce", "withdrawn",
        "discarded", "not a bug", "not planned",
    ),
    "to do": (
        "to do", "todo", "open", "reopened", "backlog", "new", "received", "ready", "selected", "planned",
        "not started", "not done", "unstarted", "triage", "icebox", "idea", "accepted for",
    ),
    "doing": (
        "progress", "doing", "review", "test", "testing", "qa", "blocked", "started", "active", "development",
        "implementing", "building", "verifying", "verification", "staging", "waiting", "on hold",
    ),
    "done": (
        "done", "closed", "resolved", "released", "shipped", "complete", "completed", "live", "deployed",
        "finished", "delivered", "verified", "fixed", "accepted",
    ),
}  # fmt: skip
_NO_WORD = re.compile(r"[\W_]+")


def stage_of(status: str, said: Mapping[str, Stage] | None = None) -> Stage | None:
    """The stage of a status; None where its name tells nothing and nobody said.

    >>> [stage_of(name) for name in ("Done", "In Review", "Reopened", "Won't Fix", "Ready for Test")]
    ['done', 'doing', 'to do', 'dropped', 'doing']
    """
    name = _plain(status)
    for known, stage in (said or {}).items():
        if _plain(known) == name:
            return stage
    if name.startswith("ready for ") and name.split()[2] in WORDS["doing"]:
        return "doing"
    return next((stage for stage, words in WORDS.items() if _holds(name, words)), None)


def _plain(status: str) -> str:
    return _NO_WORD.sub(" ", status.casefold()).strip()


def _holds(name: str, words: Iterable[str]) -> bool:
    return any(f" {word} " in f" {name} " for word in words)
