"""How do decisions leave and come back on the command line?"""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="decisions.json for all; a .csv for a table.")],
    what: Annotated[
        Literal["decisions", "actions"], typer.Option(help="Which table a .csv holds; JSON holds both.")
    ] = "decisions",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Write every decision and action, with grades and pins, into a file."""
    _bring_up(workspace)
    from quarterdeck.definitions.files import write_atomically  # slow import
    from quarterdeck.process.decisions.service.carrying import written_csv, written_json  # slow import

    as_json = _is_json(file)
    write_atomically(file, written_json() if as_json else written_csv(what))
    typer.echo(f"{file}")


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="An export.")],
    workspace: WorkspaceOption = Path(),
) -> None:
    """Take decisions and actions in; what is here stays, bad rows are told with their line (exit code 1)."""
    _bring_up(workspace)
    from quarterdeck.process.decisions.service.carrying import read_file  # slow import

    _is_json(file)
    carried = read_file(file)
    for row in carried.bad:
        typer.echo(f"{file}:{row.line}: {row.trouble}", err=True)
    typer.echo(f"{carried.added} came in, {carried.there} were here already, {len(carried.bad)} are bad.")
    if carried.bad:
        raise typer.Exit(1)


def _is_json(file: Path) -> bool:
    if file.suffix.lower() not in (".json", ".csv"):
        raise typer.BadParameter("end it in .json or .csv", param_hint="FILE")
    return file.suffix.lower() == ".json"


def _bring_up(workspace: Path) -> None:
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.site.start import bring_up  # slow import

    bring_up(open_workspace(workspace))
