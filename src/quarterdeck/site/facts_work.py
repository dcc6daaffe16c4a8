"""Which work brings facts in: importing a file, reading waiting rows again, giving them up?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts import mending
from quarterdeck.facts.import_request import chosen_map
from quarterdeck.facts.import_result import ImportResult
from quarterdeck.facts.importing import import_file, table_named
from quarterdeck.facts.maps import FactMap
from quarterdeck.facts.schema import Table
from quarterdeck.facts.store import FactStore
from quarterdeck.jobs.tasks import Progress, Task
from quarterdeck.jobs.worker import Stopped
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject
from quarterdeck.site.facts_maps import map_from_text
from quarterdeck.site.uploading import find_upload, forget_upload

IMPORT, MEND, DISMISS = "facts.import", "facts.mend", "facts.dismiss"
EVERY_FILE = "every file"
REASONS_TOLD = 5


def import_upload(
    progress: Progress,
    upload: str,
    table: str,
    preset: str = "",
    map_file: str = "",
    map_text: str = "",
    by: int | None = None,
) -> Mapping[str, Any]:
    """Import a file that was uploaded; run twice, it adds nothing twice."""
    here = workspace()
    store = FactStore(here.facts_path)
    found = find_upload(here, upload)
    if found is None:
        raise QuarterdeckError("The file is not here any more.", "It is in already, or upload it again.")
    name, fact_table = found.file.name, table_named(store, table)
    # The last hundredth is for what comes after reading: the bar ends when the work does.
    nearly = found.file.stat().st_size * 99 // 100
    fact_map = _map(fact_table, preset, here.path / map_file if map_file else None, map_text)

    def tell(done: int, size: int) -> None:
        if progress.should_stop():
            raise Stopped
        progress.tell(min(done, nearly), size, f"Reading {name}")

    def tell_all_read() -> None:
        progress.tell(nearly, found.file.stat().st_size, f"Putting the files of {table} together")

    try:
        result = import_file(store, fact_table, found.file, fact_map, progress=tell, all_read=tell_all_read)
    except QuarterdeckError as error:
        # The folder that it waits in says nothing to who sent it.
        raise QuarterdeckError(error.message.replace(str(found.file), name), error.hint) from error
    _log("imported", fact_table, by, {"file": name, "added": result.added, "quarantined": result.quarantined})
    forget_upload(found)
    return _told(result, name)


def mend_waiting(
    progress: Progress, table: str, map_text: str, file: str = "", by: int | None = None
) -> Mapping[str, Any]:
    """Read the waiting rows of a table again with a mended map."""
    store = FactStore(workspace().facts_path)
    fact_table = table_named(store, table)
    progress.tell(0, saying="Reading the waiting rows again")
    fact_map = map_from_text(fact_table, map_text) if map_text.strip() else None
    result = mending.mend(store, fact_table, fact_map, files=[file] if file else [])
    _log("mended", fact_table, by, {"file": file or EVERY_FILE, "added": result.added})
    return _told(result, file or EVERY_FILE)


def dismiss_waiting(
    progress: Progress, table: str, reason: str, file: str = "", by: int | None = None
) -> Mapping[str, Any]:
    """Mark waiting rows as never to be mended; they are kept."""
    store = FactStore(workspace().facts_path)
    fact_table = table_named(store, table)
    progress.tell(0, saying="Marking the rows")
    result = mending.dismiss(store, fact_table, files=[file] if file else [])
    after = {"file": file or EVERY_FILE, "rows": result.dismissed, "because": reason}
    _log("dismissed", fact_table, by, after)
    return {"file": file or EVERY_FILE, "dismissed": result.dismissed}


def _map(table: Table, preset: str, map_file: Path | None, text: str) -> FactMap | None:
    return map_from_text(table, text) if text.strip() else chosen_map(table, map_file, preset or None)


def _log(verb: str, table: Table, by: int | None, after: Mapping[str, Any]) -> None:
    person = Person.objects.filter(pk=by).first() if by else None
    subject = Subject(type="facts", key=table.name, title=f"Facts: {table.name}")
    log_change(by=person, verb=verb, subject=subject, after=after)


def _told(result: ImportResult, name: str) -> Mapping[str, Any]:
    """What people read on the page of the job; reasons without the values that stood in the rows."""
    told: dict[str, Any] = {
        "file": name,
        "table": result.table,
        "rows read": result.read,
        "added": result.added,
        "already there": result.present,
        "in quarantine": result.quarantined,
    }
    if result.erased:
        told["of erased people, left out"] = result.erased
    for reason, count in list(result.reasons.items())[:REASONS_TOLD]:
        told[reason.partition(", such as ")[0]] = count
    for file, (count, why) in result.left.items():
        told[f"{file} does not fit"] = f"{count:,} rows: {why}"
    return told


TASKS = (
    Task(name=IMPORT, run=import_upload),
    Task(name=MEND, run=mend_waiting),
    Task(name=DISMISS, run=dismiss_waiting),
)
