"""What is to be delivered, and how does each message leave exactly as often as it can be known to have?

A message waits in the database, written in the transaction that caused it. A sender claims it for a minute,
sends it, and notes that. One that dies between sending and noting sends again, under the same Message-ID or
Idempotency-Key, by which a receiver knows the second for the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from quarterdeck.jobs.queue import ask
from quarterdeck.records.mail import can_send
from quarterdeck.records.models import Person
from quarterdeck.report.brief.definitions import BriefDocument
from quarterdeck.report.brief.models import Channel, Edition, Message
from quarterdeck.report.brief.service.sending import send

CLAIMED = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 14
DELIVER = "brief.deliver"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message before it is queued; `key` says which message it is, for ever."""

    kind: str
    channel: Channel
    address: str
    key: str
    subject: str
    text: str
    html: str = ""


def queue(edition: Edition, letter: Letter) -> bool:
    """Let a message wait; False where the same one was queued before, or no letter can leave."""
    if letter.channel == Channel.EMAIL and not can_send():
        return False
    now = timezone.now()
    _, made = Message.objects.get_or_create(
        key=letter.key,
        defaults={
            "edition": edition,
            "kind": letter.kind,
            "channel": letter.channel,
            "address": letter.address,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "queued_at": now,
            "next_at": now,
        },
    )
    if made:
        transaction.on_commit(_ask_to_deliver)
    return made


def queue_announcement(edition: Edition, files: Mapping[str, str]) -> None:
    """A letter to everybody who signs in here, and a message to the webhook where one is configured."""
    document = BriefDocument.model_validate_json(files["brief.json"])
    page = f"{settings.QUARTERDECK_URL}/brief/{edition.as_of}/"
    context = {"document": document, "page": page, "base": settings.QUARTERDECK_URL}
    text = render_to_string("brief/letter.txt", context)
    html = render_to_string("brief/letter.html", context)
    subject = f"{document.company}: {edition.headline}"[:300]
    for person in Person.objects.filter(is_active=True).order_by("pk"):
        queue(
            edition,
            Letter(
                kind="brief",
                channel=Channel.EMAIL,
                address=person.email,
                key=f"brief/{edition.as_of}/{person.pk}",
                subject=subject,
                text=text,
                html=html,
            ),
        )
    if settings.QUARTERDECK_WEBHOOK_URL:
        queue(
            edition,
            Letter(
                kind="brief",
                channel=Channel.WEBHOOK,
                address="webhook",
                key=f"brief/{edition.as_of}/webhook",
                subject=subject,
                text=text,
            ),
        )


def is_due() -> bool:
    """Whether any message waits for its time, and that time has come."""
    return Message.objects.filter(sent_at=None, given_up_at=None, next_at__lte=timezone.now()).exists()


def deliver_due() -> tuple[int, int]:
    """Send every message that is due; how many left, and how many met trouble."""
    sent = failed = 0
    while (message := _claim()) is not None:
        trouble = send(message)
        if trouble is None:
            Message.objects.filter(pk=message.pk).update(sent_at=timezone.now(), trouble="")
            sent += 1
        else:
            _postpone(message, trouble)
            failed += 1
    return sent, failed


def _claim() -> Message | None:
    """The next message that is due, for this sender alone for a minute."""
    now = timezone.now()
    due = Message.objects.filter(sent_at=None, given_up_at=None, next_at__lte=now)
    for message in due.order_by("next_at", "pk")[:20]:
        mine = due.filter(pk=message.pk, attempts=message.attempts).update(
            attempts=message.attempts + 1, next_at=now + CLAIMED
        )
        if mine:
            message.attempts += 1
            return message
    return None


def _postpone(message: Message, trouble: str) -> None:
    now = timezone.now()
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    Message.objects.filter(pk=message.pk).update(
        trouble=trouble[:500],
        next_at=now + pause,
        given_up_at=now if message.attempts >= MOST_ATTEMPTS else None,
    )


def _ask_to_deliver() -> None:
    ask(DELIVER, title="Deliver letters and messages", key=DELIVER)
