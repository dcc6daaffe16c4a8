"""How are rows brought out of quarantine: a map mended and tried, the rows read again, or given up?"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.browsing import header_of_waiting, waiting_rows
from quarterdeck.facts.guessing import guessed_map
from quarterdeck.facts.importing import table_named
from quarterdeck.facts.maps import fitted
from quarterdeck.facts.mending import Trial, try_map
from quarterdeck.facts.schema import Table
from quarterdeck.facts.store import FactStore
from quarterdeck.jobs.models import Job
from quarterdeck.jobs.queue import ask
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.permissions import Permission
from quarterdeck.site.facts_maps import MapFault, choices, map_from_text
from quarterdeck.site.facts_words import told_reasons
from quarterdeck.site.facts_work import DISMISS, MEND

ROWS_TRIED = 20_000
EXAMPLES = 5
LONGEST_REASON = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """The rows that a form speaks of: of a table, and of one file or every file."""

    table: Table
    file: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Waiting":
        given = request.POST if request.method == "POST" else request.GET
        table = table_named(FactStore(workspace().facts_path), given.get("table", "events"))
        return cls(table=table, file=given.get("file", "")[:300])


@door(Permission.EDIT)
@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest) -> HttpResponse:
    """Write a map, try it on the rows that wait, and read them again with it."""
    waiting = Waiting.of(request)
    text = request.POST.get("text", "")
    if request.method == "GET":
        return _form(request, waiting, _first_map(waiting))
    try:
        fact_map = map_from_text(waiting.table, text)
        if "try" in request.POST:
            store = FactStore(workspace().facts_path)
            files = [waiting.file] if waiting.file else []
            trial = try_map(store, waiting.table, fact_map, files=files, most=ROWS_TRIED)
            return _form(request, waiting, text, trial=trial)
        job = ask_mend(waiting.table, file=waiting.file, text=text, by=signed_in(request))
    except QuarterdeckError as error:
        return _form(request, waiting, text, trouble=error, status=400)
    return redirect("job", number=job.pk)


@door(Permission.EDIT)
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Give rows up, for a reason that stands in the change log."""
    waiting = Waiting.of(request)
    reason = " ".join(request.POST.get("reason", "").split())
    if not reason or len(reason) > LONGEST_REASON:
        raise QuarterdeckError(
            f"Why are they given up? 1 to {LONGEST_REASON} characters.", "Go back and write a reason."
        )
    person = signed_in(request)
    job = ask(
        DISMISS,
        title=f"Dismiss waiting rows of {waiting.table.name}",
        arguments={
            "table": waiting.table.name,
            "file": waiting.file,
            "reason": reason,
            "by": person.pk,
        },
        key=f"{DISMISS} {waiting.table.name} {waiting.file}"[:200],
        by_id=person.pk,
    )
    return redirect("job", number=job.pk)


def ask_mend(table: Table, *, file: str, text: str, by: Person) -> Job:
    """Ask for waiting rows to be read again."""
    return ask(
        MEND,
        title=f"Read waiting rows of {table.name} again",
        arguments={"table": table.name, "file": file, "map_text": text, "by": by.pk},
        key=f"{MEND} {table.name} {file}"[:200],
        by_id=by.pk,
    )


def _first_map(waiting: Waiting) -> str:
    """The workspace's own map where one fits the file, else a guess by the header."""
    here = workspace()
    header = header_of_waiting(FactStore(here.facts_path), waiting.table.name, waiting.file)
    for choice in choices(here):
        if choice.table != waiting.table.name or choice.value.startswith("preset:"):
            continue
        text = (here.path / choice.value).read_text(encoding="utf-8", errors="replace")
        with suppress(QuarterdeckError):
            fitted(map_from_text(waiting.table, text), header, (), Path(waiting.file))
            return text
    return guessed_map(waiting.table, header, timezone=here.timezone)


def _form(
    request: HttpRequest,
    waiting: Waiting,
    text: str,
    *,
    trial: Trial | None = None,
    trouble: QuarterdeckError | None = None,
    status: int = 200,
) -> HttpResponse:
    store = FactStore(workspace().facts_path)
    sees = signed_in(request).sees_personal
    rows = waiting_rows(
        store, wanted={"table": waiting.table.name, "file": waiting.file}, offset=0, most=EXAMPLES
    )
    context = {
        "table": waiting.table,
        "file": waiting.file,
        "text": text,
        "trial": trial,
        "reasons": told_reasons(trial.reasons if trial else {}, sees_personal=sees),
        "trouble": trouble,
        "line": trouble.line if isinstance(trouble, MapFault) else 0,
        "header": header_of_waiting(store, waiting.table.name, waiting.file),
        "rows": rows if sees else (),
        "any_waiting": bool(rows),
    }
    return render(request, "site/facts_mend.html", context, status=status)
