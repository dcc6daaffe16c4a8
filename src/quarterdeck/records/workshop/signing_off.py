"""Who stands behind a definition as it reads now, and who objects?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from quarterdeck.definitions.folder import Definition
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Person
from quarterdeck.records.workshop.asking import ask_to_sign
from quarterdeck.records.workshop.drafting import open_draft
from quarterdeck.records.workshop.models import Objection, Proposal, Signature
from quarterdeck.records.workshop.seals import Standing, seals_of, standing_of
from quarterdeck.records.workshop.shelf import Place, Shelf, word_of

MOST_WORDS = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One version that can be signed: the file's, or the open draft's."""

    definition: Definition[Any]
    version: str
    text: str
    of_draft: bool
    proposal: Proposal | None
    signature: Signature | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignOff:
    """Everything the workshop knows of one definition."""

    owner: str
    standing: Standing
    present: Reading | None
    coming: Reading | None
    lost: Signature | None
    objections: tuple[Objection, ...]

    @property
    def open_objections(self) -> tuple[Objection, ...]:
        return tuple(each for each in self.objections if each.resolved_at is None)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What may be proposed: the draft first, since it is what comes."""
        return tuple(each for each in (self.coming, self.present) if each is not None)


def sign_off_of(shelf: Shelf, place: Place) -> SignOff:
    """How the definition stands: what is proposed, objected to and signed."""
    disk = shelf.on_disk(place)
    present = _reading(shelf, place, shelf.read(place), disk.text, of_draft=False)
    draft = open_draft(place)
    coming = None
    if draft:
        coming = _reading(shelf, place, shelf.read(place, draft.text), draft.text, of_draft=True)
    if present and coming and present.version == coming.version:
        coming = None
    lost = None
    if present and not present.signature:
        lost = Signature.objects.filter(**_keys(place)).select_related("by").first()
    owner_of = coming or present
    return SignOff(
        owner=_owner(owner_of.definition) if owner_of else "",
        standing=_standing(present, lost=lost),
        present=present,
        coming=coming,
        lost=lost,
        objections=tuple(Objection.objects.filter(**_keys(place)).select_related("by", "resolved_by")),
    )


def standings(
    shelf: Shelf, readable: Iterable[tuple[Place, Definition[Any]]]
) -> Mapping[tuple[str, str], Standing]:
    """The standing of many definitions by kind and name, in two queries for each kind."""
    by_kind: dict[str, dict[str, tuple[str, str]]] = {}
    for place, definition in readable:
        version = shelf.version_of(definition, place.kind)
        by_kind.setdefault(place.kind.name, {})[place.name] = (version, word_of(definition, "status"))
    return {
        (kind, name): seal.standing
        for kind, versions in by_kind.items()
        for name, seal in seals_of(kind, versions).items()
    }


@transaction.atomic
def propose(*, shelf: Shelf, place: Place, version: str, by: Person) -> Proposal:
    """Put the file's version or the draft's up for signing; proposing twice changes nothing."""
    reading = _find(shelf, place, version)
    _owner_or_refuse(place, reading.definition)
    proposal, made = Proposal.objects.get_or_create(
        **_keys(place), version=version, defaults={"text": reading.text, "by": by}
    )
    if made:
        log_change(by=by, verb="proposed for signing", subject=place.subject, after={"version": version})
        ask_to_sign(place.kind.name, place.name, version)
    return proposal


@transaction.atomic
def object_to(*, shelf: Shelf, place: Place, version: str, words: str, by: Person) -> Objection:
    """Say why a version should not be signed."""
    _find(shelf, place, version)
    said = _words(words, "objection")
    objection = Objection.objects.create(**_keys(place), version=version, words=said, by=by)
    log_change(
        by=by,
        verb="objected",
        subject=place.subject,
        after={"objection": objection.pk, "version": version, "words": said},
    )
    return objection


@transaction.atomic
def resolve(*, shelf: Shelf, place: Place, objection: Objection, answer: str, by: Person) -> Objection:
    """Settle an objection: who raised it may withdraw it, the owner may answer it."""
    held = Objection.objects.select_for_update(of=("self",)).select_related("by").get(pk=objection.pk)
    if held.resolved_at is not None:
        return held
    if held.by_id == by.pk:
        said = _words(answer, "answer") if answer.strip() else ""
    elif is_owner(by, sign_off_of(shelf, place).owner):
        said = _words(answer, "answer")
    else:
        raise QuarterdeckError(
            f"This objection is {held.by.shown}'s.",
            "Who raised it may withdraw it, and the owner may answer it.",
        )
    held.resolved_at, held.resolved_by, held.answer = timezone.now(), by, said
    held.save(update_fields=["resolved_at", "resolved_by", "answer"])
    log_change(
        by=by,
        verb="resolved objection",
        subject=place.subject,
        after={"objection": held.pk, "answer": said},
    )
    return held


@transaction.atomic
def sign(*, shelf: Shelf, place: Place, version: str, by: Person) -> Signature:
    """The owner signs a proposed version that nobody objects to; nobody signs in the owner's stead."""
    reading = _find(shelf, place, version)
    owner = _owner_or_refuse(place, reading.definition)
    if not is_owner(by, owner):
        raise QuarterdeckError(
            f"Only the owner signs: {owner}.",
            f"Ask whoever has the title {owner}; a title is given under People.",
        )
    if reading.signature is not None:
        return reading.signature
    if reading.proposal is None:
        raise Conflict(
            "This version is not proposed for signing.", "Propose it first, so that others can object."
        )
    if Objection.objects.filter(**_keys(place), resolved_at=None).exists():
        raise Conflict("Somebody objects.", "Answer the objections first; then sign.")
    signature, made = Signature.objects.get_or_create(
        **_keys(place), version=version, defaults={"owner": owner, "by": by}
    )
    if made:
        log_change(by=by, verb="signed", subject=place.subject, after={"version": version, "owner": owner})
    return signature


def note_lapse(
    *, shelf: Shelf, place: Place, before: Definition[Any] | None, after: Definition[Any], by: Person
) -> None:
    """Log which signatures no longer hold, where a promotion changed what was signed or what it rests on."""
    if before is None or before.version == after.version:
        return
    was = shelf.version_of(before, place.kind)
    _note_lapse(place, was=was, now=shelf.version_of(after, place.kind), by=by)
    for other, definition in shelf.resting_on(place):
        was = shelf.version_of(definition, other.kind, {place.name: before.version})
        _note_lapse(other, was=was, now=shelf.version_of(definition, other.kind), by=by)


def _note_lapse(place: Place, *, was: str, now: str, by: Person) -> None:
    signed = Signature.objects.filter(**_keys(place))
    lapsed = signed.filter(version=was).first()
    if lapsed is not None and not signed.filter(version=now).exists():
        log_change(
            by=by,
            verb="signature lapsed",
            subject=place.subject,
            before={"version": lapsed.version, "signed by": lapsed.owner},
            after={"version": now, "signed by": None},
        )
        ask_to_sign(place.kind.name, place.name, now)


def is_owner(person: Person, owner: str) -> bool:
    """Whether a person is what the definition names as its owner: by title, in any case."""
    return bool(owner) and person.is_active and person.title.strip().casefold() == owner.strip().casefold()


def _standing(present: Reading | None, *, lost: Signature | None) -> Standing:
    if present is None:
        return Standing.UNSIGNED
    return standing_of(
        word_of(present.definition, "status"),
        signed=present.signature is not None,
        proposed=present.proposal is not None,
        lost=lost is not None,
    )


def _reading(
    shelf: Shelf, place: Place, definition: Definition[Any] | None, text: str, *, of_draft: bool
) -> Reading | None:
    if definition is None:
        return None
    version = shelf.version_of(definition, place.kind)
    of_version = {**_keys(place), "version": version}
    return Reading(
        definition=definition,
        version=version,
        text=text,
        of_draft=of_draft,
        proposal=Proposal.objects.filter(**of_version).select_related("by").first(),
        signature=Signature.objects.filter(**of_version).select_related("by").first(),
    )


def _find(shelf: Shelf, place: Place, version: str) -> Reading:
    """The present reading of a version; one that is past is a Conflict."""
    for reading in sign_off_of(shelf, place).readings:
        if reading.version == version:
            return reading
    raise Conflict(
        f"The {place.kind.name} '{place.name}' reads differently by now.", "Read it again, then go on."
    )


def _owner(definition: Definition[Any]) -> str:
    return word_of(definition, "owner")


def _owner_or_refuse(place: Place, definition: Definition[Any]) -> str:
    owner = _owner(definition)
    if not owner:
        raise QuarterdeckError(
            f"A {place.kind.name} names no owner, so nobody can sign it.",
            "Only what has an `owner:` is signed.",
        )
    return owner


def _words(given: str, what: str) -> str:
    words = given.strip().replace("\x00", "�").encode("utf-8", "replace").decode()
    if not words:
        raise QuarterdeckError(f"The {what} is empty.", "Write a sentence.")
    if len(words) > MOST_WORDS:
        raise QuarterdeckError(
            f"The {what} has {len(words):,} characters; at most {MOST_WORDS:,} fit.", "Shorten it."
        )
    return words


def _keys(place: Place) -> dict[str, str]:
    return {"kind": place.kind.name, "name": place.name}
