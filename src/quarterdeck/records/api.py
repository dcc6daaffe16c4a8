"""How do programs read and write people, tokens, links, comments and the change log?"""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate

from quarterdeck.records import comments, invitations, links, tokens
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.models import ApiToken, Change, Comment, Invitation, Person
from quarterdeck.records.paging import Paging
from quarterdeck.records.people import change_person
from quarterdeck.records.permissions import Permission, Role
from quarterdeck.records.subjects import Subject

router = Router()

Type = Annotated[str, Field(min_length=1, max_length=40, description="metric, brief, decision, account, ...")]
Key = Annotated[
    str, Field(min_length=1, max_length=200, description="The thing's key: a name, a number, an id.")
]


class PersonOut(Schema):
    """Somebody here, without what is personal."""

    id: int
    title: str = Field(description="What they are, as shared pages name them.")
    name: str
    role: Role
    is_active: bool
    sees_personal: bool


class PersonIn(Schema):
    """What may be changed about somebody."""

    role: Role | None = None
    title: str | None = Field(None, max_length=120)
    is_active: bool | None = None
    sees_personal: bool | None = None


class InvitationIn(Schema):
    """Who to let in."""

    email: str = Field(max_length=254)
    role: Role = Role.VIEWER
    title: str = Field("", max_length=120)


class InvitationOut(Schema):
    """An open invitation; its secret is given once, when it is made."""

    id: int
    email: str
    role: Role
    expires_at: datetime


class InvitationMade(InvitationOut):
    """A new invitation with its secret: the page is /invitation/SECRET/."""

    secret: str


class TokenIn(Schema):
    """A token to make."""

    name: str = Field(max_length=80)
    scopes: list[Permission] = Field(max_length=8)
    lasts_days: int = Field(90, ge=1, le=tokens.LONGEST_DAYS)


class TokenOut(Schema):
    """A token as it is kept."""

    id: int
    name: str
    begins: str
    scopes: list[Permission]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenOut):
    """A new token with its secret, which is given this once."""

    secret: str


class ChangeOut(Schema):
    """An entry of the change log."""

    id: int
    at: datetime
    by_id: int | None = Field(description="The person; none where the system acted.")
    verb: str
    type: str
    key: str
    title: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Thing(Schema):
    """One end of a link."""

    type: Type
    key: Key


class LinkIn(Schema):
    """A link to make or to remove."""

    source: Thing
    verb: str = Field(min_length=1, max_length=40)
    target: Thing


class LinkOut(Schema):
    """A neighbour of a thing."""

    verb: str
    outward: bool = Field(description="Whether the link starts at the thing that was asked about.")
    type: str
    key: str


class CommentIn(Schema):
    """Something to say."""

    type: Type
    key: Key
    text: str = Field(min_length=1, max_length=comments.MOST_CHARACTERS)


class CommentOut(Schema):
    """What was said; withdrawn comments have no text."""

    id: int
    type: str
    key: str
    text: str
    by_id: int
    at: datetime
    withdrawn_at: datetime | None


@router.get("/people", auth=needs(Permission.READ), response=list[PersonOut], tags=["people"])
@paginate(Paging)
def list_people(request: HttpRequest) -> "QuerySet[Person]":
    """Everybody who may or might sign in."""
    return Person.objects.order_by("pk")


@router.get("/people/me", auth=needs(Permission.READ), response=PersonOut, tags=["people"])
def show_me(request: HttpRequest) -> Person:
    """Who a token or session stands for."""
    return asking(request)


@router.patch("/people/{person_id}", auth=needs(Permission.ADMINISTER), response=PersonOut, tags=["people"])
def edit_person(request: HttpRequest, person_id: int, change: PersonIn) -> Person:
    """Change somebody's role, title or rights."""
    found = get_object_or_404(Person, pk=person_id)
    return change_person(person=found, by=asking(request), **change.dict(exclude_none=True))


@router.get("/invitations", auth=needs(Permission.ADMINISTER), response=list[InvitationOut], tags=["people"])
@paginate(Paging)
def list_invitations(request: HttpRequest) -> "QuerySet[Invitation]":
    """Who is invited and not here yet."""
    return invitations.open_invitations()


@router.post(
    "/invitations", auth=needs(Permission.ADMINISTER), response={201: InvitationMade}, tags=["people"]
)
def invite_person(request: HttpRequest, invitation: InvitationIn) -> Status[dict[str, Any]]:
    """Invite somebody; the secret of the link is given this once."""
    made, secret = invitations.invite(
        email=invitation.email, role=invitation.role, title=invitation.title, by=asking(request)
    )
    return Status(201, {**InvitationOut.from_orm(made).dict(), "secret": secret})


@router.get("/tokens", auth=needs(Permission.READ), response=list[TokenOut], tags=["people"])
@paginate(Paging)
def list_tokens(request: HttpRequest) -> "QuerySet[ApiToken]":
    """One's own tokens."""
    return asking(request).tokens.all()


@router.post("/tokens", auth=needs(Permission.READ), response={201: TokenMade}, tags=["people"])
def add_token(request: HttpRequest, token: TokenIn) -> Status[dict[str, Any]]:
    """Make a token for oneself; a token can make no token that opens more than itself."""
    person = asking(request)
    made, secret = tokens.make_token(
        person=person,
        name=token.name,
        scopes=tokens.within(token.scopes, request.headers.get("Authorization", "")),
        lasts_days=token.lasts_days,
        by=person,
    )
    return Status(201, {**TokenOut.from_orm(made).dict(), "secret": secret})


@router.delete("/tokens/{token_id}", auth=needs(Permission.READ), response={204: None}, tags=["people"])
def end_token(request: HttpRequest, token_id: int) -> Status[None]:
    """Revoke one of one's own tokens."""
    person = asking(request)
    tokens.revoke_token(token=get_object_or_404(person.tokens, pk=token_id), by=person)
    return Status(204, None)


@router.get("/changes", auth=needs(Permission.READ), response=list[ChangeOut], tags=["graph"])
@paginate(Paging)
def list_changes(request: HttpRequest, type: str = "", key: str = "") -> "QuerySet[Change]":
    """The change log, newest first; of one type or one thing where asked."""
    changes = Change.objects.all()
    if type:
        changes = changes.filter(type=type)
    return changes.filter(key=key) if key else changes


@router.get("/links", auth=needs(Permission.READ), response=list[LinkOut], tags=["graph"])
def list_links(request: HttpRequest, thing: Query[Thing]) -> list[dict[str, Any]]:
    """Everything that a thing is linked with."""
    return [
        {"verb": each.verb, "outward": each.outward, "type": each.subject.type, "key": each.subject.key}
        for each in links.neighbours(_subject(thing))
    ]


@router.post("/links", auth=needs(Permission.CONTRIBUTE), response={201: LinkIn}, tags=["graph"])
def add_link(request: HttpRequest, link: LinkIn) -> Status[LinkIn]:
    """Link two things; linking again changes nothing."""
    links.join(source=_subject(link.source), verb=link.verb, target=_subject(link.target), by=asking(request))
    return Status(201, link)


@router.post("/links/remove", auth=needs(Permission.CONTRIBUTE), response={204: None}, tags=["graph"])
def remove_link(request: HttpRequest, link: LinkIn) -> Status[None]:
    """Remove a link; removing again changes nothing."""
    links.part(source=_subject(link.source), verb=link.verb, target=_subject(link.target), by=asking(request))
    return Status(204, None)


@router.get("/comments", auth=needs(Permission.READ), response=list[CommentOut], tags=["graph"])
@paginate(Paging)
def list_comments(request: HttpRequest, thing: Query[Thing]) -> "QuerySet[Comment]":
    """What was said about a thing, oldest first."""
    return comments.comments_on(_subject(thing))


@router.post("/comments", auth=needs(Permission.CONTRIBUTE), response={201: CommentOut}, tags=["graph"])
def add_comment(request: HttpRequest, comment: CommentIn) -> Status[Comment]:
    """Say something about a thing."""
    subject = Subject(type=comment.type, key=comment.key)
    return Status(201, comments.say(subject=subject, text=comment.text, by=asking(request)))


@router.delete(
    "/comments/{comment_id}", auth=needs(Permission.CONTRIBUTE), response={204: None}, tags=["graph"]
)
def withdraw_comment(request: HttpRequest, comment_id: int) -> Status[None]:
    """Take one's own words back."""
    comments.withdraw(comment=get_object_or_404(Comment, pk=comment_id), by=asking(request))
    return Status(204, None)


def _subject(thing: Thing) -> Subject:
    return Subject(type=thing.type, key=thing.key)
