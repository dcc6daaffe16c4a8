"""How does somebody ask the facts in SQL, read-only and shut in?

It takes an editor who may see personal data: a query can name every column of every row, so nothing that it
gives could be hidden reliably.
"""

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.sandbox import Allowance, run_query
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.service.kept import kept_reading
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.permissions import Permission
from quarterdeck.site.facts_words import written

SECONDS = 30.0
ROWS_SHOWN = 500
ROWS_TAKEN = 100_000
LONGEST_QUERY = 20_000
NUMBERS = ("int", "uint", "float", "double", "decimal")
# Each runs in a process of its own; more at once would take the machine from those who read.
AT_ONCE = threading.BoundedSemaphore(2)
FIRST = "SELECT event, count(*) AS times\nFROM events\nGROUP BY event\nORDER BY times DESC\nLIMIT 20"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a query gave: its columns, which of them are numbers, its rows, and whether there are more."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[object, ...], ...]
    cut: bool


def may_ask(person: Person) -> bool:
    """May this person see whatever a query gives?"""
    return person.may(Permission.EDIT) and person.sees_personal


@door(Permission.EDIT)
@require_http_methods(["GET", "POST"])
def ask_facts(request: HttpRequest) -> HttpResponse:
    """The query, and what it gave as a table or as CSV."""
    if not may_ask(signed_in(request)):
        return render(request, "site/facts_sql.html", {"refused": True})
    text = request.POST.get("query", "") or _metric_query(request) or FIRST
    answer: Answer | None = None
    trouble: QuarterdeckError | None = None
    if request.method == "POST":
        try:
            answer = _ask(text, most=ROWS_TAKEN if "csv" in request.POST else ROWS_SHOWN)
        except QuarterdeckError as error:
            trouble = error
        if answer is not None and "csv" in request.POST:
            return _as_csv(answer)
    context = {
        "query": text,
        "answer": answer,
        "header": list(zip(answer.columns, answer.numeric, strict=True)) if answer else [],
        "shown": [_shown(row, answer.numeric) for row in answer.rows] if answer else [],
        "trouble": trouble,
        "seconds": round(SECONDS),
        "tables": TABLES.values(),
    }
    return render(request, "site/facts_sql.html", context, status=400 if trouble else 200)


def _ask(text: str, *, most: int) -> Answer:
    if len(text) > LONGEST_QUERY:
        raise QuarterdeckError(
            f"The query has {len(text):,} characters.", f"At most {LONGEST_QUERY:,} fit here."
        )
    allowance = Allowance(seconds=SECONDS, rows=most + 1)
    store = FactStore(workspace().facts_path)
    with _turn(), run_query(store, text, allowance=allowance) as query:
        found = query.table()
    rows = tuple(zip(*(column.to_pylist() for column in found.columns), strict=True))
    return Answer(
        columns=tuple(found.column_names),
        numeric=tuple(str(field.type).startswith(NUMBERS) for field in found.schema),
        rows=rows[:most],
        cut=len(rows) > most,
    )


def _shown(row: tuple[object, ...], numeric: tuple[bool, ...]) -> list[tuple[str, bool]]:
    return [(written(value), number) for value, number in zip(row, numeric, strict=True)]


@contextmanager
def _turn() -> Iterator[None]:
    if not AT_ONCE.acquire(timeout=5):
        raise QuarterdeckError("Two other queries are running.", "Ask again when they have ended.")
    try:
        yield
    finally:
        AT_ONCE.release()


def _as_csv(answer: Answer) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([written(value, widest=1_000_000) for value in row] for row in answer.rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="query.csv"'
    return response


def _metric_query(request: HttpRequest) -> str:
    """The query of a metric, where its page sent somebody here."""
    name, kept = request.GET.get("metric", ""), kept_reading(workspace())
    dossier = kept.dossier(name) if name and kept else None
    if dossier is None:
        return ""
    return dossier.rows_sql if request.GET.get("rows") else dossier.sql
