"""Which work keeps the server itself tidy?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.signing_in import forget_old_attempts
from quarterdeck.site.facts_work import TASKS as FACTS


def tidy(progress: Progress) -> Mapping[str, Any]:
    """Forget sessions that ended and wrong passwords that no longer count."""
    sessions, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return {"sessions": sessions, "attempts": forget_old_attempts()}


TASKS = (Task(name="site.tidy", run=tidy), *FACTS)
RHYTHMS = (
    Rhythm(name="tidy", task="site.tidy", title="Forget ended sessions", following=every(timedelta(hours=6))),
)
