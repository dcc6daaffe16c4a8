"""How are journeys asked for on the command line?"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Protocol

import typer

from quarterdeck.definitions.days import read_day
from quarterdeck.errors import QuarterdeckError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

MOST_DIFFERENCES = 3


def conformance(
    cases: Annotated[Path, typer.Argument(metavar="CASES.json", help="Cases in the neutral format.")],
    engine: Annotated[
        Literal["kernel", "sql", "spark"], typer.Option(help="Which engine answers.")
    ] = "kernel",
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Check an engine against neutral cases; exit code 1 if any fails."""
    from quarterdeck.insights.journeys.service.conformance.running import (  # slow import
        read_cases,
        run_cases,
    )

    outcomes = list(run_cases(read_cases(cases), engine))
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "engine": engine,
                    "passed": len(outcomes) - len(failed),
                    "failed": len(failed),
                    "failures": [outcome.as_json() for outcome in failed],
                },
                indent=2,
                ensure_ascii=False,
            )
        )
    else:
        for outcome in failed:
            typer.echo(f"{outcome.id}  {outcome.unsupported}".rstrip())
            for one in outcome.differences[:MOST_DIFFERENCES]:
                typer.echo(f"  {one.where}: expected {one.expected}, got {one.got}")
        typer.echo(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


QueryArgument = Annotated[str, typer.Argument(metavar="QUERY", help="A saved journey, or a YAML file.")]
WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]
DialectOption = Annotated[
    Literal["quarterdeck", "posthog", "amplitude"] | None,
    typer.Option(help="Whose rules hold; else those the journey names."),
]
PinOption = Annotated[
    list[str] | None, typer.Option("--at", metavar="TABLE=VERSION", help="Read a table at this version.")
]
AsOfOption = Annotated[
    datetime | None, typer.Option(parser=read_day, metavar="DATE", help="As if now were this day's end.")
]


@app.command()
def run(
    query: QueryArgument,
    dialect: DialectOption = None,
    as_of: AsOfOption = None,
    at: PinOption = None,
    engine: Annotated[Literal["kernel", "sql"], typer.Option(help="Which engine answers.")] = "kernel",
    people: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="FROM TO", help="Of paths: instead, who went from one stop to another."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Answer a journey: a saved one by name, or one in a file."""
    from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import

    keep_kernels_in(workspace)
    if people is not None:
        if engine == "sql":
            raise QuarterdeckError("`--people` is answered by the kernels alone.", "Ask without --engine.")
        from quarterdeck.insights.journeys.service.running import moved_people  # slow import

        who = moved_people(workspace, query, people, dialect=dialect, as_of=as_of, pins=at or ())
        _tell(who, as_json=as_json)
        return
    if engine == "sql":
        from quarterdeck.insights.journeys.service.sql_running import run_by_sql as ask  # slow import
    else:
        from quarterdeck.insights.journeys.service.running import run_journey as ask  # slow import

    found = ask(workspace, query, dialect=dialect, as_of=as_of, pins=at or ())
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
        return
    from quarterdeck.insights.journeys.service.showing import lines_of  # slow import

    for line in lines_of(found):
        typer.echo(line)


@app.command()
def why(
    query: QueryArgument,
    person: Annotated[str, typer.Argument(help="Whose journey; the id as it stands in the facts.")],
    as_of: AsOfOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say how far somebody came through a funnel, by which events, and why no further."""
    from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import

    keep_kernels_in(workspace)
    from quarterdeck.insights.journeys.service.running import explain_person  # slow import

    found = explain_person(workspace, query, person, as_of=as_of)
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
        return
    for step, time in found.steps:
        typer.echo(f"{time}  {step}")
    typer.echo(f"{found.unit} {found.reason}.")


@app.command()
def compare(
    query: QueryArgument,
    dialect: DialectOption = None,
    at: PinOption = None,
    as_of: AsOfOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say how far a funnel moved from another tool's rules, or from earlier versions, and who flips."""
    from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import

    keep_kernels_in(workspace)
    from quarterdeck.insights.journeys.service.running import compare_journey  # slow import

    found = compare_journey(workspace, query, dialect=dialect, pins=at or (), as_of=as_of)
    _tell(found, as_json=as_json)


class Telling(Protocol):
    """What can be told in lines, and whole as JSON."""

    def as_json(self) -> Mapping[str, object]: ...

    def lines(self) -> Iterable[str]: ...


def _tell(found: Telling, *, as_json: bool) -> None:
    for line in [json.dumps(found.as_json(), indent=2, ensure_ascii=False)] if as_json else found.lines():
        typer.echo(line)


@app.command()
def restate(
    query: QueryArgument,
    versions: Annotated[
        list[str] | None, typer.Option("--from", metavar="TABLE=VERSION", help="Read then at this version.")
    ] = None,
    against: Annotated[
        datetime | None,
        typer.Option(parser=read_day, metavar="DATE", help="Then is the end of this day."),
    ] = None,
    as_of: AsOfOption = None,
    was: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The definition as it was then; else git's.")
    ] = None,
    told: Annotated[
        str | None, typer.Option(metavar="FIGURE", help="What was told then, where it cannot be counted.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say what a figure was then and is now, and how much of that is due to what."""
    from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import

    keep_kernels_in(workspace)
    from quarterdeck.facts.pins import parse_pins  # slow import
    from quarterdeck.insights.journeys.service.headline import read_figure  # slow import
    from quarterdeck.insights.journeys.service.restating import restate as restate_journey  # slow import

    found = restate_journey(
        workspace,
        query,
        versions=parse_pins(versions) if versions else None,
        against=against,
        as_of=as_of,
        was=was,
        told=None if told is None else read_figure(told),
    )
    _tell(found, as_json=as_json)


@app.command()
def sql(
    query: QueryArgument,
    written_for: Annotated[
        Literal["duckdb", "clickhouse", "spark"], typer.Option("--for", help="Which database shall read it.")
    ] = "duckdb",
    dialect: DialectOption = None,
    as_of: AsOfOption = None,
    at: PinOption = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Print the SQL that answers a journey from the fact tables; nothing is run."""
    from quarterdeck.insights.journeys.service.sql_running import journey_sql  # slow import

    for text in journey_sql(
        workspace, query, written_for=written_for, dialect=dialect, as_of=as_of, pins=at or ()
    ):
        typer.echo(text)


@app.command("list")
def list_(workspace: WorkspaceOption = Path()) -> None:
    """Show the saved journeys."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.insights.journeys.service.book import read_journeys  # slow import

    for name, definition in read_journeys(open_workspace(workspace)).items():
        typer.echo(f"{name:<28}{definition.model.kind:<12}{definition.model.title}")
