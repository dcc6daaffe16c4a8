"""What did customers say in the notes of sales: Markdown with a heading for each visit, or a table?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from quarterdeck.feedback.intake.calc.message import (
    NO_WORDS,
    Found,
    LeftOut,
    Message,
    Record,
    Unreadable,
    as_moment,
    as_text,
)

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z][\w -]{0,40}):[ \t]*(.*)$")
_HEADING = re.compile(r"^#{1,4}[ \t]+(.+?)[ \t]*#*$")
_DAY = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?"
_VISIT = re.compile(rf"^(.*?)\s*[,;|–—-]\s*({_DAY})$")
_VISIT_TURNED = re.compile(rf"^({_DAY})\s*[,;:|–—-]\s*(.*)$")
_KNOWN = {"account", "customer", "company", "date", "time", "person", "contact", "consent", "id", "score"}


def read_notes(text: str, name: str) -> Iterator[Found]:
    """The notes in one file: a note for each heading `Account, date`, else one for the whole file.

    What stands in the front matter holds for every note that does not say otherwise.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT.match(text)
    fields = _fields(front[1]) if front else {}
    body = text[front.end() :] if front else text
    visits = list(_visits(body))
    if not visits:
        yield _note({**fields}, body.strip(), name, 0)
        return
    before = body[: visits[0][0]].strip()
    if before and not before.startswith("# "):
        yield _note({**fields}, before, name, 0)
    for place, (_, account, day, words) in enumerate(visits, start=1):
        yield _note({**fields, "account": account, "date": day}, words, name, place)


def _fields(front: str) -> dict[str, str]:
    found = (_FIELD.match(line) for line in front.split("\n"))
    return {match[1].strip().lower(): match[2].strip().strip("\"'") for match in found if match}


def _visits(body: str) -> Iterator[tuple[int, str, str, str]]:
    """Where each heading stands, what it says, and the words below it."""
    begun: tuple[int, str, str] | None = None
    words: list[str] = []
    place = 0
    for line in body.split("\n"):
        heading = _HEADING.match(line)
        told = heading and (_VISIT.match(heading[1]) or _VISIT_TURNED.match(heading[1]))
        if told:
            if begun is not None:
                yield (*begun, "\n".join(words).strip())
            turned = _VISIT.match(told.string) is None
            begun = (place, told[2 if turned else 1].strip(), told[1 if turned else 2])
            words = []
        else:
            words.append(line)
        place += len(line) + 1
    if begun is not None:
        yield (*begun, "\n".join(words).strip())


def _note(fields: Mapping[str, str], words: str, name: str, place: int) -> Found:
    if not words:
        return LeftOut(reason=NO_WORDS)
    account = fields.get("account") or fields.get("customer") or fields.get("company")
    day = fields.get("date") or fields.get("time") or ""
    if not day:
        return Unreadable(reason="a note without a date: begin it with `## Account, 2026-11-17`")
    told = f"{name}|{place}|{account}|{day}|{words}"
    key = fields.get("id") if place == 0 else None
    return Message(
        key=f"note-{key or hashlib.sha256(told.encode()).hexdigest()[:16]}",
        time=as_moment(day),
        text=words,
        channel="sales",
        account=account,
        person=fields.get("person") or fields.get("contact"),
        score=fields.get("score"),
        consent=_consent(fields.get("consent")),
        properties={name: value for name, value in fields.items() if name not in _KNOWN},
    )


def _consent(text: str | None) -> bool | None:
    return None if not text else text.lower() in ("yes", "true", "1", "ja", "oui", "y")


def read_row(row: Record) -> Iterator[Found]:
    """A row of a table of notes."""
    named = {
        " ".join(str(name).lower().replace("_", " ").split()): as_text(value) for name, value in row.items()
    }
    words = next(
        (
            named[name]
            for name in ("note", "notes", "text", "body", "description", "comment")
            if named.get(name)
        ),
        None,
    )
    if words is None:
        yield LeftOut(reason=NO_WORDS)
        return
    fields = {name: value for name, value in named.items() if value is not None and value != words}
    fields["date"] = next(
        (fields[name] for name in ("date", "time", "created at", "activity date") if name in fields), ""
    )
    fields["account"] = next(
        (
            fields[name]
            for name in ("account", "account id", "account name", "company", "customer")
            if name in fields
        ),
        "",
    )
    yield _note(fields, words, "", 0)
