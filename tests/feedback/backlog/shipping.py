"""A company whose customers asked for a map until it shipped, and hardly any more since."""

from datetime import timedelta
from random import Random

import pyarrow as pa

from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.service import linking
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.service.keeping import keep_tags
from tests.feedback.backlog.tracker import day, track
from tests.feedback.intake.said import add_account, say

SHIPPED = 40  # days after the tracker began
TAXONOMY = """\
tags:
- {name: Map, description: 'the map, routes, depots on the map', examples: [the map is wrong]}
- {name: Invoices, description: 'invoices, money, bookkeeping', examples: [the invoice is wrong]}
"""
MAP = ("the map puts our depot in the wrong place", "the map is wrong again", "our depots on the map please")
INVOICE = ("the invoice is wrong", "export invoices for our bookkeeping", "the invoice lacks a line")


def ship_the_map(workspace, by, *, first=-40, last=75, checked=True):
    """Two customers a day say something; one in two of the map before it ships, one in ten after.

    Unless `checked` is false somebody sorted some of it, so that it is known how good the tagger is.
    """
    (workspace.path / "themes").mkdir(exist_ok=True)
    (workspace.path / "themes" / "taxonomy.yaml").write_text(TAXONOMY)
    for number in range(30):
        add_account(workspace, f"a-{number}", f"Firm {number}", 1000 * (number + 1))
    chance, messages = Random(5), []
    for number in range(first, last):
        for again in range(2):
            account = chance.randrange(30)
            about_map = chance.random() < (0.5 if number < SHIPPED else 0.1)
            channel = chance.choice(("support", "nps"))
            messages.append(
                {
                    "text": chance.choice(MAP if about_map else INVOICE),
                    "account": f"a-{account}",
                    "person": f"p-{account}-{again}",
                    "time": day(number) + timedelta(hours=again),
                    "channel": channel,
                    "score": chance.choice((3, 6, 9)) if channel == "nps" else None,
                    "consent": True,
                }
            )
    say(workspace, *messages)
    track(
        workspace, "W-1", (0, "created", "To do"), (30, "In progress"), (SHIPPED, "Done"),
        title="Correct the map of depots",
    )  # fmt: skip
    track(workspace, "W-2", (0, "created", "To do"), title="Export invoices")
    track(workspace, "W-3", (1, "created", "To do"), title="Show depots on the map")
    refresh(workspace)
    if checked:
        sort_some(by)
    keep_tags(workspace)
    linking.link_theme(theme="Map", item="W-1", by=by)


def sort_some(by):
    """Give every tenth quote its tag."""
    book = open_book()
    for quote in book.at(range(0, len(book), 10)):
        if not quote.same_as:
            deciding.keep(
                quote=quote.quote,
                tags=["Map" if "depot" in quote.text or "map" in quote.text else "Invoices"],
                by=by,
            )


def do(workspace, events, moment):
    """Write one event of each of some accounts."""
    rows = [
        {
            "event_id": f"e-{account}-{moment:%m-%d}",
            "person": f"of-{account}",
            "account": account,
            "event": event,
            "time": moment,
        }
        for account, event in events.items()
    ]
    names = TABLES["events"].column_names
    schema = pa.schema([field for field in TABLES["events"].arrow_schema if field.name in names])
    FactStore(workspace.facts_path).append(
        "events", [pa.Table.from_pylist(rows, schema=schema)], transaction=f"events {moment}"
    )
