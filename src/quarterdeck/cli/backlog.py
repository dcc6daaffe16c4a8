"""How are recommendations and the insights brief asked for on the command line?"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from quarterdeck.cli.acting import bring_up, person_of
from quarterdeck.cli.loop import COMMANDS
from quarterdeck.definitions.days import read_day

if TYPE_CHECKING:
    from quarterdeck.feedback.backlog.models.recommending import Recommendation

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]
ThemeArgument = Annotated[str, typer.Argument(metavar="THEME", help="A tag of the taxonomy.")]
ByOption = Annotated[
    str, typer.Option("--by", metavar="ADDRESS", help="Who decides; else the only one who may.")
]
NOTHING_YET = "Nothing is tagged yet: write themes/taxonomy.yaml, and bring messages in."


@app.command()
def brief(
    as_of: Annotated[
        datetime | None,
        typer.Option(parser=read_day, metavar="DATE", help="Only what was said before it; else today."),
    ] = None,
    form: Annotated[
        Literal["text", "markdown", "html", "json"], typer.Option("--format", help="How it is written.")
    ] = "text",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; else to the terminal.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Freeze it among the briefs; one that was frozen stays as it was.")
    ] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Write the insights brief: what moved, what to change, why, and what became of the last one."""
    here = bring_up(workspace)
    from quarterdeck.definitions.files import write_atomically  # slow import
    from quarterdeck.feedback.backlog.service import briefing  # slow import
    from quarterdeck.feedback.backlog.service.preparing import prepare  # slow import
    from quarterdeck.feedback.backlog.service.writing import written  # slow import

    prepare(here)
    day = as_of.date() if as_of else None
    if keep:
        document = briefing.read(briefing.write(as_of=day, by=None))
    else:
        found = briefing.compose(here, day)
        if found is None:
            typer.echo(NOTHING_YET, err=True)
            raise typer.Exit(1)
        document = found
    text = written(document, form)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text)
        typer.echo(" ".join(said.text for said in document.headline))
        typer.echo(f"{out}")


@app.command()
def effort(
    theme: ThemeArgument,
    weeks: Annotated[float, typer.Argument(metavar="WEEKS", help="Weeks of one person.")],
    low: Annotated[float | None, typer.Option(help="At least so many.")] = None,
    high: Annotated[float | None, typer.Option(help="At most so many.")] = None,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say what a change takes; then it has a score."""
    bring_up(workspace)
    from quarterdeck.feedback.backlog.service.recommending import say_effort  # slow import

    _tell(say_effort(theme=theme, weeks=weeks, low=low, high=high, by=person_of(by)))


@app.command()
def accept(
    theme: ThemeArgument,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    item: Annotated[str, typer.Option(metavar="KEY", help="The work item that does it.")] = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Accept what is recommended about a theme; what it rests on is kept as it is now."""
    bring_up(workspace)
    from quarterdeck.feedback.backlog.service import recommending  # slow import

    _tell(recommending.accept(theme=theme, reason=reason, item=item, by=person_of(by)))


@app.command()
def decline(
    theme: ThemeArgument,
    reason: Annotated[str, typer.Option(help="Why not.")],
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Decline what is recommended about a theme; it rests until something changes."""
    bring_up(workspace)
    from quarterdeck.feedback.backlog.service import recommending  # slow import

    _tell(recommending.decline(theme=theme, reason=reason, by=person_of(by)))


def _tell(record: "Recommendation") -> None:
    from quarterdeck.feedback.backlog.service.recommending import items_of  # slow import

    items = "".join(f" {key}" for key in items_of(record))
    typer.echo(f"{record.pk}  {record.state}  {record.title}{items}")


for command in COMMANDS:
    app.command()(command)
