"""What is kept of a brief: what was read, what people added, and where it was delivered?"""

from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models


class Edition(models.Model):
    """The brief of one week. `reading` is all that was read, as JSON; publishing freezes everything."""

    as_of = models.DateField(unique=True)
    week_start = models.DateField()
    state = models.CharField(max_length=10, default="draft")
    headline = models.CharField(max_length=500)
    reading = models.TextField()
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What other capabilities and people gave to it, as JSON, from the moment it is published.
    contributions = models.TextField(blank=True)
    # How often somebody opened it for the first time in a session; nobody is remembered.
    opened = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-as_of"]

    def __str__(self) -> str:
        return f"brief of {self.as_of}"

    @property
    def is_published(self) -> bool:
        return self.state == "published"


class FrozenFile(models.Model):
    """One file of a published brief, byte for byte as it was delivered."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=200)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "path"], name="one_frozen_file_of_a_path")
        ]

    def __str__(self) -> str:
        return self.path


class Judgement(models.Model):
    """The one line that the owner of a metric adds by hand."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="judgements")
    metric = models.CharField(max_length=200)
    words = models.CharField(max_length=90)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "metric"], name="one_judgement_of_a_metric")
        ]

    def __str__(self) -> str:
        return f"{self.metric}: {self.words}"


class Correction(models.Model):
    """What turned out otherwise after publishing; the page stays as it was and shows this."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="corrections")
    words = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return self.words


class Channel(StrEnum):
    """How a letter or message leaves."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class Message(models.Model):
    """Something to deliver, once, to one address. Its key makes sending it again harmless to a receiver."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=20)
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=500)
    key = models.CharField(max_length=200, unique=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    queued_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["queued_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["sent_at", "next_at"], name="messages_that_are_due")]

    def __str__(self) -> str:
        return f"{self.kind} to {self.address}"

    @property
    def state(self) -> str:
        if self.sent_at:
            return "sent"
        return "given up" if self.given_up_at else "waiting"
