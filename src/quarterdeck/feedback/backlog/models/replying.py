"""What is kept of telling customers that something shipped?

No words of customers and no ids of people: a quote's key leads to both for as long as they are there. When a
person is erased nothing here tells who it was.
"""

from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from quarterdeck.records.models import MOST_KEY

MOST_WORDS = 4000


class ReplyState(StrEnum):
    """Where a reply stands."""

    DRAFT = "draft"
    SENT = "sent"
    SKIPPED = "skipped"


class Closing(models.Model):
    """That everyone who asked for an item was listed after it shipped; once for each time that it did."""

    item = models.CharField(max_length=MOST_KEY)
    shipped_at = models.DateTimeField()
    drafted_at = models.DateTimeField()
    people = models.PositiveIntegerField()
    accounts = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["-shipped_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "shipped_at"], name="one_closing_of_a_shipping")
        ]

    def __str__(self) -> str:
        return f"{self.item} closed"


class Reply(models.Model):
    """To one who asked for an item: `asker` is a keyed digest of who, `quote` the key of what they said.

    `words` are kept only where somebody changed the draft, or said what was sent.
    """

    item = models.CharField(max_length=MOST_KEY)
    asker = models.CharField(max_length=64)
    quote = models.CharField(max_length=MOST_KEY)
    state = models.CharField(max_length=10, default=ReplyState.DRAFT.value)
    words = models.TextField(blank=True, max_length=MOST_WORDS)
    reason = models.CharField(max_length=300, blank=True)
    drafted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name_plural = "replies"
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "asker"], name="one_reply_to_each_asker")
        ]
        indexes: ClassVar = [models.Index(fields=["asker", "state"], name="replies_to_an_asker")]

    def __str__(self) -> str:
        return f"{self.state} reply about {self.item}"


class Aim(models.Model):
    """The event that shows that an item is taken up, said by people."""

    item = models.CharField(max_length=MOST_KEY, unique=True)
    event = models.CharField(max_length=MOST_KEY)

    def __str__(self) -> str:
        return f"{self.item} shows in {self.event}"
