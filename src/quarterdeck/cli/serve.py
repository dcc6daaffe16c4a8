"""How is the server started, and who is let in first?"""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from quarterdeck.definitions.workspace import Workspace

Where = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]


def serve(
    workspace: Where = Path(),
    host: Annotated[str, typer.Option(help="The address to listen at; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer requests.")] = 2,
    no_jobs: Annotated[
        bool, typer.Option("--no-jobs", help="Answer requests only; another server does the jobs.")
    ] = False,
) -> None:
    """Serve the pages of a workspace and do the work behind them, until Ctrl-C."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.site.listening import need_port
    from quarterdeck.site.start import bring_up  # slow import

    opened = open_workspace(workspace)
    need_port(host, port)
    bring_up(opened)
    _need_sign_in_libraries()
    run(opened, host=host, port=port, workers=workers, jobs=not no_jobs)


def invite(
    email: Annotated[str, typer.Argument(help="Who to let in.")],
    role: Annotated[str, typer.Option(help="viewer, contributor, editor or admin.")] = "viewer",
    title: Annotated[str, typer.Option(help="What they are here, as shared pages name them.")] = "",
    workspace: Where = Path(),
) -> None:
    """Print a link that lets one person in, once, within a week."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.errors import QuarterdeckError, did_you_mean
    from quarterdeck.site.start import bring_up  # slow import

    bring_up(open_workspace(workspace))
    from django.conf import settings  # slow import

    from quarterdeck.records import invitations  # slow import
    from quarterdeck.records.permissions import Role  # slow import

    if role not in tuple(Role):
        hint = did_you_mean(role, Role) or f"Roles: {', '.join(Role)}."
        raise QuarterdeckError(f"'{role}' is no role.", hint)
    _, secret = invitations.invite(email=email, role=Role(role), by=None, title=title)
    typer.echo(f"{settings.QUARTERDECK_URL}/invitation/{secret}/")


def tick(workspace: Where = Path()) -> None:
    """Ask for the work that is due; `quarterdeck serve` does this by itself."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.site.start import bring_up  # slow import

    bring_up(open_workspace(workspace))
    from quarterdeck.jobs.schedule import tick as ask_for_work  # slow import

    asked = ask_for_work()
    for job in asked:
        typer.echo(job.title)
    if not asked:
        typer.echo("Nothing is due.")


def run(workspace: "Workspace", *, host: str, port: int, workers: int, jobs: bool, link: str = "") -> None:
    """Run the server and say where it listens, and how to get in."""
    from quarterdeck.records.models import Person  # slow import
    from quarterdeck.site.listening import address_at, noted
    from quarterdeck.site.server import run_server  # slow import

    address = address_at(host, port)
    somebody = Person.objects.exists()

    def say() -> None:
        typer.echo(f"Quarterdeck listens at {address}  (Ctrl-C ends it)")
        if link:
            typer.echo(f"Sign in, once, within the hour: {address}{link}")
        elif not somebody:
            here = Path.cwd().is_relative_to(workspace.path)
            where = "" if here else f" --workspace {shlex.quote(str(workspace.path))}"
            typer.echo(
                "Nobody can sign in yet; this prints a link: "
                f"quarterdeck invite you@company.com --role admin{where}"
            )

    with noted(workspace.path / ".quarterdeck", address):
        run_server(host=host, port=port, workers=workers, jobs=jobs, ready=say)


def _need_sign_in_libraries() -> None:
    from quarterdeck.records.single_sign_on import sign_in_provider  # slow import
    from quarterdeck.site.openid import need_installed  # slow import

    if sign_in_provider() is not None:
        need_installed()
