"""What did customers say in an export of Zendesk: tickets with comments, pages of them, or a view as CSV?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quarterdeck.feedback.intake.calc.message import (
    AGENT,
    INTERNAL,
    NO_WORDS,
    Found,
    LeftOut,
    Message,
    Record,
    Unreadable,
    as_moment,
    as_record,
    as_records,
    as_text,
    first_of,
    named_plainly,
    without,
)

LISTS = ("tickets", "results", "rows")
_NOT_PROPERTIES = [
    "comments",
    "description",
    "requester",
    "requester_id",
    "submitter",
    "submitter_id",
    "assignee",
    "assignee_id",
    "collaborator_ids",
    "collaborators",
    "follower_ids",
    "email_cc_ids",
    "url",
    "html_body",
    "raw_subject",
    "metric_set",
    "custom_fields",
    "fields",
    "satisfaction_rating",
    "organization",
    "id",
    "via",
]
NUMBERS = ("id", "ticket id", "ticket")
WORDS = ("description", "comment", "subject")
TIMES = ("created at", "requested", "created")
_PEOPLE = ("requester id", "requester email", "requester")
_KEPT_OF_CSV = {"requester", "requester email", "submitter", "assignee", "description", "organization"}


def read_ticket(ticket: Record, page: Record) -> Iterator[Found]:
    """Every comment of the requester; the first one is also the ticket's description."""
    number = as_text(ticket.get("id"))
    if number is None:
        yield Unreadable(reason="a ticket without `id`")
        return
    users = {as_text(user.get("id")): user for user in as_records(page.get("users"))}
    requester = as_record(ticket.get("requester"))
    asking = as_text(ticket.get("requester_id")) or as_text(requester.get("id"))
    shared = _shared(ticket, page, users.get(asking) or requester, asking)
    comments = as_records(ticket.get("comments"))
    if not comments:
        comments = [{"id": "0", "body": ticket.get("description"), "created_at": ticket.get("created_at")}]
    for place, comment in enumerate(comments):
        yield _comment(number, place, comment, asking, users, shared)
    yield from _satisfaction(number, ticket, shared)


def _shared(ticket: Record, page: Record, user: Record, asking: str | None) -> dict[str, object]:
    home = as_text(ticket.get("organization_id"))
    named = {as_text(each.get("id")): each for each in as_records(page.get("organizations"))}
    organization = as_record(ticket.get("organization")) or named.get(home, {})
    fields = as_records(ticket.get("custom_fields")) or as_records(ticket.get("fields"))
    properties = without(ticket, *_NOT_PROPERTIES) | {
        f"field_{as_text(each.get('id'))}": each.get("value") for each in fields
    }
    tags = ticket.get("tags")
    if isinstance(tags, list):
        properties["tags"] = ", ".join(map(str, tags))
    properties["ticket"] = as_text(ticket.get("id"))
    properties["via"] = as_text(as_record(ticket.get("via")).get("channel"))
    return {
        "account": as_text(organization.get("external_id")) or as_text(organization.get("id")) or home,
        "person": as_text(user.get("external_id")) or asking,
        "properties": properties,
    }


def _comment(
    number: str,
    place: int,
    comment: Record,
    asking: str | None,
    users: Mapping[str | None, Record],
    shared: Mapping[str, object],
) -> Found:
    if comment.get("public") is False:
        return LeftOut(reason=INTERNAL)
    author = as_text(comment.get("author_id")) or as_text(as_record(comment.get("author")).get("id"))
    role = as_text(users.get(author, {}).get("role")) or as_text(as_record(comment.get("author")).get("role"))
    if author is not None and author != asking and role != "end-user":
        return LeftOut(reason=AGENT)
    body = (
        as_text(comment.get("html_body"))
        or as_text(comment.get("plain_body"))
        or as_text(comment.get("body"))
    )
    if body is None:
        return LeftOut(reason=NO_WORDS)
    return _message(f"zendesk-{number}-{as_text(comment.get('id')) or place}", body, comment, shared)


def _satisfaction(number: str, ticket: Record, shared: Mapping[str, object]) -> Iterator[Found]:
    rating = as_record(ticket.get("satisfaction_rating"))
    words = as_text(rating.get("comment"))
    if words is None:
        return
    given = {"satisfaction": rating.get("score")}
    rated = (
        rating
        if rating.get("created_at")
        else {"created_at": ticket.get("updated_at") or ticket.get("created_at")}
    )
    message = _message(f"zendesk-{number}-satisfaction", words, rated, shared)
    yield Message(
        key=message.key,
        time=message.time,
        text=message.text,
        channel="csat",
        account=message.account,
        person=message.person,
        properties={**message.properties, **given},
    )


def _message(key: str, body: str, dated: Record, shared: Mapping[str, object]) -> Message:
    return Message(
        key=key,
        time=as_moment(dated.get("created_at")),
        text=body,
        channel="support",
        account=as_text(shared["account"]),
        person=as_text(shared["person"]),
        properties=as_record(shared["properties"]),
    )


def read_view(row: Record) -> Iterator[Found]:
    """A row of a view that was saved as CSV: its words are the description, or else the subject."""
    named = named_plainly(row)
    number = first_of(named, NUMBERS)
    if number is None:
        yield Unreadable(reason="a ticket without `Id`")
        return
    words = first_of(named, WORDS)
    if words is None:
        yield LeftOut(reason=NO_WORDS)
        return
    taken = {*NUMBERS, *TIMES, *_KEPT_OF_CSV}
    yield Message(
        key=f"zendesk-{number.lstrip('#')}-0",
        time=as_moment(first_of(named, TIMES)),
        text=words,
        channel="support",
        account=named.get("organization") or named.get("requester organization"),
        person=first_of(named, _PEOPLE),
        properties={
            "ticket": number.lstrip("#"),
            **{name.replace(" ", "_"): value for name, value in named.items() if name not in taken},
        },
    )
