"""How does a definition change without its file changing yet, and who is at it?"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Person
from quarterdeck.records.permissions import Permission
from quarterdeck.records.subjects import Subject
from quarterdeck.records.workshop.comparing import compare, merge
from quarterdeck.records.workshop.models import Draft, DraftState
from quarterdeck.records.workshop.shelf import NO_FILE, OnDisk, Place, Shelf, digest_of, plain_text


class SavedMeanwhile(Conflict):
    """The draft was saved elsewhere since it was read; `kept` is the draft, `given` what was to be saved."""

    def __init__(self, *, kept: Draft, given: str) -> None:
        super().__init__(
            f"The draft was saved in another place meanwhile (save {kept.version}).",
            "Both texts are shown: save yours over it, or go on with the other.",
        )
        self.kept = kept
        self.given = given


def open_draft(place: Place) -> Draft | None:
    """The draft that somebody is at, if anybody is."""
    return _drafts_of(place).filter(state=DraftState.OPEN).first()


def drafts_of(place: Place) -> "QuerySet[Draft]":
    """Every draft of a definition, the last one changed first."""
    return _drafts_of(place)


def open_drafts() -> "QuerySet[Draft]":
    """All drafts that wait."""
    return Draft.objects.filter(state=DraftState.OPEN).select_related("author")


@transaction.atomic
def begin(
    *, shelf: Shelf, place: Place, by: Person, text: str | None = None, shown_digest: str | None = None
) -> Draft:
    """Begin a draft from the definition's file, or from nothing; one's own open draft is taken up again.

    `text` is what the draft says at once, `shown_digest` the file that its writer saw; another is a Conflict.
    """
    disk = shelf.on_disk(place)
    if not disk.readable:
        raise QuarterdeckError(f"{place.written} is not UTF-8 text.", "Save it as UTF-8, then edit it here.")
    if shown_digest is not None and shown_digest != disk.digest:
        raise Conflict(f"{place.written} was changed meanwhile.", "Copy your text, then open the file anew.")
    kept = plain_text(disk.text if text is None else text)
    draft, begun = Draft.objects.select_related("author").get_or_create(
        kind=place.kind.name,
        name=place.name,
        state=DraftState.OPEN,
        defaults={
            "text": kept,
            "base_text": disk.text,
            "base_digest": disk.digest,
            "author": by,
            "updated_at": timezone.now(),
        },
    )
    if not begun:
        _refuse_others(draft, by)
        if text is not None and draft.text != kept:
            raise SavedMeanwhile(kept=draft, given=kept)
        return draft
    log_change(by=by, verb="began draft", subject=subject_of(draft), after=picture(draft))
    return draft


@transaction.atomic
def save(*, draft: Draft, text: str, version: int, by: Person) -> Draft:
    """Keep a text as the draft; `version` is the save that was read, so none is written over unseen."""
    locked = lock(draft)
    _refuse_others(locked, by)
    kept = plain_text(text)
    if locked.version != version:
        if locked.text == kept:
            return locked  # the same save, sent twice
        raise SavedMeanwhile(kept=locked, given=kept)
    if locked.text == kept:
        return locked
    before = picture(locked)
    locked.text = kept
    _touch(locked)
    log_change(by=by, verb="saved draft", subject=subject_of(locked), before=before, after=picture(locked))
    return locked


@transaction.atomic
def take_over(*, draft: Draft, by: Person) -> Draft:
    """Go on with somebody else's draft, text and all."""
    locked = lock(draft)
    if locked.author_id == by.pk:
        return locked
    before = {"author": locked.author.shown}
    locked.author = by
    _touch(locked)
    log_change(
        by=by,
        verb="took over draft",
        subject=subject_of(locked),
        before=before,
        after={"author": by.shown},
    )
    return locked


@transaction.atomic
def discard(*, draft: Draft, by: Person) -> Draft:
    """Give a draft up; its text stays in the history. Its author may, and whoever promotes definitions."""
    locked = _held(draft)
    if locked.state == DraftState.DISCARDED:
        return locked
    _refuse_closed(locked)
    if locked.author_id != by.pk and not by.may(Permission.EDIT):
        raise QuarterdeckError(
            f"This draft is {locked.author.shown}'s.", "Its author or an editor may discard it."
        )
    locked.state = DraftState.DISCARDED
    locked.closed_at = timezone.now()
    locked.closed_by = by
    locked.save(update_fields=["state", "closed_at", "closed_by"])
    log_change(by=by, verb="discarded draft", subject=subject_of(locked), before=picture(locked))
    return locked


@transaction.atomic
def begin_again_from_disk(
    *, shelf: Shelf, place: Place, draft: Draft, shown_digest: str, by: Person
) -> Draft:
    """Give one's text up for what the file says now; it must still say what was shown."""
    return _rebase(shelf, place, draft, shown_digest, by, verb="began draft again", texts=_theirs)


@transaction.atomic
def keep_over_disk(*, shelf: Shelf, place: Place, draft: Draft, shown_digest: str, by: Person) -> Draft:
    """Let the draft go out from what the file says now, so that promoting replaces what was shown."""
    return _rebase(shelf, place, draft, shown_digest, by, verb="kept draft over the file", texts=_mine)


@transaction.atomic
def take_both(*, shelf: Shelf, place: Place, draft: Draft, shown_digest: str, by: Person) -> Draft:
    """Put what the file changed into the draft, where the two changed different lines."""
    return _rebase(shelf, place, draft, shown_digest, by, verb="took the file's changes in", texts=_both)


CHOICES: Final = MappingProxyType({"both": take_both, "disk": begin_again_from_disk, "mine": keep_over_disk})
"""What can be done with a draft whose file was changed on disk."""


def _mine(draft: Draft, disk: OnDisk) -> str:
    return draft.text


def _theirs(draft: Draft, disk: OnDisk) -> str:
    return disk.text


def _both(draft: Draft, disk: OnDisk) -> str:
    merged = merge(compare(draft.base_text, disk.text, draft.text))
    if merged is None:
        raise Conflict(
            "Both changed the same lines.", "Keep one of the two, then write the other in by hand."
        )
    return merged


def _rebase(
    shelf: Shelf,
    place: Place,
    draft: Draft,
    shown_digest: str,
    by: Person,
    *,
    verb: str,
    texts: Callable[[Draft, OnDisk], str],
) -> Draft:
    locked = lock(draft)
    _refuse_others(locked, by)
    disk = shelf.on_disk(place)
    if disk.digest != shown_digest:
        raise Conflict(f"{place.written} changed again.", "Look at it anew, then choose.")
    if not disk.readable:
        raise Conflict(f"{place.written} is not UTF-8 text.", "Mend it on the disk first.")
    before = picture(locked)
    locked.text = plain_text(texts(locked, disk))
    locked.base_text, locked.base_digest = disk.text, disk.digest
    _touch(locked)
    log_change(by=by, verb=verb, subject=subject_of(locked), before=before, after=picture(locked))
    return locked


def is_behind(shelf: Shelf, place: Place, draft: Draft) -> bool:
    """Whether the file changed since the draft began, to something else than the draft itself."""
    now = shelf.on_disk(place).digest
    return now not in (draft.base_digest, digest_of(draft.text))


def lock(draft: Draft) -> Draft:
    """The draft as it is now, held until the transaction ends; one that is closed is a Conflict."""
    locked = _held(draft)
    _refuse_closed(locked)
    return locked


def subject_of(draft: Draft) -> Subject:
    """A draft is logged as a change to its definition."""
    return Subject(type=draft.kind, key=draft.name, title=draft.name)


def picture(draft: Draft) -> dict[str, object]:
    """What the change log keeps of a draft; the texts themselves stand in the drafts."""
    return {
        "draft": draft.pk,
        "save": draft.version,
        "began from": draft.base_digest[:12] if draft.base_digest != NO_FILE else "no file",
    }


def _drafts_of(place: Place) -> "QuerySet[Draft]":
    return Draft.objects.filter(kind=place.kind.name, name=place.name).select_related("author", "closed_by")


def _held(draft: Draft) -> Draft:
    # Only the draft: PostgreSQL locks no row of a join that may be empty.
    return Draft.objects.select_for_update(of=("self",)).select_related("author").get(pk=draft.pk)


def _refuse_closed(draft: Draft) -> None:
    if not draft.is_open:
        raise Conflict(f"This draft was {draft.state}.", "Begin another from the file as it is now.")


def _refuse_others(draft: Draft, by: Person) -> None:
    if draft.author_id != by.pk:
        raise Conflict(
            f"{draft.author.shown} is at this definition already.",
            "Read their draft, and take it over if they agree.",
        )


def _touch(draft: Draft) -> None:
    draft.version += 1
    draft.updated_at = timezone.now()
    draft.save()
