"""How do exports of other tools become messages, each once, nothing lost and nothing said twice?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import FactError, did_you_mean
from quarterdeck.facts.import_request import chosen_map
from quarterdeck.facts.import_result import ImportResult
from quarterdeck.facts.importing import import_file
from quarterdeck.facts.maps import FactMap, Options
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

    A map says which column goes where: of the file itself, or of what a known export was made into.
    """
    store = FactStore(workspace.facts_path)
    chosen = kind or _kind_of(file)
    given = chosen_map(FEEDBACK, map_file, None, home=workspace.path)
    if chosen in ("csv", "jsonl"):
        result = import_file(store, FEEDBACK, file, given, progress=progress)
        return Taken(result=result, kind=chosen)
    if chosen not in EXPORTS:
        raise FactError(
            f"There is no export called {chosen!r}.",
            did_you_mean(chosen, EXPORTS) or f"Known: csv, jsonl, {', '.join(EXPORTS)}.",
        )
    counted = Counted()
    source = export_source(file, chosen, counted, encoding=encoding)
    fact_map = given or export_map(timezone or str(workspace.zone))
    result = import_file(store, FEEDBACK, file, fact_map, progress=progress, source=source)
    return Taken(
        result=result, kind=chosen, left_out={name: many for name, many in counted.left_out.items() if many}
    )


def export_map(timezone: str) -> FactMap:
    """Where the parts of a message go; times without an offset are the company's."""
    return FactMap(
        table=FEEDBACK,
        origins={name: (name,) for name in FEEDBACK.column_names},
        options=Options(properties=["properties.*"], timezone=timezone),
    )


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
