"""What is kept of a definition beside its file: drafts, proposals, objections and signatures?"""

from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models


class DraftState(StrEnum):
    """What became of a draft."""

    OPEN = "open"
    PROMOTED = "promoted"
    DISCARDED = "discarded"


class GitState(StrEnum):
    """What git made of a promoted draft."""

    NONE = "none"
    COMMITTED = "committed"
    FAILED = "failed"


class Draft(models.Model):
    """A text that may become a definition. `base` is the file as it was when the draft began, or anew.

    `version` counts the saves, so that two tabs do not write over each other.
    """

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    text = models.TextField()
    base_text = models.TextField(blank=True)
    # Empty where there was no file.
    base_digest = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, default=DraftState.OPEN.value)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    began_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why = models.CharField(max_length=500, blank=True)
    git_state = models.CharField(max_length=10, default=GitState.NONE.value)
    # The commit where git took it, what git said where it did not.
    git_said = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "name"], condition=models.Q(state="open"), name="one_open_draft"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "name", "state"], name="drafts_by_definition")]

    def __str__(self) -> str:
        return f"draft of {self.kind} {self.name}"

    @property
    def is_open(self) -> bool:
        return self.state == DraftState.OPEN


class Proposal(models.Model):
    """One version of a definition, put up for signing; `text` is what was read by those who objected."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=12)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name", "version"], name="one_proposal_of_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.version}"


class Objection(models.Model):
    """Why a definition should not be signed as it stands; it holds until it is resolved."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=12)
    words = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="objections")
    at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "name"], name="objections_by_definition")]

    def __str__(self) -> str:
        return f"objection to {self.kind} {self.name}"


class Signature(models.Model):
    """The owner stands behind exactly this version of a definition."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=12)
    # What the signer was when signing: the owner that the definition names.
    owner = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name", "version"], name="one_signature_of_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.version}, signed by {self.owner}"
