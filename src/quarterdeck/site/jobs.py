"""Which work keeps the server itself tidy?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.signing_in import forget_old_attempts
from quarterdeck.records.workshop.asking import ASK_TO_SIGN
from quarterdeck.site.facts_work import TASKS as FACTS
from quarterdeck.site.letters import ask_owner_to_sign


def tidy(progress: Progress) -> Mapping[str, Any]:
    """Forget sessions that ended and wrong passwords that no longer count."""
    sessions, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return {"sessions": sessions, "attempts": forget_old_attempts()}


def ask_to_sign(progress: Progress, kind: str, name: str, version: str) -> Mapping[str, Any]:
    """Write to the owner of a definition."""
    asked = ask_owner_to_sign(kind, name, version)
    return {"written to": ", ".join(asked) or "nobody: it is signed, changed, or nobody has the title"}


TASKS = (
    Task(name="site.tidy", run=tidy),
    Task(name=ASK_TO_SIGN, run=ask_to_sign, attempts=5),
    *FACTS,
)
RHYTHMS = (
    Rhythm(name="tidy", task="site.tidy", title="Forget ended sessions", following=every(timedelta(hours=6))),
)
