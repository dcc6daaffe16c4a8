"""How do programs look at the facts, bring files in, and have waiting rows read again?"""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Path, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.pagination import paginate

from quarterdeck.facts.browsing import waiting_groups
from quarterdeck.facts.importing import table_named
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.here import workspace
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission
from quarterdeck.site.facts_maps import map_from_text
from quarterdeck.site.facts_status import facts_status
from quarterdeck.site.uploading import keep_upload
from quarterdeck.site.web.facts_bringing import WRITTEN, ask_import
from quarterdeck.site.web.facts_mending import ask_mend

router = Router(tags=["facts"])
Name = Annotated[str, Path(max_length=60, description="events, accounts, feedback, ...")]


class TableOut(Schema):
    """A fact table at its newest version."""

    table: str
    description: str
    version: int | None
    rows: int
    latest: datetime | None = Field(description="The newest time in it.")
    size_bytes: int
    waiting: int = Field(description="Rows in quarantine.")
    dismissed: int


class ColumnOut(Schema):
    """A column of a fact table."""

    name: str
    type: str
    required: bool
    personal: bool
    description: str


class TableWithColumns(TableOut):
    """A fact table with its columns."""

    columns: list[ColumnOut]


class WaitingOut(Schema):
    """Rows of one file that wait in quarantine for one reason."""

    table: str
    file: str
    reason: str
    rows: int


class MendIn(Schema):
    """A mended map as YAML, and the one file whose rows to read again, if not all."""

    map: str = Field(max_length=20_000)
    file: str = Field("", max_length=300)


class AskedOut(Schema):
    """The work that was asked for; its progress is at /api/jobs/ID."""

    id: int
    state: str


@router.get("/facts", auth=needs(Permission.READ), response=list[TableOut])
@paginate(Paging)
def list_tables(request: HttpRequest) -> list[Any]:
    """Every fact table, empty ones too."""
    return [_told(name) for name in TABLES]


@router.get("/facts/{table}", auth=needs(Permission.READ), response=TableWithColumns)
def show_table(request: HttpRequest, table: Name) -> dict[str, Any]:
    """One table, with what each column means."""
    name = FactStore(workspace().facts_path).delta(table).name
    return {**_told(name), "columns": TABLES[name].columns}


@router.get("/quarantine", auth=needs(Permission.READ), response=list[WaitingOut])
@paginate(Paging)
def list_waiting(request: HttpRequest) -> list[Any]:
    """What waits, by table, file and reason; never what stood in the rows."""
    return list(waiting_groups(FactStore(workspace().facts_path)))


@router.post("/facts/{table}/imports", auth=needs(Permission.EDIT), response={202: AskedOut})
def import_file(
    request: HttpRequest,
    table: Name,
    file: File[UploadedFile],
    map: Form[str] = "",
    map_name: Form[str] = "",
) -> Status[object]:
    """Bring a file in: by a map as YAML, by a named one (maps/NAME.yaml, preset:NAME), or by its header."""
    fact_table = table_named(FactStore(workspace().facts_path), table)
    if map:
        map_from_text(fact_table, map)
    kept = keep_upload(workspace(), file)
    choice = WRITTEN if map else map_name
    return Status(202, ask_import(kept, table=table, choice=choice, text=map, by=asking(request)))


@router.post("/facts/{table}/mend", auth=needs(Permission.EDIT), response={202: AskedOut})
def mend(request: HttpRequest, table: Name, wanted: MendIn) -> Status[object]:
    """Have the waiting rows of a table read again with a mended map."""
    fact_table = table_named(FactStore(workspace().facts_path), table)
    text = wanted.map
    map_from_text(fact_table, text)
    file = wanted.file
    return Status(202, ask_mend(fact_table, file=file, text=text, by=asking(request)))


def _told(name: str) -> dict[str, Any]:
    status = facts_status(workspace()).table(name)
    return {
        "table": name,
        "description": TABLES[name].description,
        "version": status.version if status and status.version >= 0 else None,
        "rows": status.rows if status else 0,
        "latest": status.latest if status else None,
        "size_bytes": status.size_bytes if status else 0,
        "waiting": sum(status.quarantined.values()) if status else 0,
        "dismissed": status.dismissed if status else 0,
    }
