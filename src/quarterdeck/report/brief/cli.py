"""How is the brief asked for on the command line?"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from quarterdeck.definitions.days import read_day


def brief(
    as_of: Annotated[
        datetime | None,
        typer.Option(parser=read_day, metavar="DATE", help="Only what happened before it; else today."),
    ] = None,
    pins: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A brief.json: write that brief again, exactly.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to; else briefs/DATE in the workspace.")
    ] = None,
    workspace: Annotated[
        Path,
        typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's."),
    ] = Path(),
) -> None:
    """Write the decision-ready page of the week, with the evidence behind each sentence."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.report.brief.service.write import (  # slow import
        choose_as_of,
        read_pins,
        rewrite_brief,
        write_brief,
    )

    if pins is not None and as_of is not None:
        raise typer.BadParameter("the pins name the day; leave out --as-of", param_hint="--pins")
    opened = open_workspace(workspace)
    if pins is not None:
        written = rewrite_brief(opened, read_pins(pins), folder=out)
    else:
        today = datetime.now(opened.zone).date()
        day = as_of.date() if as_of else choose_as_of(opened, today=today)
        if as_of is None and day != today:
            typer.echo(f"The facts end long ago; this is the brief of {day}. --as-of says another day.")
        written = write_brief(opened, as_of=day, folder=out)
    typer.echo(" ".join(said.text for said in written.document.headline))
    typer.echo(f"{written.folder / 'brief.html'} ({written.evidence_pages} pages of evidence beside it)")
