"""Which command was asked for, and how does trouble reach the person who asked?"""

import sys

import typer

from quarterdeck.errors import QuarterdeckError
from quarterdeck.site.capabilities import CAPABILITIES, VERBS, load

TROUBLE = 2
INTERRUPTED = 130


def build() -> typer.Typer:
    """The whole command line: the kernels' verbs, then a group for each capability."""
    app = typer.Typer(
        name="quarterdeck",
        help="Product operations as one system: raw signals in, a decision-ready weekly brief out.",
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_version)
    for verb in VERBS:
        app.command(verb.name, help=verb.help)(load(verb.command))
    for capability in CAPABILITIES:
        app.add_typer(load(capability.cli), name=capability.name, help=capability.help)
    return app


def run() -> None:
    """The entry point: expected trouble is one message with its hint on standard error, exit code 2."""
    try:
        build()()
    except QuarterdeckError as error:
        sys.stderr.write(f"{error.message}\n")
        if error.hint:
            sys.stderr.write(f"  {error.hint}\n")
        sys.exit(TROUBLE)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python would complain once more while closing.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        # Of files that people named: what the system says of them is the message.
        if error.filename is None:
            raise
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        sys.exit(TROUBLE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"quarterdeck {version('quarterdeck')}")
        raise typer.Exit


def _version(
    _asked: bool = typer.Option(
        False, "--version", help="Show the version.", is_eager=True, callback=_print_version
    ),
) -> None:
    pass
