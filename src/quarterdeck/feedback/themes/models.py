"""What do people say of a theme that was found and that no tag names yet?"""

from typing import Any, ClassVar

from django.db import models

MOST_NAME, MOST_SUMMARY = 120, 400


class Note(models.Model):
    """About one found theme: that it is none, which tag was made of it, how it shall be called.

    `drafted_name` and `drafted_summary` are AI output by `drafted_by`: shown as such to reviewers, until
    somebody takes it over as `name` and `summary`, or turns it down.
    """

    theme = models.CharField(max_length=40, unique=True)
    is_none = models.BooleanField(default=False)
    tag = models.CharField(max_length=MOST_NAME, blank=True, default="")
    name = models.CharField(max_length=MOST_NAME, blank=True, default="")
    summary = models.CharField(max_length=MOST_SUMMARY, blank=True, default="")
    drafted_name = models.CharField(max_length=MOST_NAME, blank=True, default="")
    drafted_summary = models.CharField(max_length=MOST_SUMMARY, blank=True, default="")
    drafted_by = models.CharField(max_length=MOST_NAME, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.theme} {self.name}"

    @property
    def picture(self) -> dict[str, Any]:
        """What the change log keeps."""
        return {
            "is none": self.is_none,
            "tag": self.tag,
            "name": self.name,
            "summary": self.summary,
            "drafted": self.drafted_name,
            "drafted by": self.drafted_by,
        }
