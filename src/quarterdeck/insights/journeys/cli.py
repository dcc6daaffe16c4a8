"""How are journeys asked for on the command line?"""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

MOST_DIFFERENCES = 3


def conformance(
    cases: Annotated[Path, typer.Argument(metavar="CASES.json", help="Cases in the neutral format.")],
    engine: Annotated[Literal["kernel"], typer.Option(help="Which engine answers.")] = "kernel",
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
