"""How are `init`, `check` and `upgrade` asked for, and what do they say?"""

from pathlib import Path
from typing import Annotated, Literal

import typer

Stage = Literal["startup", "scaleup", "enterprise"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder; made if it is not there.")],
    stage: Annotated[Stage, typer.Option(help="Which definitions to start from.")] = "startup",
    company: Annotated[str, typer.Option(help="The company's name; else the folder's.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA name; else this machine's.")] = "",
    week_start: Annotated[Weekday, typer.Option(help="First day of the week.")] = "monday",
    currency: Annotated[str, typer.Option(help="ISO 4217 code of your money.")] = "USD",
) -> None:
    """Begin a workspace folder; existing files are left as they are."""
    from quarterdeck.definitions.starters import starter_definitions  # slow import
    from quarterdeck.definitions.workspace import init_workspace, system_timezone  # slow import
    from quarterdeck.site.capabilities import load_kinds  # slow import

    name = company or directory.resolve().name.replace("_", " ").replace("-", " ").capitalize()
    zone = timezone or system_timezone() or "UTC"
    begun = init_workspace(
        directory,
        company=name,
        timezone=zone,
        stage=stage,
        week_start=week_start,
        currency=currency,
        kinds=load_kinds(),
        definitions=starter_definitions(stage),
    )
    for file in begun.written:
        typer.echo(f"wrote  {_shown(file)}")
    for file in begun.left:
        typer.echo(f"left   {_shown(file)} (it was there already)")
    workspace = begun.workspace
    origin = "" if timezone else " (from this machine; --timezone says another)"
    if workspace.path / "quarterdeck.yaml" in begun.left:
        origin = " (from the quarterdeck.yaml that was there)"
    typer.echo(f"{workspace.company}: days begin in {workspace.timezone}{origin}.")
    typer.echo(f"Next: edit {_shown(workspace.path / 'quarterdeck.yaml')}, then run `quarterdeck check`.")


def check(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The workspace.")] = Path(),
) -> None:
    """Validate everything that people write in a workspace; exit code 1 where something is to be mended."""
    from quarterdeck.definitions.folder import definition_files  # slow import
    from quarterdeck.definitions.lint import check_workspace  # slow import
    from quarterdeck.definitions.workspace import find_workspace  # slow import
    from quarterdeck.insights.metrics.service.names import fact_names  # slow import
    from quarterdeck.site.capabilities import load_kinds  # slow import

    path, kinds = find_workspace(directory), load_kinds()
    findings = check_workspace(path, kinds, fact_names(path))
    # What must be mended first; warnings would bury it.
    for finding in sorted(findings, key=lambda finding: finding.warning):
        typer.echo(f"{_shown(finding.file)}:{finding.line}: {finding.words}")
    count = sum(not finding.warning for finding in findings)
    if count:
        typer.echo(f"{count} {'thing' if count == 1 else 'things'} to mend.", err=True)
        raise typer.Exit(1)
    count = sum(len(definition_files(path, kind)) for kind in kinds)
    well = "Nothing to mend" if findings else "All well"
    typer.echo(f"{well}: quarterdeck.yaml and {count} {'definition' if count == 1 else 'definitions'}.")


def upgrade(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The workspace.")] = Path(),
) -> None:
    """Bring quarterdeck.yaml to this program's format, comments kept, and renew the schemas."""
    from quarterdeck.definitions.upgrade import upgrade_workspace  # slow import
    from quarterdeck.definitions.workspace import find_workspace  # slow import
    from quarterdeck.site.capabilities import load_kinds  # slow import

    done = upgrade_workspace(find_workspace(directory), load_kinds())
    for file in done.written:
        typer.echo(f"wrote  {_shown(file)}")
    if done.from_format != done.to_format:
        typer.echo(f"quarterdeck.yaml: format {done.from_format} became {done.to_format}.")
    elif not done.written:
        typer.echo(f"Nothing to do: format {done.to_format} is current.")


def _shown(file: Path) -> str:
    """A path as short as it can be clicked from here."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
