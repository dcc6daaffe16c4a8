"""How does a file come into the facts from a browser: uploaded, mapped, imported as a job?"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.guessing import columns_of, guessed_map
from quarterdeck.facts.import_request import chosen_map
from quarterdeck.facts.importing import table_named
from quarterdeck.facts.maps import FactMap
from quarterdeck.facts.mending import Trial
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.trying import try_file
from quarterdeck.jobs.models import Job
from quarterdeck.jobs.queue import ask
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.permissions import Permission
from quarterdeck.site.facts_maps import MapFault, choices, chosen, map_from_text
from quarterdeck.site.facts_words import told_reasons
from quarterdeck.site.facts_work import IMPORT
from quarterdeck.site.uploading import Upload, find_upload, keep_upload

IMPORTABLE = tuple(table for table in TABLES.values() if table.importable)
WRITTEN = "written"
COLUMNS_SHOWN = 60


@door(Permission.EDIT)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file; what it is and how it is read is asked on the next page."""
    trouble: QuarterdeckError | None = None
    table = request.GET.get("table", "events")
    if request.method == "POST":
        table = request.POST.get("table", "events")
        try:
            fact_table = table_named(_store(), table)
            kept = keep_upload(workspace(), request.FILES.get("file"))
        except QuarterdeckError as error:
            trouble = error
        else:
            answer = redirect("import_upload", key=kept.key)
            answer["Location"] += f"?table={fact_table.name}"
            return answer
    context = {"tables": IMPORTABLE, "chosen": table, "trouble": trouble, "limit": _limit()}
    return render(request, "site/facts_upload.html", context, status=400 if trouble else 200)


@door(Permission.EDIT)
@require_http_methods(["GET", "POST"])
def import_form(request: HttpRequest, key: str) -> HttpResponse:
    """Choose the table and the map, try it on the first rows, then import."""
    found = find_upload(workspace(), key)
    if found is None:
        context = {"tables": IMPORTABLE, "chosen": "events", "limit": _limit(), "gone": True}
        return render(request, "site/facts_upload.html", context, status=404)
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "GET":
        return _form(request, found, given.get("table", "events"))
    try:
        if "try" in given:
            return _form(request, found, given.get("table", "events"), trial=_tried(request, found))
        job = ask_import(
            found,
            table=given.get("table", ""),
            choice=given.get("map", ""),
            text=given.get("text", ""),
            by=signed_in(request),
        )
    except QuarterdeckError as error:
        return _form(request, found, given.get("table", "events"), trouble=error, status=400)
    return redirect("job", number=job.pk)


def ask_import(found: Upload, *, table: str, choice: str, text: str, by: Person) -> Job:
    """Ask for the import of an upload, by a map that can be used."""
    fact_table = table_named(_store(), table)
    map_file, preset = ("", "") if choice == WRITTEN else chosen(workspace(), choice)
    if choice == WRITTEN:
        map_from_text(fact_table, text)
    return ask(
        IMPORT,
        title=f"Import {found.file.name} into {table}"[:200],
        arguments={
            "upload": found.key,
            "table": table,
            "preset": preset,
            "map_file": map_file,
            "map_text": text if choice == WRITTEN else "",
            "by": by.pk,
        },
        key=f"{IMPORT} {found.key}",
        by_id=by.pk,
    )


def _tried(request: HttpRequest, found: Upload) -> Trial:
    """What the map that is chosen makes of the first rows; the folder of the upload is not named."""
    table = table_named(_store(), request.POST.get("table", ""))
    choice = request.POST.get("map", "")
    if choice == WRITTEN:
        fact_map: FactMap | None = map_from_text(table, request.POST.get("text", ""))
    else:
        map_file, preset = chosen(workspace(), choice)
        fact_map = chosen_map(table, workspace().path / map_file if map_file else None, preset or None)
    try:
        return try_file(_store(), table, found.file, fact_map)
    except QuarterdeckError as error:
        said = error.message.replace(str(found.file), found.file.name)
        raise QuarterdeckError(said, error.hint) from error


def _form(
    request: HttpRequest,
    found: Upload,
    name: str,
    *,
    trial: Trial | None = None,
    trouble: QuarterdeckError | None = None,
    status: int = 200,
) -> HttpResponse:
    table = TABLES[name] if name in {table.name for table in IMPORTABLE} else TABLES["events"]
    columns: tuple[str, ...] = ()
    try:
        columns = columns_of(found.file)
    except QuarterdeckError as error:
        said = error.message.replace(str(found.file), found.file.name)
        trouble = trouble or QuarterdeckError(said, error.hint)
    guess = guessed_map(table, columns, timezone=workspace().timezone)
    named_alike = all(column.name in columns for column in table.columns if column.required)
    context = {
        "upload": found,
        "size": found.file.stat().st_size,
        "tables": IMPORTABLE,
        "table": table,
        "columns": columns[:COLUMNS_SHOWN],
        "more_columns": max(0, len(columns) - COLUMNS_SHOWN),
        "choices": [choice for choice in choices(workspace()) if choice.table == table.name],
        "named_alike": named_alike,
        "picked": request.POST.get("map", WRITTEN if columns else ""),
        "text": request.POST.get("text", guess),
        "trial": trial,
        "reasons": told_reasons(
            trial.reasons if trial else {}, sees_personal=signed_in(request).sees_personal
        ),
        "trouble": trouble,
        "line": trouble.line if isinstance(trouble, MapFault) else 0,
    }
    return render(request, "site/facts_import.html", context, status=status)


def _store() -> FactStore:
    return FactStore(workspace().facts_path)


def _limit() -> int:
    return int(settings.QUARTERDECK_UPLOAD_BYTES // 1_000_000)
