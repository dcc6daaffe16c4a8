"""How are metrics asked for on the command line?"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from quarterdeck.definitions.days import read_day
from quarterdeck.errors import QuarterdeckError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quarterdeck.insights.metrics.service.reconcile import Reconciliation
    from quarterdeck.insights.metrics.service.show import ShownMetric

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

MOST_ROWS = 400
MOST_SLICES = 20
WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The metric.", show_default=False)] = "",
    by: Annotated[str | None, typer.Option(metavar="DIM", help="Break down by this dimension.")] = None,
    grain: Annotated[Literal["day", "week", "month"], typer.Option(help="Length of a bucket.")] = "week",
    as_of: Annotated[
        datetime | None, typer.Option(parser=read_day, metavar="DATE", help="Only events before it.")
    ] = None,
    buckets: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="How many buckets back.")] = 13,
    at: Annotated[
        list[str] | None, typer.Option(metavar="TABLE=VERSION", help="Read a table at this version.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Show a metric over time, with its expected range, verdict, query and versions."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.facts.pins import parse_pins  # slow import
    from quarterdeck.facts.store import FactStore  # slow import
    from quarterdeck.insights.metrics.service.show import show_metric  # slow import

    if not name:
        raise QuarterdeckError("Which metric?", "Name one; `quarterdeck metrics tree` lists them all.")
    opened = open_workspace(workspace)
    with FactStore(opened.facts_path).snapshot(at=parse_pins(at or [])) as snapshot:
        shown = show_metric(
            opened,
            snapshot,
            name,
            grain=grain,
            today=datetime.now(opened.zone).date(),
            dimension=by,
            as_of=as_of.date() if as_of else None,
            buckets=buckets,
        )
    from quarterdeck.insights.metrics.service.signature import signature_of  # slow import

    series = shown.series
    signature = signature_of(
        opened, name, version=series.proof.definition_version, status=series.metric.status
    )
    if as_json:
        _print_json({**shown.as_json(), "signature": signature})
    else:
        _print_shown(shown, opened.currency)
        _print_signature(signature)


@app.command()
def tree(workspace: WorkspaceOption = Path()) -> None:
    """Show the metric tree, and every metric beside it."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.insights.metrics.service.book import read_metrics  # slow import

    book = read_metrics(open_workspace(workspace))
    if not book.metrics:
        typer.echo("No metrics are defined yet. Write metrics/NAME.yaml, or run `quarterdeck init`.")
        return
    for name in book.ordered:
        metric = book.metrics[name]
        role = book.roles.get(name, "other")
        indent = "" if role == "north star" else "  "
        typer.echo(f"{indent}{role:<11}{metric.title:<32}{name:<28}{metric.status:<8}{metric.owner}")


@app.command()
def reconcile(
    name: Annotated[str, typer.Argument(help="The metric.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Two columns: date and value.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Compare with a trusted dashboard: equal within 1 % (exit code 0), or explained by day (1)."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.facts.store import FactStore  # slow import
    from quarterdeck.insights.metrics.service.reconcile import reconcile as compare  # slow import

    opened = open_workspace(workspace)
    with FactStore(opened.facts_path).snapshot() as snapshot:
        result = compare(opened, snapshot, name, file)
    if as_json:
        _print_json(result.as_json())
    else:
        _print_reconciled(result, opened.currency)
    if not result.equal:
        raise typer.Exit(1)


def _print_json(content: dict[str, object]) -> None:
    import json

    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _print_shown(shown: "ShownMetric", currency: str) -> None:
    from quarterdeck.stats.figures import notation, whole  # slow import

    series = shown.series
    values = [point.value for points in series.points.values() for point in points]
    written = notation(series.metric.unit, values, currency=currency)
    typer.echo(f"{shown.title}. {shown.description}")
    if shown.verdict and shown.week:
        which = "the last mature one" if shown.earlier else "the last whole one"
        typer.echo(
            f"Week of {shown.week.day} {shown.week:%B}, {which}: {shown.verdict.kind}. {shown.verdict.reason}"
        )
    typer.echo("")
    for cut in shown.largest_slices[:MOST_SLICES]:
        if cut is not None:
            typer.echo(f"{cut}")
        typer.echo(f"{series.grain:<12}{'value':>12}{'of':>12}{'expected':>22}")
        for point in series.points[cut]:
            value = "no data" if point.value is None else written.full(point.value)
            base = "" if point.base is None else whole(point.base)
            expected = ""
            if point.expected_low is not None and point.expected_high is not None:
                expected = written.table_range(point.expected_low, point.expected_high)
            state = point.outside if point.mature else "not final yet"
            typer.echo(f"{point.start!s:<12}{value:>12}{base:>12}{expected:>22}  {state}".rstrip())
    if len(series.points) > MOST_SLICES:
        typer.echo(f"... and {len(series.points) - MOST_SLICES:,} smaller ones; --json has them all.")
    versions = ", ".join(f"{table} {version}" for table, version in series.proof.versions.items())
    typer.echo(f"\nDefinition {series.proof.definition_version}; versions: {versions}. Its query: --json.")


def _print_signature(signature: "Mapping[str, Any] | None") -> None:
    if signature is None:
        return
    when = f" by {signature['signed_by']}, {signature['signed_at'][:10]}" if signature["signed_at"] else ""
    of = f", version {signature['signed_version']}" if signature["signed_version"] else ""
    typer.echo(f"Definition: {signature['standing']}{when}{of}.")


def _print_reconciled(result: "Reconciliation", currency: str) -> None:
    from quarterdeck.stats.figures import notation  # slow import

    written = notation(result.unit, [gap.theirs for gap in result.gaps], currency=currency)
    verdict = "Equal within 1 %" if result.equal else "Not equal"
    typer.echo(f"{result.title}: {verdict}; ours is {result.relative_gap:+.2%} against theirs.")
    for explanation in result.explanations:
        typer.echo(f"  {explanation}")
    if not result.unequal:
        return
    typer.echo(f"\n{result.grain:<12}{'ours':>14}{'theirs':>14}{'difference':>14}")
    for gap in result.unequal[:MOST_ROWS]:
        ours, theirs = ("none" if side is None else written.full(side) for side in (gap.ours, gap.theirs))
        typer.echo(f"{gap.start!s:<12}{ours:>14}{theirs:>14}{written.full(gap.difference):>14}")
    typer.echo(f"{len(result.gaps) - len(result.unequal)} of {len(result.gaps)} are equal within 1 %.")
