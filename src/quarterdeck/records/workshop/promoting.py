"""How does a draft become the file, exactly once, and never over what somebody else wrote?"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quarterdeck.definitions.files import write_atomically
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Person
from quarterdeck.records.workshop.drafting import lock, picture, subject_of
from quarterdeck.records.workshop.models import Draft, DraftState, GitState
from quarterdeck.records.workshop.repository import Committed, Signer, commit_file
from quarterdeck.records.workshop.shelf import OnDisk, Place, Shelf, Verdict, digest_of
from quarterdeck.records.workshop.signing_off import note_lapse

LOCK = ".quarterdeck/definitions.lock"
MOST_WHY = 500


class ChangedOnDisk(Conflict):
    """The file no longer says what the draft began from; nothing was written."""

    def __init__(self, *, place: Place, draft: Draft, disk: OnDisk) -> None:
        gone = "was deleted" if not disk.digest else "was changed"
        super().__init__(
            f"{place.written} {gone} since the draft began.",
            "See what differs, then begin again from the file or keep the draft over it.",
        )
        self.place = place
        self.draft = draft
        self.disk = disk


class Faulty(QuarterdeckError):  # noqa: N818 -- what people say
    """The linters refuse the draft; `verdict` says where."""

    def __init__(self, verdict: Verdict) -> None:
        first = verdict.faults[0]
        more = len(verdict.faults) - 1
        others = f" And {more} more." if more else ""
        super().__init__(f"{first.file.name}:{first.line}: {first.message}.{others}", first.hint)
        self.verdict = verdict


def promote(*, shelf: Shelf, place: Place, draft: Draft, version: int, by: Person, why: str = "") -> Draft:
    """Write the draft to its file and commit it; safe to repeat at whatever point it broke off.

    The file is written before the record says so: a draft whose text stands in the file already is only
    recorded. Git comes last, outside the transaction, and what it said is kept.
    """
    with one_at_a_time(shelf.path):
        kept = Draft.objects.select_related("author", "closed_by").get(pk=draft.pk)
        if kept.state != DraftState.PROMOTED or kept.version != version:
            # Before the transaction: linting takes a while, and SQLite has one writer.
            _refuse_changed(shelf, place, kept)
            verdict = shelf.judge(place, kept.text)
            if verdict.faults:
                raise Faulty(verdict)
            kept = _write(shelf=shelf, place=place, draft=kept, version=version, by=by, why=why.strip())
        return _commit(place, kept)


def commit_again(*, shelf: Shelf, place: Place, draft: Draft) -> Draft:
    """Offer a promoted draft's file to git once more."""
    with one_at_a_time(shelf.path):
        kept = Draft.objects.select_related("author", "closed_by").get(pk=draft.pk)
        if kept.state != DraftState.PROMOTED:
            raise Conflict("This draft was not promoted.", "Promote it first.")
        if shelf.on_disk(place).digest != digest_of(kept.text):
            raise Conflict(
                f"{place.written} says something else by now.",
                "Commit it where it was changed, or promote a new draft.",
            )
        return _commit(place, kept)


@transaction.atomic
def _write(*, shelf: Shelf, place: Place, draft: Draft, version: int, by: Person, why: str) -> Draft:
    locked = lock(draft)
    if locked.version != version:
        raise Conflict(
            f"The draft was saved meanwhile (save {locked.version}).", "Read it again, then promote it."
        )
    if len(why) > MOST_WHY:
        raise QuarterdeckError(
            f"The reason has {len(why)} characters; at most {MOST_WHY} fit.", "Shorten it."
        )
    written_already = _refuse_changed(shelf, place, locked)
    before = shelf.read(place, locked.base_text) if locked.base_digest else None
    after = shelf.read(place, locked.text)
    if after is None:
        raise QuarterdeckError(f"{place.written} would be no {place.kind.name}.", "Read the draft again.")
    if not written_already:
        _write_file(place, locked.text)
    locked.state = DraftState.PROMOTED
    locked.closed_at = timezone.now()
    locked.closed_by = by
    locked.why = why
    locked.save()
    log_change(
        by=by,
        verb="promoted",
        subject=subject_of(locked),
        before={"version": before.version if before else None},
        after={"version": after.version, **picture(locked), **({"why": why} if why else {})},
    )
    note_lapse(shelf=shelf, place=place, before=before, after=after, by=by)
    return locked


def _write_file(place: Place, text: str) -> None:
    try:
        write_atomically(place.file, text)
    except OSError as error:
        raise QuarterdeckError(
            f"{place.written} cannot be written: {error.strerror}.",
            "Nothing was changed. Give the server the right to write there, then promote again.",
        ) from error


def _refuse_changed(shelf: Shelf, place: Place, draft: Draft) -> bool:
    """Whether the file says the draft already; one that says neither it nor its base is a conflict."""
    disk = shelf.on_disk(place)
    written_already = disk.digest == digest_of(draft.text)
    if disk.digest != draft.base_digest and not written_already:
        raise ChangedOnDisk(place=place, draft=draft, disk=disk)
    return written_already


def _commit(place: Place, draft: Draft) -> Draft:
    if draft.git_state == GitState.COMMITTED:
        return draft
    done = commit_file(
        place.file, message=_message(place, draft), author=_signer(draft.author), committer=_server()
    )
    return _keep(draft, done)


@transaction.atomic
def _keep(draft: Draft, done: Committed) -> Draft:
    draft.git_state, draft.git_said = done.state, done.said
    draft.save(update_fields=["git_state", "git_said"])
    if done.state == GitState.COMMITTED:
        log_change(
            by=draft.closed_by, verb="committed", subject=subject_of(draft), after={"commit": done.said[:12]}
        )
    elif done.state == GitState.FAILED:
        log_change(
            by=draft.closed_by,
            verb="commit failed",
            subject=subject_of(draft),
            after={"git": done.said[:300]},
        )
    return draft


def _message(place: Place, draft: Draft) -> str:
    verb = "Change" if draft.base_digest else "Add"
    parts = [f"{verb} {place.kind.name} {place.name}"]
    if draft.why:
        parts.append(draft.why)
    if draft.closed_by is not None and draft.closed_by_id != draft.author_id:
        parts.append(f"Promoted-by: {_signer(draft.closed_by)}")
    return "\n\n".join(parts)


def _signer(person: Person) -> Signer:
    return Signer(name=person.name, email=person.email)


def _server() -> Signer:
    return Signer(name="Quarterdeck", email=settings.DEFAULT_FROM_EMAIL)


@contextmanager
def one_at_a_time(workspace_path: Path) -> Iterator[None]:
    """Hold the lock of all definitions: among threads, among workers, and against a command in a shell."""
    file = workspace_path / LOCK
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
