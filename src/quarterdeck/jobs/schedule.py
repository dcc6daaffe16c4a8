"""What is due to come around, now?"""

from django.db import transaction
from django.utils import timezone

from quarterdeck.jobs.models import Job, Schedule
from quarterdeck.jobs.queue import ask, forget_old_jobs
from quarterdeck.jobs.tasks import Rhythm, rhythms


def tick() -> tuple[Job, ...]:
    """Let everything that is due wait for a worker; of several that tick at once, one asks."""
    asked = []
    known = {schedule.name: schedule for schedule in Schedule.objects.all()}
    now = timezone.now()
    for rhythm in rhythms().values():
        schedule = known.get(rhythm.name)
        if schedule is None:
            Schedule.objects.get_or_create(name=rhythm.name, defaults={"next_at": rhythm.following(now)})
        elif schedule.next_at <= now and not schedule.paused:
            job = _come_around(schedule, rhythm)
            if job is not None:
                asked.append(job)
    if asked:
        forget_old_jobs()
    return tuple(asked)


@transaction.atomic
def _come_around(schedule: Schedule, rhythm: Rhythm) -> Job | None:
    """Move the schedule on; who moves it asks for the work."""
    following = rhythm.following(timezone.now())
    moved = Schedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at).update(next_at=following)
    if not moved or not rhythm.wanted():
        return None
    job = ask(rhythm.task, title=rhythm.title, arguments=rhythm.arguments, key=f"schedule {rhythm.name}")
    Schedule.objects.filter(pk=schedule.pk).update(last_job=job)
    return job
