"""How do exports of other tools become messages, each once, nothing lost and nothing said twice?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import FactError, did_you_mean
from quarterdeck.facts.import_request import chosen_map
from quarterdeck.facts.import_result import ImportResult
from quarterdeck.facts.importing import import_file
from quarterdeck.facts.maps import FactMap, Options, plain_map
from quarterdeck.facts.reading.block import Source
from quarterdeck.facts.reading.csv_file import CsvFile
from quarterdeck.facts.reading.formats import open_source
from quarterdeck.facts.reading.json_file import JsonFile
from quarterdeck.facts.schema import TABLES, Table
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.calc.exports.known import EXPORTS
from quarterdeck.feedback.intake.facts.exports import Counted, ending_of, export_source

Kind = Literal["csv", "jsonl", "zendesk", "intercom", "app-store", "google-play", "nps", "notes"]
PLAIN: Mapping[str, Kind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "csv",
    ".md": "notes",
    ".markdown": "notes",
}
FEEDBACK: Table = TABLES["feedback"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What an import did, and what in the export no customer said."""

    result: ImportResult
    kind: Kind
    left_out: Mapping[str, int] = field(default_factory=dict)


def take_in(
    workspace: Workspace,
    file: Path,
    *,
    kind: Kind | None = None,
    map_file: Path | None = None,
    timezone: str | None = None,
    encoding: str | None = None,
    progress: Callable[[int, int], None] = lambda done, size: None,
) -> Taken:
    """Bring the messages of one file into the fact table `feedback`; again, it adds nothing.

    A map says which column goes where: of the file itself, or of what a known export was made into. Times
    without an offset are of `timezone`, else of the map's zone, else of the company's.
    """
    chosen = kind or _kind_of(file)
    if chosen not in ("csv", "jsonl", *EXPORTS):
        raise FactError(
            f"There is no export called {chosen!r}.",
            did_you_mean(chosen, EXPORTS) or f"Known: csv, jsonl, {', '.join(EXPORTS)}.",
        )
    _refuse_empty(file)
    given = chosen_map(FEEDBACK, map_file, None, home=workspace.path)
    written = given.options if given else Options()
    zone = _known_zone(timezone) if timezone else written.timezone or str(workspace.zone)
    encoding = encoding or written.encoding
    counted = Counted()
    if chosen in EXPORTS:
        source: Source = export_source(file, chosen, counted, encoding=encoding)
        fact_map = given or export_map()
    else:
        source = _plain_source(file, named=kind, encoding=encoding, delimiter=written.delimiter)
        fact_map = given or plain_map(FEEDBACK, source.columns)
    options = fact_map.options.model_copy(update={"timezone": zone, "encoding": encoding})
    result = import_file(
        FactStore(workspace.facts_path),
        FEEDBACK,
        file,
        replace(fact_map, options=options),
        progress=progress,
        source=source,
    )
    return Taken(
        result=result, kind=chosen, left_out={name: many for name, many in counted.left_out.items() if many}
    )


def export_map() -> FactMap:
    """Where the parts of a message go."""
    return FactMap(
        table=FEEDBACK,
        origins={name: (name,) for name in FEEDBACK.column_names},
        options=Options(properties=["properties.*"]),
    )


def _plain_source(file: Path, *, named: Kind | None, encoding: str | None, delimiter: str | None) -> Source:
    """Reads a file as it was named, else as its own name says."""
    if named == "jsonl":
        return JsonFile(file, encoding=encoding)
    if named == "csv" and ending_of(file) != ".parquet":
        return CsvFile(file, encoding=encoding, delimiter=delimiter)
    return open_source(file, encoding=encoding, delimiter=delimiter)


def _refuse_empty(file: Path) -> None:
    if file.is_file() and not file.stat().st_size:
        raise FactError(f"{file} is empty.", "Export it again; nothing was brought in.")


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise FactError(
            f"There is no time zone {name!r}.",
            did_you_mean(name, available_timezones()) or "Write it as IANA does: Europe/Berlin.",
        )
    return name


def _kind_of(file: Path) -> Kind:
    ending = ending_of(file)
    if ending not in PLAIN:
        raise FactError(
            f"{file} does not say what it is.", f"Say it: --from {' or '.join(['csv', 'jsonl', *EXPORTS])}."
        )
    return PLAIN[ending]


def told(taken: Taken) -> Iterator[str]:
    """What was left out, one line a reason."""
    for name, many in sorted(taken.left_out.items(), key=lambda each: (-each[1], each[0])):
        yield f"{many:>9,}  {name}"
