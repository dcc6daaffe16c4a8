"""How is it decided what a quote is: kept with tags, split, the same as another, no feedback; and undone?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.intake.models import Sorted, Step, Triage
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject

UNDID = "undid"
MOST_TAGS = 20
MOST_TAG = 120


@transaction.atomic
def keep(*, quote: str, tags: Sequence[str], by: Person) -> Step:
    """Keep a quote as feedback, with its tags, or with none."""
    named = checked_tags(tags)

    def change(triage: Triage) -> None:
        triage.state, triage.tags = Sorted.KEPT.value, named

    return _decide(quote, "kept", by, change)


@transaction.atomic
def leave_out(*, quote: str, by: Person) -> Step:
    """Say that a quote is no feedback; it stays in its message and can be taken back."""

    def change(triage: Triage) -> None:
        triage.state, triage.tags = Sorted.NOT_FEEDBACK.value, []

    return _decide(quote, "left out", by, change)


@transaction.atomic
def split(*, quote: str, at: Sequence[int], by: Person) -> Step:
    """Cut a quote in parts that are sorted each by itself; places count from where the quote begins."""
    book = open_book()
    said = book.find(quote)
    if "." in quote.rpartition("#")[2]:
        raise QuarterdeckError(
            "This is a part of a quote already.", "Undo the first cut, and cut it elsewhere."
        )
    cuts = sorted(set(at))
    if not cuts or not all(0 < place < len(said.text) and said.text[:place].strip() for place in cuts):
        raise QuarterdeckError("There is nothing to cut there.", "Choose a place inside the words.")
    if not all(said.text[begin:end].strip() for begin, end in zip(cuts, [*cuts[1:], None], strict=True)):
        raise QuarterdeckError("A part would have no words.", "Choose another place.")

    def change(triage: Triage) -> None:
        triage.cuts = cuts

    return _decide(quote, "split", by, change, book=book)


@transaction.atomic
def merge(*, quote: str, into: str, by: Person) -> Step:
    """Say that a quote says the same as another; it is counted with that one."""
    book = open_book()
    first = book.first_of(into)
    if quote == first or book.first_of(quote) == first:
        raise QuarterdeckError("These say the same already.", "Choose another quote.")
    own, other = book.find(quote).account, book.find(first).account
    if own and other and own != other:
        raise QuarterdeckError(
            "These are of two accounts, and each counts.", "Give both the same tag; a theme counts accounts."
        )

    def change(triage: Triage) -> None:
        triage.into, triage.stands_alone = first, False

    return _decide(quote, "merged", by, change, book=book)


@transaction.atomic
def unfold(*, quote: str, by: Person) -> Step:
    """Say that a quote that was folded into another stands for itself."""
    book = open_book()
    if not book.find(quote).same_as:
        raise QuarterdeckError("This quote stands for itself already.", "Nothing to do.")

    def change(triage: Triage) -> None:
        triage.into, triage.stands_alone = "", True

    return _decide(quote, "unfolded", by, change, book=book)


@transaction.atomic
def undo(*, by: Person, step: Step | None = None) -> Step:
    """Take a decision back, one's own last unless told; the step back is a step as well."""
    found = step or last_step(by)
    if found is None:
        raise QuarterdeckError("There is nothing to undo.", "Sort a quote first.")
    locked = Step.objects.select_for_update().get(pk=found.pk)
    triage = Triage.objects.select_for_update().get(quote=locked.quote)
    if locked.undone_by_id is not None or locked.verb == UNDID:
        raise Conflict("This was undone already.", "Nothing to do.")
    if triage.picture != locked.after:
        raise Conflict(
            "Something else was decided about this quote since.", "Undo that first, or decide anew."
        )
    triage.become(locked.before)
    triage.save()
    made = Step.objects.create(
        quote=locked.quote, verb=UNDID, before=locked.after, after=locked.before, by=by
    )
    locked.undone_by = made
    locked.save(update_fields=["undone_by"])
    _log(by, UNDID, locked.quote, locked.after, locked.before)
    return made


def last_step(by: Person) -> Step | None:
    """What somebody decided last and has not undone."""
    steps = Step.objects.filter(by=by, undone_by__isnull=True).exclude(verb=UNDID)
    return steps.order_by("-pk").first()


def checked_tags(tags: Sequence[str]) -> list[str]:
    """Tags without blanks and repetitions; what cannot be one is said."""
    named = list(dict.fromkeys(" ".join(tag.replace("\0", "").split()) for tag in tags if tag.strip()))
    if len(named) > MOST_TAGS:
        raise QuarterdeckError(
            f"{len(named)} tags are too many; {MOST_TAGS} fit.", "Choose the few that matter."
        )
    for tag in named:
        if len(tag) > MOST_TAG or "|" in tag:
            raise QuarterdeckError(
                f"'{tag[:40]}' cannot be a tag.", f"At most {MOST_TAG} characters, without |."
            )
    return named


def _decide(
    quote: str, verb: str, by: Person, change: Callable[[Triage], None], *, book: Book | None = None
) -> Step:
    said = (book or open_book()).find(quote)
    triage, _ = Triage.objects.select_for_update().get_or_create(quote=quote)
    if triage.digest not in ("", said.digest):
        # Other words stand under this key now: what was decided about the old ones is not about these.
        triage.become(Triage(quote=quote).picture)
    before = triage.picture
    change(triage)
    triage.digest = said.digest
    triage.save()
    step = Step.objects.create(quote=quote, verb=verb, before=before, after=triage.picture, by=by)
    _log(by, verb, quote, before, triage.picture)
    return step


def _log(by: Person, verb: str, quote: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    # The key alone: the words are somebody's, and go with them.
    log_change(
        by=by, verb=verb, subject=Subject(type="quote", key=quote, title=quote), before=before, after=after
    )
