"""What did customers say in an export of Intercom: conversations with their parts?"""

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
    without,
)

LISTS = ("conversations", "data")
_CUSTOMERS = {"user", "lead", "contact"}
_NOT_PROPERTIES = [
    "source",
    "conversation_parts",
    "contacts",
    "teammates",
    "tags",
    "conversation_rating",
    "statistics",
    "id",
    "type",
    "company",
    "companies",
    "user",
    "linked_objects",
    "first_contact_reply",
    "sla_applied",
]


def read_conversation(conversation: Record, _page: Record) -> Iterator[Found]:
    """The message that began it, and every part that a customer wrote."""
    number = as_text(conversation.get("id"))
    if number is None:
        yield Unreadable(reason="a conversation without `id`")
        return
    shared = _shared(conversation, number)
    source = as_record(conversation.get("source"))
    opened = source or as_record(conversation.get("conversation_message"))
    began = {**opened, "created_at": opened.get("created_at") or conversation.get("created_at")}
    if opened:
        yield _said(f"intercom-{number}-0", began, shared)
    for place, part in enumerate(_parts(conversation), start=1):
        kind = as_text(part.get("part_type"))
        if kind and "note" in kind:
            yield LeftOut(reason=INTERNAL)
        else:
            yield _said(f"intercom-{number}-{as_text(part.get('id')) or place}", part, shared)
    yield from _rating(number, conversation, shared)


def _parts(conversation: Record) -> list[Record]:
    parts = conversation.get("conversation_parts")
    return as_records(as_record(parts).get("conversation_parts")) or as_records(parts)


def _shared(conversation: Record, number: str) -> Mapping[str, object]:
    contacts = conversation.get("contacts")
    listed = as_records(as_record(contacts).get("contacts")) or as_records(contacts)
    tags = as_records(as_record(conversation.get("tags")).get("tags"))
    companies = as_records(as_record(conversation.get("companies")).get("companies"))
    company = as_record(conversation.get("company")) or next(iter(companies), {})
    source = as_record(conversation.get("source"))
    return {
        "people": {as_text(each.get("id")): as_text(each.get("external_id")) for each in listed},
        "account": as_text(company.get("company_id")) or as_text(company.get("id")),
        "properties": {
            **without(conversation, *_NOT_PROPERTIES),
            "conversation": number,
            "subject": as_text(source.get("subject")),
            "url": as_text(source.get("url")),
            "tags": ", ".join(str(tag.get("name")) for tag in tags),
        },
    }


def _said(key: str, part: Record, shared: Mapping[str, object]) -> Found:
    author = as_record(part.get("author"))
    if as_text(author.get("type")) not in _CUSTOMERS:
        return LeftOut(reason=AGENT)
    body = as_text(part.get("body"))
    if body is None:
        return LeftOut(reason=NO_WORDS)
    number = as_text(author.get("id"))
    return Message(
        key=key,
        time=as_moment(part.get("created_at")),
        text=body,
        channel="chat",
        account=as_text(shared["account"]),
        person=as_text(as_record(shared["people"]).get(number or "")) or number,
        properties=as_record(shared["properties"]),
    )


def _rating(number: str, conversation: Record, shared: Mapping[str, object]) -> Iterator[Found]:
    rating = as_record(conversation.get("conversation_rating"))
    words = as_text(rating.get("remark"))
    if words is None:
        return
    contact = as_text(
        as_record(rating.get("contact")).get("id") or as_record(rating.get("customer")).get("id")
    )
    yield Message(
        key=f"intercom-{number}-rating",
        time=as_moment(
            rating.get("updated_at") or rating.get("created_at") or conversation.get("updated_at")
        ),
        text=words,
        channel="csat",
        account=as_text(shared["account"]),
        person=as_text(as_record(shared["people"]).get(contact or "")) or contact,
        score=as_text(rating.get("rating")),
        properties=as_record(shared["properties"]),
    )
