"""What is kept of a recommendation and of an insights brief?"""

from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class RecommendationState(StrEnum):
    """Where a recommendation stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MEASURED = "measured"


class Recommendation(models.Model):
    """A change of the backlog because of a theme, and what people made of it.

    `inputs` is everything that the score was made of, and `pins` what recomputes it: as last proposed, and
    from the decision on as it was then. The effort is what a person said, in weeks of one person.
    """

    theme = models.CharField(max_length=120)
    verb = models.CharField(max_length=10)
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default=RecommendationState.PROPOSED.value)
    inputs = models.JSONField(default=dict)
    pins = models.JSONField(default=dict)
    proposed_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    effort = models.FloatField(null=True, blank=True)
    effort_low = models.FloatField(null=True, blank=True)
    effort_high = models.FloatField(null=True, blank=True)
    effort_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    effort_as = models.CharField(max_length=120, blank=True)
    effort_at = models.DateTimeField(null=True, blank=True)

    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_as = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-proposed_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["theme"], condition=Q(state="proposed"), name="one_proposal_of_a_theme"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "theme"], name="recommendations_by_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == RecommendationState.PROPOSED


class InsightsBrief(models.Model):
    """What was recommended on a day, and why; frozen once written.

    `document` holds no words of customers but the keys of their quotes: erased words are gone here too.
    """

    as_of = models.DateField(unique=True)
    headline = models.CharField(max_length=500)
    document = models.TextField()
    pins = models.JSONField(default=dict)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-as_of"]

    def __str__(self) -> str:
        return f"insights brief of {self.as_of}"
