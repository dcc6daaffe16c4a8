"""What do people decide about quotes, and what was it before?

The words themselves are facts: here stand keys, tags and places in a text, nothing that anybody said.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from quarterdeck.records.models import MOST_KEY


class Sorted(StrEnum):
    """What a quote is to us; one that nobody has looked at yet is new."""

    NEW = ""
    KEPT = "kept"
    NOT_FEEDBACK = "not feedback"


class Triage(models.Model):
    """What is decided about one quote: `into` names the quote that says the same, `cuts` split it in two."""

    quote = models.CharField(max_length=MOST_KEY, unique=True)
    state = models.CharField(max_length=20, blank=True, default="")
    tags = models.JSONField(default=list)
    into = models.CharField(max_length=MOST_KEY, blank=True, default="")
    stands_alone = models.BooleanField(default=False)
    cuts = models.JSONField(default=list)
    # Of the words that it was decided about: other words under the same key are another quote.
    digest = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        verbose_name_plural = "triage"
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.quote} {self.state}"

    @property
    def picture(self) -> dict[str, Any]:
        """Everything that was decided, as a step keeps it."""
        return {
            "state": self.state,
            "tags": list(self.tags),
            "into": self.into,
            "stands alone": self.stands_alone,
            "cuts": list(self.cuts),
        }

    def become(self, picture: Mapping[str, Any]) -> None:
        """Take over what a step kept."""
        self.state = picture["state"]
        self.tags = list(picture["tags"])
        self.into = picture["into"]
        self.stands_alone = picture["stands alone"]
        self.cuts = list(picture["cuts"])


class Step(models.Model):
    """One decision about a quote, with what stood there before, so that it can be undone."""

    quote = models.CharField(max_length=MOST_KEY)
    verb = models.CharField(max_length=40)
    before = models.JSONField()
    after = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undoes"
    )

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["quote"], name="steps_of_a_quote"),
            models.Index(fields=["by", "at"], name="steps_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.quote}"
