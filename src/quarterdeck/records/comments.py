"""What do people say about a thing?"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Comment, Person
from quarterdeck.records.permissions import Permission
from quarterdeck.records.remembering import until_a_change
from quarterdeck.records.subjects import Subject

MOST_CHARACTERS = 4000


def comments_on(subject: Subject) -> "QuerySet[Comment]":
    """What was said, oldest first."""
    return Comment.objects.filter(type=subject.type, key=subject.key).select_related("by")


@until_a_change
def said_about(subject: Subject) -> tuple[Comment, ...]:
    """What was said, oldest first, all at once."""
    return tuple(comments_on(subject))


@transaction.atomic
def say(*, subject: Subject, text: str, by: Person) -> Comment:
    """Add a comment."""
    words = text.strip()
    if not words:
        raise QuarterdeckError("The comment is empty.", "Write a sentence.")
    if len(words) > MOST_CHARACTERS:
        raise QuarterdeckError(
            f"The comment has {len(words):,} characters; at most {MOST_CHARACTERS:,} fit.", "Shorten it."
        )
    comment = Comment.objects.create(type=subject.type, key=subject.key, text=words, by=by)
    log_change(by=by, verb="commented", subject=subject, after={"comment": comment.pk, "text": words})
    return comment


@transaction.atomic
def withdraw(*, comment: Comment, by: Person) -> None:
    """Take one's own words back; an administrator may take anybody's."""
    if comment.by_id != by.pk and not by.may(Permission.ADMINISTER):
        raise QuarterdeckError("This comment is somebody else's.", "Only its writer can withdraw it.")
    if comment.withdrawn_at is not None:
        return
    comment.withdrawn_at = timezone.now()
    comment.text = ""
    comment.save(update_fields=["withdrawn_at", "text"])
    subject = Subject(type=comment.type, key=comment.key)
    log_change(by=by, verb="withdrew comment", subject=subject, before={"comment": comment.pk})
