"""How are `import`, `facts`, `sql` and `erase` asked for, and what do they say?"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import typer

if TYPE_CHECKING:
    from quarterdeck.errors import QuarterdeckError
    from quarterdeck.facts.import_result import ImportResult

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace, or a folder inside it.")
]
Format = Literal["table", "csv", "json"]
HERE = Path()
TROUBLE = 2
GIVES_WAY = 15


def import_(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="Fact table, for example events.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...", help="CSV, JSON lines or Parquet; plain, .gz, .zst or .bz2; folders."
        ),
    ] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="MAP.yaml", help="Which column of the file goes where.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="A known export: segment or posthog.")] = None,
    quarantine: Annotated[
        bool,
        typer.Option(
            "--quarantine",
            help="Read the quarantined rows of the table again, by a mended map; of FILE... alone if named.",
        ),
    ] = False,
    dismiss: Annotated[
        bool,
        typer.Option(
            "--dismiss", help="With --quarantine: mark rows that can never be mended; they are kept."
        ),
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Take a file once more by another map although its rows have no key."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Bring files into a fact table; what cannot be used is set aside and counted."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.errors import FactError, QuarterdeckError
    from quarterdeck.facts import mending  # slow import
    from quarterdeck.facts.import_request import chosen_map, expanded
    from quarterdeck.facts.importing import import_file, table_named  # slow import
    from quarterdeck.facts.store import FactStore  # slow import

    # Where a server reads pages from this machine at the same time, its readers come first.
    os.setpriority(os.PRIO_PROCESS, 0, GIVES_WAY)
    opened = open_workspace(workspace)
    store = FactStore(opened.facts_path)
    fact_table = table_named(store, table)
    fact_map = chosen_map(fact_table, map_file, preset, home=opened.path)
    names = [file.name for file in files or []]
    if dismiss:
        if not quarantine or fact_map is not None:
            raise FactError(
                "--dismiss goes with --quarantine and no map.", "Name files to dismiss only theirs."
            )
        _Report(json).add(mending.dismiss(store, fact_table, files=names)).end()
        return
    if quarantine:
        _Report(json).add(mending.mend(store, fact_table, fact_map, files=names)).end()
        return
    named = expanded(files or [])
    report = _Report(json)
    report.skipped(named.skipped)
    for file in named.files:
        try:
            with _progress(file.name) as (progress, all_read):
                result = import_file(
                    store, fact_table, file, fact_map, again=again, progress=progress, all_read=all_read
                )
        except QuarterdeckError as error:
            if len(named.files) == 1:
                raise
            report.failed(file, error)
        else:
            report.add(result)
    report.end()


@contextmanager
def _progress(name: str) -> "Iterator[tuple[Callable[[int, int], None], Callable[[], None]]]":
    """A bar on a terminal, and what comes after it is full; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield (lambda done, size: None), (lambda: None)
        return
    from rich.console import Console  # slow import
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield (
            lambda done, size: bar.update(task, completed=done, total=size),
            lambda: bar.update(task, description=f"{name}: putting the table's files together", total=None),
        )


class _Report:
    """Says what happened to each file as soon as it did; what failed comes once more at the end."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._results: list[ImportResult] = []
        self._failures: list[tuple[Path, QuarterdeckError]] = []

    def skipped(self, files: "Sequence[Path]") -> None:
        """Say what was passed over in a folder."""
        for file in files:
            typer.echo(f"{file}: left out; its name does not end as data files do.", err=True)

    def add(self, result: "ImportResult") -> Self:
        """A file that was read."""
        self._results.append(result)
        if not self._as_json:
            _say(result)
        return self

    def failed(self, file: Path, error: "QuarterdeckError") -> None:
        """A file that could not be read."""
        self._failures.append((file, error))

    def end(self) -> None:
        """Exit code 2 where a file failed, or not one row of it could be used."""
        if self._as_json:
            import orjson

            said = [asdict(result) for result in self._results]
            said += [
                {"file": str(file), "error": error.message, "hint": error.hint}
                for file, error in self._failures
            ]
            typer.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2).decode())
        if self._failures:
            count = len(self._failures) + len(self._results)
            typer.echo(f"{len(self._failures)} of {count} files failed; the others are in:", err=True)
        for file, error in self._failures:
            typer.echo(f"  {file}: {error.message}\n    {error.hint}", err=True)
        useless = any(result.quarantined and result.quarantined == result.read for result in self._results)
        if self._failures or useless:
            raise typer.Exit(TROUBLE)


def _say(result: "ImportResult") -> None:
    place = f"{result.file} to {result.table}"
    if result.dismissed and not result.same_file:
        typer.echo(f"{place}: {result.dismissed:,} rows dismissed; they are kept and no longer wait.")
        return
    if result.same_file:
        typer.echo(f"{place}: the same file came in before, by the same map; nothing to do.")
        typer.echo(f"  Of its {result.read:,} rows {', '.join(_parts(result)[1:])}.")
        return
    typer.echo(f"{place}: {', '.join(_parts(result))}.")
    _say_quarantined(result)
    for line in _remarks(result):
        typer.echo(f"  {line}")


def _say_quarantined(result: "ImportResult") -> None:
    for reason, count in list(result.reasons.items())[:8]:
        typer.echo(f"  {count:>9,}  {reason}")
    if len(result.reasons) > 8:
        typer.echo(f"  and {len(result.reasons) - 8} more reasons; `quarterdeck facts` counts them all.")
    if result.quarantined:
        typer.echo(
            '  They wait as they stood: `quarterdeck sql "SELECT file, row_number, reason, raw FROM '
            'open_quarantine"`.'
        )
        typer.echo(
            f"  With a mended map: `quarterdeck import {result.table} --quarantine --map MAP.yaml`; "
            "--dismiss instead of a map gives them up."
        )


def _remarks(result: "ImportResult") -> Iterator[str]:
    if result.mended:
        yield f"{result.mended:,} rows of this file waited in quarantine and are in now."
    for file, (count, message) in result.left.items():
        yield f"{count:,} rows of {file} do not fit this map and stay: {message}"
    if result.overflow:
        yield (
            f"{result.overflow:,} property values are in properties_rest: of another kind than their column, "
            "beyond the columns, with more digits than a number there can have, or a second one of that name."
        )
    yield from result.notes
    if not result.deduplicates_rows and result.added:
        yield "Rows have no key here: only a whole file is known again, not single rows."


def _parts(result: "ImportResult") -> list[str]:
    parts = [f"{result.read:,} rows read", f"{result.added:,} added", f"{result.present:,} already there"]
    if result.quarantined:
        still = "still " if result.file == "quarantine" else ""
        before = f" ({result.waited:,} of them waited before)" if result.waited else ""
        parts.append(f"{result.quarantined:,} {still}in quarantine{before}")
    if result.dismissed:
        parts.append(f"{result.dismissed:,} dismissed")
    if result.erased:
        parts.append(f"{result.erased:,} of erased people left out")
    return parts


def facts(
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Show the fact tables: version, rows, freshness, size, and what is in quarantine."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.facts.status import read_status  # slow import
    from quarterdeck.facts.store import FactStore  # slow import

    tables = read_status(FactStore(open_workspace(workspace).facts_path))
    if json:
        import orjson

        typer.echo(orjson.dumps([asdict(table) for table in tables], option=orjson.OPT_INDENT_2).decode())
        return
    if not tables:
        typer.echo("No facts yet. `quarterdeck import events FILE --map MAP.yaml` brings the first.")
        return
    rows = [
        (
            table.table,
            str(table.version),
            f"{table.rows:,}",
            "" if table.latest is None else f"{table.latest:%Y-%m-%d %H:%M}",
            "" if table.latest is None else _ago(table.latest.timestamp()),
            _size(table.size_bytes),
            f"{table.files:,}",
            f"{sum(table.quarantined.values()):,}" if table.quarantined else "",
        )
        for table in tables
    ]
    header = ("table", "version", "rows", "latest (UTC)", "", "size", "files", "in quarantine")
    _print_aligned(header, rows, right={1, 2, 5, 6, 7})
    waiting = [(t.table, reason, count) for t in tables for reason, count in t.quarantined.items()]
    if waiting:
        typer.echo("")
        _print_aligned(
            ("in quarantine", "rows", "reason"),
            [(t, f"{count:,}", reason) for t, reason, count in waiting],
            {1},
        )
    for status in tables:
        if status.dismissed:
            typer.echo(f"{status.dismissed:,} rows for {status.table} were dismissed and are kept.")


def _print_aligned(header: Sequence[str], rows: Sequence[Sequence[str]], right: set[int]) -> None:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        cells = (
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        typer.echo("  ".join(cells).rstrip())


def _ago(timestamp: float) -> str:
    import time

    seconds = time.time() - timestamp
    if seconds < 0:
        return "in the future"
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit} ago"
    return "just now"


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"


def sql(
    query: Annotated[str, typer.Argument(metavar='"SELECT ..."', help="One SELECT, DuckDB's dialect.")],
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="TABLE=VERSION", help="Read a table at a version; may be repeated."),
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How rows are printed.")] = "table",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many rows; 1,000 in a table.")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="Stop the query after this time.")] = 60,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Ask the facts, read-only and shut in."""
    from quarterdeck.cli.printing import WRITERS  # slow import
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.facts.pins import parse_pins
    from quarterdeck.facts.sandbox import Allowance, run_query  # slow import
    from quarterdeck.facts.store import FactStore  # slow import

    store = FactStore(open_workspace(workspace).facts_path)
    most = limit if limit is not None else 1_000 if format == "table" else None
    # One row more than is shown tells that there are more.
    allowance = Allowance(seconds=seconds, rows=None if most is None else most + 1)
    with run_query(store, query, at=parse_pins(at or []), allowance=allowance) as answer:
        cut = WRITERS[format](answer, sys.stdout, most)
    if cut:
        typer.echo(f"Only the first {most:,} rows are shown; --limit shows more.", err=True)


def erase(
    kind: Annotated[Literal["person"], typer.Argument(metavar="person", help="What to erase: a person.")],
    person: Annotated[str, typer.Argument(metavar="ID", help="The id as it stands in the facts.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Remove a person from every table, version, log and projection, and prove it."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.facts.erasing import erase_person, refuse_unknown, traces_of  # slow import
    from quarterdeck.facts.store import FactStore  # slow import

    opened = open_workspace(workspace)
    store = FactStore(opened.facts_path)
    found = traces_of(store, person)
    refuse_unknown(store, person, found)
    if not yes:
        typer.echo(f"{kind.capitalize()} {person}: {found.words()}.", err=True)
        typer.echo("All earlier versions of these tables go as well. This cannot be undone.", err=True)
        typer.confirm("Erase?", abort=True, err=True)
    # What is made from facts is made again; files that wait to be imported are brought in once more.
    disposable = (
        "sequences",
        *(f".quarterdeck/{name}" for name in ("quotes", "themes", "readings", "uploads")),
    )
    proof = erase_person(store, person, projections=[opened.path / folder for folder in disposable])
    if json:
        import orjson

        typer.echo(orjson.dumps(asdict(proof), option=orjson.OPT_INDENT_2).decode())
    else:
        rows = [(name, f"{before:,}", f"{after:,}") for name, (before, after) in proof.rows.items()]
        _print_aligned(("table", "rows of this person before", "after"), rows, right={1, 2})
        typer.echo(proof.words())
    if proof.remaining:
        raise typer.Exit(1)
