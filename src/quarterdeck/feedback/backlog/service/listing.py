"""How is the list of those who asked taken along, and told to programs?"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.backlog.service.closing import ReplyLine, reply_list

COLUMNS = (
    "reply", "state", "account", "name", "person", "channel", "language", "asked_on", "words",
    "may_be_quoted", "draft", "reason", "not_before",
)  # fmt: skip
CONSENT = {None: "nobody asked", True: "yes", False: "no"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def replies_told(workspace: Workspace, item: str, *, sees_personal: bool) -> Sequence[Mapping[str, Any]]:
    """Everyone who asked for an item that shipped, in words that the reader may see."""
    found = reply_list(workspace, item)
    if found is None:
        raise QuarterdeckError(f"{item[:80]} has not shipped.", "There is a list once it has.")
    return [_told(line.as_seen(sees_personal=sees_personal), sees_personal) for line in found.lines]


def replies_csv(workspace: Workspace, item: str, *, sees_personal: bool) -> str:
    """The same as a table; what a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for told in replies_told(workspace, item, sees_personal=sees_personal):
        writer.writerow({name: _plain(told[name]) for name in COLUMNS})
    return out.getvalue()


def _told(line: ReplyLine, sees_personal: bool) -> Mapping[str, Any]:
    quote = line.asker.quote
    return {
        "reply": line.number,
        "state": line.state,
        "account": line.asker.account or "",
        "name": line.asker.name,
        "person": (line.asker.person or "") if sees_personal else "",
        "channel": quote.channel or "",
        "language": quote.language,
        "asked_on": quote.time.date().isoformat(),
        "words": quote.words(sees_personal=sees_personal),
        "may_be_quoted": CONSENT[quote.consent],
        "draft": line.draft,
        "reason": line.reason,
        "not_before": line.held_until.date().isoformat() if line.held_until else "",
    }


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
