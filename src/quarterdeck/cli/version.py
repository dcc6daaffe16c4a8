"""Which version of the program is this?"""

import typer


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"quarterdeck {version('quarterdeck')}")
        raise typer.Exit


def tell_version(
    _asked: bool = typer.Option(
        False, "--version", help="Show the version.", is_eager=True, callback=_print_version
    ),
) -> None:
    """The option --version of the whole command line."""
