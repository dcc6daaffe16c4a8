"""Which command was asked for, and how does trouble reach the person who asked?"""

import sys
from typing import TYPE_CHECKING

from quarterdeck.errors import QuarterdeckError

if TYPE_CHECKING:
    import typer

TROUBLE = 2
INTERRUPTED = 130


def build(asked: str | None = None) -> "typer.Typer":
    """The command line: the kernels' verbs, then a group for each capability.

    Where one command is asked for, the others are only named: loading them all would take a third of the time
    that `--help` may take. Imports stand in here, where `run` hears a Ctrl-C.
    """
    import typer  # slow import

    from quarterdeck.cli.version import tell_version  # slow import
    from quarterdeck.site.capabilities import CAPABILITIES, VERBS, load  # slow import

    app = typer.Typer(
        name="quarterdeck",
        help="Product operations as one system: raw signals in, a decision-ready weekly brief out.",
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(tell_version)
    for verb in VERBS:
        loaded = asked in (None, verb.name)
        app.command(verb.name, help=verb.help)(load(verb.command) if loaded else _named)
    for capability in CAPABILITIES:
        if not capability.cli:
            continue
        if asked in (None, capability.name):
            app.add_typer(load(capability.cli), name=capability.name, help=capability.help)
        else:
            app.command(capability.name, help=capability.help)(_named)
    return app


def _named() -> None:
    """Stands for a command in the list of commands."""


def run() -> None:
    """The entry point: expected trouble is one message with its hint on standard error, exit code 2."""
    try:
        build(sys.argv[1] if len(sys.argv) > 1 else "")()
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
