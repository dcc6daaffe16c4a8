"""How are the facts looked at in the browser: all tables, one table, what waits in quarantine?"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from quarterdeck.facts.browsing import (
    WaitingGroup,
    last_imports,
    newest_rows,
    waiting_groups,
    waiting_rows,
    without_value,
)
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission
from quarterdeck.site.facts_status import facts_status
from quarterdeck.site.facts_words import FREE, HIDDEN, shown_rows
from quarterdeck.site.web import facts_bringing, facts_mending, facts_sql

ROWS_SHOWN = 50
IMPORTS_SHOWN = 12
WAITING_ON_A_PAGE = 50


@door(Permission.READ)
@require_GET
def show_facts(request: HttpRequest) -> HttpResponse:
    here = workspace()
    status = facts_status(here)
    importable = [(TABLES[table.table], table) for table in status.tables if TABLES[table.table].importable]
    seen = {table.name for table, _ in importable}
    context = {
        "tables": importable,
        "absent": [table for table in TABLES.values() if table.importable and table.name not in seen],
        "own": [(TABLES[t.table], t) for t in status.tables if not TABLES[t.table].importable],
        "waiting": status.waiting,
        "imports": last_imports(FactStore(here.facts_path), most=IMPORTS_SHOWN),
        "may_bring": signed_in(request).may(Permission.EDIT),
    }
    return render(request, "site/facts.html", context)


@door(Permission.READ)
@require_GET
def show_table(request: HttpRequest, table: str) -> HttpResponse:
    if table not in TABLES:
        raise Http404
    here, shown = workspace(), TABLES[table]
    sees = signed_in(request).sees_personal
    store = FactStore(here.facts_path)
    found = newest_rows(store, table, most=ROWS_SHOWN)
    kinds = store.property_kinds(table) if shown.properties and found.version is not None else {}
    context = {
        "table": shown,
        "status": facts_status(here).table(table),
        "version": found.version,
        "header": found.columns,
        "rows": shown_rows(shown, found, sees_personal=sees),
        "kinds": sorted(kinds.items()),
        "hides": not sees and any(name in FREE or name in shown.personal_columns for name in found.columns),
        "imports": last_imports(store, most=IMPORTS_SHOWN, table=table) if shown.importable else (),
        "may_bring": signed_in(request).may(Permission.EDIT),
        "may_ask": facts_sql.may_ask(signed_in(request)),
    }
    return render(request, "site/facts_table.html", context)


@door(Permission.READ)
@require_GET
def show_quarantine(request: HttpRequest) -> HttpResponse:
    here = workspace()
    store = FactStore(here.facts_path)
    groups = waiting_groups(store)
    wanted = {key: request.GET.get(key, "")[:500] for key in ("table", "file", "reason")}
    fitting = [group for group in groups if _fits(group, wanted)]
    total = sum(group.rows for group in fitting)
    pages = max(1, -(-total // WAITING_ON_A_PAGE))
    page = min(pages, _page(request.GET.get("page", "")))
    sees = signed_in(request).sees_personal
    rows = waiting_rows(store, wanted=wanted, offset=(page - 1) * WAITING_ON_A_PAGE, most=WAITING_ON_A_PAGE)
    context = {
        "groups": groups,
        "wanted": wanted,
        "narrowed": any(wanted.values()),
        "total": total,
        "rows": [
            {
                "table": row.table,
                "file": row.file,
                "row_number": row.row_number,
                "reason": row.reason if sees else without_value(row.reason),
                "raw": row.raw[:2000] if sees else HIDDEN,
            }
            for row in rows
        ],
        "first": (page - 1) * WAITING_ON_A_PAGE + 1,
        "last": (page - 1) * WAITING_ON_A_PAGE + len(rows),
        "before": page - 1,
        "after": page + 1 if page < pages else 0,
        "hides": not sees,
        "mends": _mends(groups),
        "dismissed": sum(table.dismissed for table in facts_status(here).tables),
        "may_bring": signed_in(request).may(Permission.EDIT),
    }
    return render(request, "site/facts_quarantine.html", context)


def _fits(group: WaitingGroup, wanted: dict[str, str]) -> bool:
    return all(not word or getattr(group, key) == word for key, word in wanted.items())


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 8 and int(text) else 1


def _mends(groups: tuple[WaitingGroup, ...]) -> list[tuple[str, str, int]]:
    """One place to mend for each file of each table."""
    rows: dict[tuple[str, str], int] = {}
    for group in groups:
        rows[group.table, group.file] = rows.get((group.table, group.file), 0) + group.rows
    return [(table, file, count) for (table, file), count in rows.items()]


urlpatterns = [
    path("facts/", show_facts, name="facts"),
    path("facts/quarantine/", show_quarantine, name="quarantine"),
    path("facts/quarantine/mend/", facts_mending.mend, name="mend"),
    path("facts/quarantine/dismiss/", facts_mending.dismiss, name="dismiss"),
    path("facts/upload/", facts_bringing.upload, name="upload"),
    path("facts/uploads/<str:key>/", facts_bringing.import_form, name="import_upload"),
    path("facts/sql/", facts_sql.ask_facts, name="facts_sql"),
    path("facts/<slug:table>/", show_table, name="facts_table"),
]
