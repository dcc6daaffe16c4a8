"""Which map would fit a file, guessed from the names of its columns?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import orjson
from ruamel.yaml import YAML

from quarterdeck.facts.reading.formats import open_source
from quarterdeck.facts.schema import Table

# What other tools call our columns; the first that a file has is taken.
USUAL: Mapping[str, tuple[str, ...]] = {
    "event_id": ("message_id", "msg_id", "msg", "uuid", "insert_id", "id"),
    "feedback_id": ("ticket_id", "conversation_id", "id"),
    "change_id": ("id", "key"),
    "entry_id": ("id", "uid"),
    "person": ("user_id", "user", "distinct_id", "customer_id", "email", "requester", "anonymous_id"),
    "account": (
        "account_id",
        "organization_id",
        "organisation_id",
        "company_id",
        "group_id",
        "company",
        "org_id",
        "org",
        "team_id",
        "team",
    ),
    "event": ("event_name", "event_type", "action", "activity", "what", "name", "type"),
    "time": ("timestamp", "created_at", "occurred_at", "event_time", "date", "datetime", "ts", "when"),
    "valid_from": ("created_at", "start_date", "since", "date", "updated_at"),
    "created_at": ("created", "signed_up_at", "date"),
    "text": ("comment", "body", "message", "description", "review"),
    "release": ("app_version", "version"),
    "source": ("platform", "library"),
    "channel": ("source", "via"),
    "arr": ("annual_revenue", "revenue", "amount"),
    "name": ("title", "company_name"),
    "item": ("key", "issue_key", "issue", "id"),
    "value": ("to", "new_value", "status"),
    "starts_at": ("start", "begin"),
    "ends_at": ("end",),
}
_FIRST_BYTES = 65_536


def columns_of(file: Path) -> tuple[str, ...]:
    """The names of a file's columns; of JSON lines, the keys of the first."""
    with closing(open_source(file)) as source:
        if source.columns is not None:
            return source.columns
    with file.open("rb") as stream:
        first = stream.read(_FIRST_BYTES).lstrip(b"\xef\xbb\xbf[ \r\n").split(b"\n")[0].rstrip(b", ]\r")
    try:
        row = orjson.loads(first)
    except orjson.JSONDecodeError:
        return ()
    return tuple(map(str, row)) if isinstance(row, dict) else ()


def guessed_map(table: Table, columns: Sequence[str], *, timezone: str) -> str:
    """A map as YAML text to begin from; what is required and not found stands there to be filled in.

    `timezone` is whose clock times without an offset are taken for, where there are times at all.
    """
    by_plain = {_plain(name): name for name in reversed(columns)}
    lines: list[str] = []
    taken: set[str] = set()
    for column in table.columns:
        found = _found(column.name, by_plain, taken)
        if found is not None:
            taken.add(found)
            lines.append(f"{column.name}: {_quoted(found)}")
        elif column.required:
            lines.append(f"{column.name}:  # {column.description} Which column of the file says so?")
    if any(column.type == "time" for column in table.columns):
        lines.append(f"timezone: {timezone}  # of times that name no offset")
    if table.properties and set(columns) - taken:
        lines.append("properties: all")
    return "\n".join([*lines, ""])


def _found(wanted: str, by_plain: Mapping[str, str], taken: set[str]) -> str | None:
    for name in (wanted, *USUAL.get(wanted, ())):
        found = by_plain.get(_plain(name))
        if found is not None and found not in taken:
            return found
    return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _quoted(name: str) -> str:
    """The name as YAML reads it back as the same text."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name) and isinstance(YAML(typ="safe").load(name), str):
        return name
    return orjson.dumps(name).decode()
