"""Which work is waiting, running or done, and what comes around again?"""

from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """One piece of work. A worker holds it by a lease; when the lease ends unrenewed, another takes it up."""

    task = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    # Of waiting and running jobs only one bears a key, so that asking twice is asking once.
    key = models.CharField(max_length=200, null=True, blank=True)
    state = models.CharField(max_length=10, default=State.WAITING.value)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    run_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=80, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    saying = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True, blank=True)
    trouble = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_open_job_of_a_key",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "run_at"], name="jobs_that_are_due")]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in (State.WAITING, State.RUNNING)

    @property
    def percent(self) -> int | None:
        """How much is done, in percent; None where the whole is not known."""
        return min(100, 100 * self.done // self.total) if self.total else None


class Schedule(models.Model):
    """When a task comes around next; its rhythm stands in the program, its pause is an administrator's."""

    name = models.CharField(max_length=80, unique=True)
    next_at = models.DateTimeField()
    paused = models.BooleanField(default=False)
    last_job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
