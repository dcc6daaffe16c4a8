"""How do programs read, check, draft, promote and sign definitions?"""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.schema import json_schema
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission
from quarterdeck.records.workshop import drafting, promoting, signing_off
from quarterdeck.records.workshop.models import Draft, DraftState, GitState, Objection, Proposal, Signature
from quarterdeck.records.workshop.seals import Standing
from quarterdeck.records.workshop.shelf import (
    MOST_CHARACTERS,
    NoSuchDefinition,
    Place,
    Shelf,
    plain_text,
    slug_of,
    word_of,
)
from quarterdeck.site.shelf import shelf

router = Router()

READ = needs(Permission.READ)
CONTRIBUTE = needs(Permission.CONTRIBUTE)
EDIT = needs(Permission.EDIT)
TAGS = ["definitions"]
ONE = "/definitions/{kind}/{name}"

Text = Annotated[str, Field(max_length=MOST_CHARACTERS, description="The YAML text, comments and all.")]
Version = Annotated[str, Field(max_length=12, description="The definition's version, as reading it says.")]
Words = Annotated[str, Field(min_length=1, max_length=signing_off.MOST_WORDS)]


class KindOut(Schema):
    """A kind of definition."""

    kind: str = Field(description="As addresses write it.")
    folder: str
    shape: dict[str, Any] = Field(description="Its JSON Schema.")


class NamedDefinition(Schema):
    """A definition in the list."""

    kind: str
    name: str
    title: str
    owner: str
    version: str = Field(description="Empty where the file is no valid definition.")
    standing: str = Field(description="How it stands with its owner: signed, proposed, signature lost, ...")


class DefinitionOut(NamedDefinition):
    """A definition with its text."""

    text: str
    digest: str = Field(description="SHA-256 of the file, byte for byte.")


class TextIn(Schema):
    """A text to be checked."""

    text: Text


class FindingOut(Schema):
    """What a linter says."""

    file: str
    line: int
    message: str
    hint: str
    rule: str
    warning: bool


class CheckedOut(Schema):
    """Whether a text may become the definition."""

    promotable: bool
    here: list[FindingOut] = Field(description="In the text.")
    caused: list[FindingOut] = Field(description="In other files, because of the text.")
    elsewhere: list[FindingOut] = Field(description="In other files anyway.")


class DraftIn(Schema):
    """A draft to begin."""

    kind: str = Field(max_length=60)
    name: str = Field(max_length=200)
    text: Text


class DraftChange(Schema):
    """What a draft is to say."""

    text: Text
    version: int = Field(ge=1, le=10**6, description="The save that you read.")


class PromotionIn(Schema):
    """A promotion."""

    version: int = Field(ge=1, le=10**6, description="The save that you read.")
    why: str = Field("", max_length=promoting.MOST_WHY)


class RebaseIn(Schema):
    """How to go on after the file was changed on disk."""

    keep: Literal["both", "disk", "mine"] = Field(
        description="both: the file's changes too, if in other lines; disk: the file; mine: the draft."
    )
    digest: str = Field(max_length=64, description="The file as you saw it; empty where it was deleted.")


class DraftOut(Schema):
    """A draft as it is kept."""

    id: int
    kind: str
    name: str
    text: str
    version: int
    state: DraftState
    base_digest: str = Field(description="The file as it was when the draft began; empty: there was none.")
    author_id: int
    updated_at: datetime
    closed_at: datetime | None
    git_state: GitState
    git_said: str = Field(description="The commit, or why there is none.")


class VersionIn(Schema):
    """A version to propose or to sign."""

    version: Version


class ObjectionIn(VersionIn):
    """An objection to raise."""

    words: Words


class AnswerIn(Schema):
    """How an objection is settled; who raised it may withdraw it without a word."""

    answer: str = Field("", max_length=signing_off.MOST_WORDS)


class ProposalOut(Schema):
    """A version that is put up for signing."""

    kind: str
    name: str
    version: str
    by_id: int
    at: datetime


class SignatureOut(ProposalOut):
    """A version that its owner stands behind."""

    owner: str


class ObjectionOut(Schema):
    """An objection."""

    id: int
    version: str
    words: str
    by_id: int
    at: datetime
    resolved_at: datetime | None
    resolved_by_id: int | None
    answer: str


@router.get("/definitions/kinds", auth=READ, response=list[KindOut], tags=TAGS)
def list_kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """Every kind of definition, with its JSON Schema."""
    return [
        {"kind": slug_of(kind), "folder": kind.folder, "shape": json_schema(kind)} for kind in shelf().kinds
    ]


@router.get("/definitions", auth=READ, response=list[NamedDefinition], tags=TAGS)
@paginate(Paging)
def list_definitions(request: HttpRequest, kind: str = "") -> list[dict[str, str]]:
    """Every definition, by kind and name; of one kind where asked."""
    here = shelf()
    read = [
        (place, here.read(place))
        for each in here.kinds
        if kind in ("", slug_of(each), each.name)
        for place in here.places(each)
    ]
    standing = signing_off.standings(here, ((place, made) for place, made in read if made is not None))
    return [
        {
            "kind": slug_of(place.kind),
            "name": place.name,
            "title": word_of(made, "title"),
            "owner": word_of(made, "owner"),
            "version": here.version_of(made, place.kind) if made else "",
            "standing": standing.get((place.kind.name, place.name), Standing.UNSIGNED),
        }
        for place, made in read
    ]


@router.get(ONE, auth=READ, response=DefinitionOut, tags=TAGS)
def show_definition(request: HttpRequest, response: HttpResponse, kind: str, name: str) -> dict[str, str]:
    """One definition; its ETag changes with its version, its text and its standing."""
    here, place = _place(kind, name)
    disk, made = here.on_disk(place), here.read(place)
    if not disk.digest:
        raise Http404
    version = here.version_of(made, place.kind) if made else ""
    standing = signing_off.sign_off_of(here, place).standing
    response["ETag"] = f'"{version}.{disk.digest[:12]}.{standing.name}"'
    return {
        "kind": slug_of(place.kind),
        "name": place.name,
        "title": word_of(made, "title"),
        "owner": word_of(made, "owner"),
        "version": version,
        "standing": standing,
        "text": disk.text,
        "digest": disk.digest,
    }


@router.post(f"{ONE}/check", auth=CONTRIBUTE, response=CheckedOut, tags=TAGS)
def check_text(request: HttpRequest, kind: str, name: str, given: TextIn) -> dict[str, Any]:
    """What the linters say of a text in place of the definition; nothing is kept."""
    here, place = _place(kind, name)
    verdict = here.judge(place, plain_text(given.text))
    return {
        "promotable": not verdict.faults,
        "here": [_finding(here, each) for each in verdict.here],
        "caused": [_finding(here, each) for each in verdict.caused],
        "elsewhere": [_finding(here, each) for each in verdict.elsewhere],
    }


@router.get("/drafts", auth=READ, response=list[DraftOut], tags=TAGS)
@paginate(Paging)
def list_drafts(request: HttpRequest, state: DraftState = DraftState.OPEN) -> "QuerySet[Draft]":
    """Drafts of definitions, the last one changed first."""
    return Draft.objects.filter(state=state)


@router.post("/drafts", auth=CONTRIBUTE, response={201: DraftOut}, tags=TAGS)
def begin_draft(request: HttpRequest, draft: DraftIn) -> Status[Draft]:
    """Begin a draft of a definition, new or not; one that somebody is at is a conflict."""
    here, place = _place(draft.kind, draft.name)
    return Status(201, drafting.begin(shelf=here, place=place, by=asking(request), text=draft.text))


@router.get("/drafts/{draft_id}", auth=READ, response=DraftOut, tags=TAGS)
def show_draft(request: HttpRequest, draft_id: int) -> Draft:
    """One draft."""
    return _draft(draft_id)


@router.put("/drafts/{draft_id}", auth=CONTRIBUTE, response=DraftOut, tags=TAGS)
def save_draft(request: HttpRequest, draft_id: int, change: DraftChange) -> Draft:
    """Save a draft over the save that was read; over another is a conflict."""
    return drafting.save(draft=_draft(draft_id), text=change.text, version=change.version, by=asking(request))


@router.post("/drafts/{draft_id}/take-over", auth=CONTRIBUTE, response=DraftOut, tags=TAGS)
def take_over_draft(request: HttpRequest, draft_id: int) -> Draft:
    """Go on with somebody else's draft."""
    return drafting.take_over(draft=_draft(draft_id), by=asking(request))


@router.post("/drafts/{draft_id}/discard", auth=CONTRIBUTE, response=DraftOut, tags=TAGS)
def discard_draft(request: HttpRequest, draft_id: int) -> Draft:
    """Give a draft up."""
    return drafting.discard(draft=_draft(draft_id), by=asking(request))


@router.post("/drafts/{draft_id}/rebase", auth=CONTRIBUTE, response=DraftOut, tags=TAGS)
def rebase_draft(request: HttpRequest, draft_id: int, choice: RebaseIn) -> Draft:
    """Let a draft go out from the file as it is on disk now."""
    draft = _draft(draft_id)
    here, place = _place(draft.kind, draft.name)
    return drafting.CHOICES[choice.keep](
        shelf=here, place=place, draft=draft, shown_digest=choice.digest, by=asking(request)
    )


@router.post("/drafts/{draft_id}/commit", auth=EDIT, response=DraftOut, tags=TAGS)
def commit_draft(request: HttpRequest, draft_id: int) -> Draft:
    """Offer a promoted draft's file to git again, where git refused it."""
    draft = _draft(draft_id)
    here, place = _place(draft.kind, draft.name)
    return promoting.commit_again(shelf=here, place=place, draft=draft)


@router.post("/drafts/{draft_id}/promote", auth=EDIT, response=DraftOut, tags=TAGS)
def promote_draft(request: HttpRequest, draft_id: int, promotion: PromotionIn) -> Draft:
    """Write a draft to its file and commit it; a file that was changed meanwhile is a conflict."""
    draft = _draft(draft_id)
    here, place = _place(draft.kind, draft.name)
    why = plain_text(promotion.why)
    return promoting.promote(
        shelf=here, place=place, draft=draft, version=promotion.version, by=asking(request), why=why
    )


@router.post(f"{ONE}/proposals", auth=CONTRIBUTE, response={201: ProposalOut}, tags=TAGS)
def propose_definition(request: HttpRequest, kind: str, name: str, proposal: VersionIn) -> Status[Proposal]:
    """Put a version up for signing."""
    here, place = _place(kind, name)
    made = signing_off.propose(shelf=here, place=place, version=proposal.version, by=asking(request))
    return Status(201, made)


@router.post(f"{ONE}/signatures", auth=CONTRIBUTE, response={201: SignatureOut}, tags=TAGS)
def sign_definition(request: HttpRequest, kind: str, name: str, signature: VersionIn) -> Status[Signature]:
    """Sign a proposed version, as its owner."""
    here, place = _place(kind, name)
    made = signing_off.sign(shelf=here, place=place, version=signature.version, by=asking(request))
    return Status(201, made)


@router.get(f"{ONE}/objections", auth=READ, response=list[ObjectionOut], tags=TAGS)
@paginate(Paging)
def list_objections(request: HttpRequest, kind: str, name: str) -> "QuerySet[Objection]":
    """What was said against a definition, oldest first."""
    _, place = _place(kind, name)
    return Objection.objects.filter(kind=place.kind.name, name=place.name)


@router.post(f"{ONE}/objections", auth=CONTRIBUTE, response={201: ObjectionOut}, tags=TAGS)
def object_to_definition(
    request: HttpRequest, kind: str, name: str, objection: ObjectionIn
) -> Status[Objection]:
    """Say why a version should not be signed."""
    here, place = _place(kind, name)
    made = signing_off.object_to(
        shelf=here, place=place, version=objection.version, words=objection.words, by=asking(request)
    )
    return Status(201, made)


@router.post("/objections/{objection_id}/resolve", auth=CONTRIBUTE, response=ObjectionOut, tags=TAGS)
def resolve_objection(request: HttpRequest, objection_id: int, answer: AnswerIn) -> Objection:
    """Withdraw one's own objection, or answer one as the owner."""
    objection = get_object_or_404(Objection, pk=objection_id)
    here, place = _place(objection.kind, objection.name)
    return signing_off.resolve(
        shelf=here, place=place, objection=objection, answer=answer.answer, by=asking(request)
    )


def _place(kind: str, name: str) -> tuple[Shelf, Place]:
    here = shelf()
    try:
        return here, here.place(kind, name)
    except NoSuchDefinition as error:
        raise Http404(error.message) from error


def _draft(draft_id: int) -> Draft:
    return get_object_or_404(Draft.objects.select_related("author"), pk=draft_id)


def _finding(here: Shelf, finding: Finding) -> dict[str, Any]:
    return {
        "file": here.written(finding.file),
        "line": finding.line,
        "message": finding.message,
        "hint": finding.hint,
        "rule": finding.rule,
        "warning": finding.warning,
    }
