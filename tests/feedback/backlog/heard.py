"""A company whose customers speak of two themes, with contracts, scores and finished work."""

import atexit
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp

import pyarrow as pa

from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.models import Step, Triage
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.service.keeping import keep_tags
from tests.feedback.backlog.tracker import track

NOW = datetime(2026, 11, 16, tzinfo=UTC)
FOLDERS = ("facts", "themes", ".quarterdeck")
SOON, LATER = date(2026, 12, 20), date(2027, 9, 1)
OFFLINE, BILLING, PRAISE = "Offline schedule", "Billing", "Praise"
TAXONOMY = f"""tags:
  - {{name: {OFFLINE}, description: "The schedule cannot be seen without signal.", owner: Core lead}}
  - {{name: {BILLING}, description: "Invoices, prices, seats and what we charge."}}
  - {{name: {PRAISE}, description: "Thanks, compliments, what works well."}}
"""
WORDS = {
    OFFLINE: (
        "Without a connection the schedule stays empty, number {n}.",
        "Crews in basements see no plan of their day at site {n}.",
    ),
    BILLING: (
        "The price of our seats is wrong on invoice {n}.",
        "We are charged for people who left, {n} of them.",
    ),
    PRAISE: (
        "Thank you, wonderful, it works so well, team {n}.",
        "Best tool that we ever had, says depot {n}.",
    ),
}
SECRET = "Call me, ann.lee@small.test: no signal, no schedule."


_built = {}


def hear(workspace, *, by):
    """Twelve customers miss the schedule and renew soon, twelve speak of bills, ten are happy.

    The first test builds it, the others copy what came of it.
    """
    if not _built:
        home = Path(mkdtemp(prefix="quarterdeck-heard-"))
        atexit.register(rmtree, home, ignore_errors=True)
        _build(workspace, by)
        for folder in FOLDERS:
            copytree(workspace.path / folder, home / folder)
        _built["home"], _built["decided"] = home, list(Triage.objects.values())
        return
    for folder in FOLDERS:
        copytree(_built["home"] / folder, workspace.path / folder, dirs_exist_ok=True)
    Triage.objects.bulk_create(Triage(**row) for row in _built["decided"])
    Step.objects.create(quote="", verb="kept", before={}, after={}, by=by)


def _build(workspace, by):
    speakers = [(f"o{n}", OFFLINE, SOON, 2000, 3) for n in range(12)]
    speakers += [(f"b{n}", BILLING, LATER, 1000, 7) for n in range(12)]
    speakers += [(f"p{n}", PRAISE, LATER, 500, 10) for n in range(10)]
    _accounts(workspace, speakers)
    rows = [
        _message(f"{account}-{n}", account, words.format(n=n), score, weeks)
        for n, (account, theme, _, _, score) in enumerate(speakers)
        for weeks, words in zip((1, 6), WORDS[theme], strict=True)
    ]
    rows.append({**_message("secret", "o1", SECRET, 2, 1), "consent": False})
    schema = TABLES["feedback"].arrow_schema
    schema = pa.schema([field for field in schema if field.name in TABLES["feedback"].column_names])
    table = pa.Table.from_pylist(
        [{name: row.get(name) for name in schema.names} for row in rows], schema=schema
    )
    FactStore(workspace.facts_path).append("feedback", [table], transaction="said")
    (workspace.path / "themes").mkdir(exist_ok=True)
    (workspace.path / "themes" / "taxonomy.yaml").write_text(TAXONOMY)
    _work(workspace)
    refresh(workspace)
    beginnings = {words.split("{")[0]: theme for theme, each in WORDS.items() for words in each}
    book = open_book(workspace)
    for quote in book.at(range(len(book))):
        theme = next((theme for begin, theme in beginnings.items() if quote.text.startswith(begin)), "")
        if theme and not quote.same_as:
            deciding.keep(quote=quote.quote, tags=[theme], by=by)
    keep_tags(workspace)


def _message(key, account, text, score, weeks):
    channel = "nps" if weeks == 1 else "support"
    time = NOW - timedelta(weeks=weeks, hours=len(key))
    return {
        "feedback_id": f"{key}-{weeks}",
        "time": time,
        "channel": channel,
        "account": account,
        "person": f"{account}-ann",
        "text": text,
        "score": float(score) if channel == "nps" else None,
        "consent": True,
    }


def _accounts(workspace, speakers):
    schema = pa.schema([each for each in TABLES["accounts"].arrow_schema if each.name != "properties_rest"])
    rows = [
        {
            "account": account,
            "valid_from": NOW - timedelta(days=400),
            "name": account.upper(),
            "arr": Decimal(arr),
            "renewal": renewal,
        }
        for account, _, renewal, arr, _ in speakers
    ]
    table = pa.Table.from_pylist(
        [{name: row.get(name) for name in schema.names} for row in rows], schema=schema
    )
    FactStore(workspace.facts_path).append("accounts", [table], transaction="accounts")


def _work(workspace, finished=6):
    """Finished items about a schedule, each a week longer than the one before; and one that is open."""
    begun = NOW - timedelta(days=200)
    for n in range(finished):
        start = begun + timedelta(days=n)
        done = start + timedelta(days=7 * (n + 1))
        track(workspace, f"W-{n}", (start, "In progress"), (done, "Done"), title="Speed up the schedule")
    track(workspace, "W-open", (begun, "created", "To do"), title="Keep the schedule on the phone")
