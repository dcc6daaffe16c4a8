"""What did customers say in the notes of sales: Markdown with a heading for each visit, or a table?"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quarterdeck.feedback.intake.calc.message import (
    NO_WORDS,
    Found,
    LeftOut,
    Message,
    Record,
    Unreadable,
    as_moment,
    first_of,
    named_plainly,
)

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z][\w -]{0,40}):[ \t]*(.*)$")
_HEADING = re.compile(r"^(#{1,4})[ \t]+(.+?)[ \t]*#*$")
_DAY = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?"
_VISIT = re.compile(rf"^(.*?)\s*[,;|–—-]\s*({_DAY})$")
_VISIT_TURNED = re.compile(rf"^({_DAY})\s*[,;:|–—-]\s*(.*)$")
WORDS = ("note", "notes", "text", "body", "description", "comment")
TIMES = ("date", "time", "created at", "activity date")
ACCOUNTS = ("account", "account id", "account name", "company", "customer")
_KNOWN = {"account", "customer", "company", "date", "time", "person", "contact", "consent", "id", "score"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """What stands below a heading that names a visit, or below one, or none, that does not."""

    words: str
    account: str = ""
    day: str = ""


def read_notes(text: str) -> Iterator[Found]:
    """The notes in one file: a note for each heading `Account, date`, else one for the whole file.

    What stands in the front matter holds for every note that does not say otherwise. A heading of the same
    rank or a higher one ends a note, so that nothing is put in another customer's mouth.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT.match(text)
    fields = _fields(front[1]) if front else {}
    seen: Counter[str] = Counter()
    for section in _sections(text[front.end() :] if front else text):
        if section.day:
            told = {**fields, "account": section.account, "date": section.day}
            told.pop("id", None)
            yield _note(told, section.words, seen)
        elif any(line.strip() and not _HEADING.match(line) for line in section.words.split("\n")):
            yield _note(fields, section.words, seen)


def _sections(body: str) -> Iterator[_Section]:
    account, day, rank = "", "", 0
    words: list[str] = []
    for line in body.split("\n"):
        heading = _HEADING.match(line)
        visit = _visit(heading[2]) if heading else None
        if heading and (visit or (rank and len(heading[1]) <= rank)):
            yield _Section(words="\n".join(words).strip(), account=account, day=day)
            account, day = visit or ("", "")
            rank = len(heading[1]) if visit else 0
            words = [] if visit else [line]
        else:
            words.append(line)
    yield _Section(words="\n".join(words).strip(), account=account, day=day)


def _visit(heading: str) -> tuple[str, str] | None:
    """The account and the day that a heading names."""
    if told := _VISIT.match(heading):
        return told[1].strip(), told[2]
    if turned := _VISIT_TURNED.match(heading):
        return turned[2].strip(), turned[1]
    return None


def _fields(front: str) -> dict[str, str]:
    found = (_FIELD.match(line) for line in front.split("\n"))
    return {match[1].strip().lower(): match[2].strip().strip("\"'") for match in found if match}


def _note(fields: Mapping[str, str], words: str, seen: Counter[str]) -> Found:
    """A note under a key of what it says, so that it is the same one wherever it stands in whatever file."""
    if not words:
        return LeftOut(reason=NO_WORDS)
    account = fields.get("account") or fields.get("customer") or fields.get("company")
    day = fields.get("date") or fields.get("time") or ""
    if not day:
        return Unreadable(reason="a note without a date: begin it with `## Account, 2026-11-17`", raw=words)
    told = f"{account}|{day}|{words}"
    seen[told] += 1
    digest = hashlib.sha256(f"{seen[told]}|{told}".encode()).hexdigest()[:16]
    return Message(
        key=f"note-{fields.get('id') or digest}",
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
    named = named_plainly(row)
    words = first_of(named, WORDS)
    if words is None:
        yield LeftOut(reason=NO_WORDS)
        return
    fields = {name: value for name, value in named.items() if value is not None and value != words}
    fields["date"] = first_of(named, TIMES) or ""
    fields["account"] = first_of(named, ACCOUNTS) or ""
    yield _note(fields, words, Counter())
