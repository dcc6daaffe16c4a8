"""How are metrics asked for on the command line?"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from quarterdeck.insights.metrics.service import Reconciliation, Series

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]
At = Annotated[list[str] | None, typer.Option(metavar="TABLE=VERSION", help="Read a table at this version.")]


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The metric.")],
    by: Annotated[str | None, typer.Option(metavar="DIM", help="Break down by this dimension.")] = None,
    grain: Annotated[Literal["day", "week", "month"], typer.Option(help="Bucket length.")] = "week",
    as_of: Day = None,
    buckets: Annotated[int, typer.Option(min=1, max=400, help="How many buckets back.")] = 13,
    at: At = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, with query and versions.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Show a metric over time, with its expected range, verdict, query and versions."""
    from quarterdeck.insights.metrics.service import show_metric  # slow import

    day = as_of.date() if as_of else None
    shown = show_metric(workspace, name, grain=grain, dimension=by, as_of=day, buckets=buckets, at=at or [])
    if as_json:
        typer.echo(shown.as_json())
        return
    typer.echo(f"{shown.title}: {shown.description}")
    if shown.verdict:
        typer.echo(f"{shown.verdict.kind}: {shown.verdict.reason}")
    _print_series(shown.series)
    proof = shown.series.proof
    versions = ", ".join(f"{table} {version}" for table, version in proof.versions.items())
    typer.echo(f"Definition {proof.definition_version}; tables {versions}. The query: --json.")


@app.command()
def tree(workspace: WorkspaceOption = Path()) -> None:
    """Show the metric tree and every metric beside it."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.insights.metrics.service import read_metrics  # slow import

    book = read_metrics(open_workspace(workspace))
    if not book.metrics:
        typer.echo("No metrics are defined yet. Write metrics/NAME.yaml, or run `quarterdeck init`.")
        return
    indents = {"north star": "", "input": "  drives it: ", "guardrail": "  must hold: "}
    for name in book.ordered:
        metric = book.metrics[name]
        place = indents.get(book.roles.get(name, "other"), "beside it: ")
        typer.echo(f"{place}{metric.title} ({name}), {metric.status}, {metric.owner}")


@app.command()
def reconcile(
    name: Annotated[str, typer.Argument(help="The metric.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns: date, value.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Compare a metric with a trusted dashboard's figures: equal within 1 %, or explained by day."""
    from quarterdeck.insights.metrics.service import reconcile_metric  # slow import

    result = reconcile_metric(workspace, name, file)
    typer.echo(result.as_json() if as_json else _reconciled(result))
    if not result.equal:
        raise typer.Exit(1)


def _print_series(series: "Series") -> None:
    pass


def _reconciled(result: "Reconciliation") -> str:
    return ""
