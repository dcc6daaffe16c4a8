"""How are recommendations and the insights brief asked for on the command line?"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from quarterdeck.definitions.days import read_day

if TYPE_CHECKING:
    from quarterdeck.definitions.workspace import Workspace

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
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
    here = _bring_up(workspace)
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


def _bring_up(workspace: Path) -> "Workspace":
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.site.start import bring_up  # slow import

    opened = open_workspace(workspace)
    bring_up(opened)
    return opened
