"""How do colleagues and programs say what a customer said?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite
from uuid import uuid4

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.tombstones import Tombstones
from quarterdeck.feedback.intake.service.projecting import PROJECT
from quarterdeck.jobs.queue import ask
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject

MOST_CHARACTERS = 20_000
MOST_ID = 200
_FIRST_YEAR = 1990
TITLE = "Read what customers said"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a customer said, to whom, where; `key` makes that the same sent twice counts once."""

    text: str
    channel: str = "colleague"
    account: str = ""
    person: str = ""
    time: datetime | None = None
    score: float | None = None
    consent: bool | None = None
    key: str = ""


def tell(*, said: Said, by: Person) -> str:
    """Write a message into the facts, once; returns its key."""
    wanted = _checked(said)
    store = FactStore(workspace().facts_path)
    if wanted.person and Tombstones(store.path).has(wanted.person):
        raise QuarterdeckError(
            "This person asked to be erased; nothing of theirs is taken in.", "Leave the person out."
        )
    with store.snapshot_of("feedback") as snapshot:
        [(there,)] = snapshot.rows("SELECT count(*) FROM feedback WHERE feedback_id = $1", [wanted.key])
    if there:
        raise Conflict(f"The message {wanted.key} is here already.", "Send another key, or none.")
    row = {
        "feedback_id": wanted.key,
        "time": wanted.time,
        "channel": wanted.channel,
        "account": wanted.account or None,
        "person": wanted.person or None,
        "text": wanted.text,
        "score": wanted.score,
        "consent": wanted.consent,
    }
    names = TABLES["feedback"].column_names
    schema = pa.schema([field for field in TABLES["feedback"].arrow_schema if field.name in names])
    with transaction.atomic():
        log_change(by=by, verb="told", subject=Subject(type="message", key=wanted.key, title=wanted.channel))
        store.append(
            "feedback", [pa.Table.from_pylist([row], schema=schema)], transaction=f"told {wanted.key}"
        )
        ask(PROJECT, title=TITLE, key=PROJECT)
    return wanted.key


def _checked(said: Said) -> Said:
    """The same without blanks round its parts; what cannot be kept is said."""
    text = said.text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise QuarterdeckError("The message is empty.", "Write what the customer said, in their words.")
    if len(text) > MOST_CHARACTERS:
        raise QuarterdeckError(
            f"The message has {len(text):,} characters; {MOST_CHARACTERS:,} fit.", "Send it in parts."
        )
    parts = {
        name: " ".join(getattr(said, name).replace("\0", "").split())
        for name in ("channel", "account", "person", "key")
    }
    for name, value in parts.items():
        if len(value) > MOST_ID:
            raise QuarterdeckError(f"The {name} has {len(value)} characters; {MOST_ID} fit.", "Shorten it.")
    if said.score is not None and not isfinite(said.score):
        raise QuarterdeckError("The score is no number.", "Write 7, or leave it empty.")
    now = timezone.now()
    given = said.time or now
    # By the year first: at the ends of the calendar no time can be moved to another zone.
    if not _FIRST_YEAR <= given.year <= now.year + 1:
        raise QuarterdeckError(f"Nobody said that in the year {given.year}.", "Check the day.")
    moment = given.astimezone(UTC)
    return replace(
        said,
        text=text,
        channel=parts["channel"] or "colleague",
        account=parts["account"],
        person=parts["person"],
        key=parts["key"] or f"told-{uuid4().hex}",
        time=moment,
    )
