"""How are messages brought in, and how is what was said asked for, on the command line?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from quarterdeck.errors import QuarterdeckError
    from quarterdeck.feedback.intake.service.importing import Taken

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]
KindOption = Literal["csv", "jsonl", "zendesk", "intercom", "app-store", "google-play", "nps", "notes"]
TROUBLE = 2


@app.command(name="import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Exports; plain, .gz, .zst or .bz2.")
    ],
    kind: Annotated[
        KindOption | None, typer.Option("--from", help="Whose export it is; else CSV or JSON lines by name.")
    ] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="MAP.yaml", help="Which column goes where.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of times without an offset; else the company's.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the file, if not UTF-8 or UTF-16.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Bring in what customers said: each message once, what cannot be read set aside."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.errors import QuarterdeckError
    from quarterdeck.feedback.intake.service.importing import take_in  # slow import

    opened = open_workspace(workspace)
    taken: list[Taken] = []
    failed: list[tuple[Path, QuarterdeckError]] = []
    for file in files:
        try:
            taken.append(
                take_in(opened, file, kind=kind, map_file=map_file, timezone=timezone, encoding=encoding)
            )
        except QuarterdeckError as error:
            if len(files) == 1:
                raise
            failed.append((file, error))
        else:
            if not as_json:
                _say(taken[-1])
    if as_json:
        _print_json(taken, failed)
    for file, trouble in failed:
        typer.echo(f"{file}: {trouble.message}\n  {trouble.hint}", err=True)
    useless = any(each.result.read and each.result.quarantined == each.result.read for each in taken)
    if failed or useless:
        raise typer.Exit(TROUBLE)


def _say(taken: "Taken") -> None:
    from quarterdeck.feedback.intake.service.importing import told

    result = taken.result
    if result.same_file:
        typer.echo(f"{result.file}: the same file came in before; nothing to do.")
        return
    parts = [f"{result.read:,} messages read", f"{result.added:,} added", f"{result.present:,} already there"]
    if result.quarantined:
        parts.append(f"{result.quarantined:,} in quarantine")
    if result.erased:
        parts.append(f"{result.erased:,} of erased people left out")
    typer.echo(f"{result.file} ({taken.kind}): {', '.join(parts)}.")
    for reason, many in result.reasons.items():
        typer.echo(f"{many:>9,}  {reason}")
    if taken.left_out:
        typer.echo("  Left out, as no customer said it:")
        for line in told(taken):
            typer.echo(line)
    for note in result.notes:
        typer.echo(f"  {note}")


def _print_json(taken: "list[Taken]", failed: "list[tuple[Path, QuarterdeckError]]") -> None:
    from dataclasses import asdict

    import orjson

    said = [{**asdict(each.result), "kind": each.kind, "left_out": dict(each.left_out)} for each in taken]
    said += [{"file": str(file), "error": error.message, "hint": error.hint} for file, error in failed]
    typer.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2).decode())


@app.command()
def duplicates(
    file: Annotated[Path, typer.Argument(metavar="IN.csv", help="Columns id and text.")],
    threshold: Annotated[
        float, typer.Option(min=0.3, max=1.0, help="How alike near duplicates are at least.")
    ] = 0.6,
    as_json: Annotated[
        bool, typer.Option("--json", help="Groups as JSON; else CSV, a row for each id.")
    ] = False,
) -> None:
    """Find texts that say the same, to the letter or nearly; every id stands in one group."""
    from quarterdeck.feedback.intake.service.duplicates import grouped, read_texts, written  # slow import

    groups = grouped(*read_texts(file), threshold=threshold)
    if not as_json:
        typer.echo(written(groups), nl=False)
        return
    import orjson

    said = {
        "items": sum(len(group.ids) for group in groups),
        "groups": [group.as_json() for group in groups],
        "exact": sum(group.kind == "exact" for group in groups),
        "near": sum(group.kind == "near" for group in groups),
    }
    typer.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2).decode())


@app.command()
def quotes(
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 1_000,
    personal: Annotated[
        bool, typer.Option("--personal", help="Words as they were said; else what is personal is masked.")
    ] = False,
    outside: Annotated[
        bool, typer.Option("--outside", help="Only what may be quoted outside, and masked.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a line for each.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Read new messages, and list the quotes as they stand in them, the newest last."""
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.feedback.intake.service.exporting import exported  # slow import

    found = exported(
        open_workspace(workspace), limit=limit, personal=personal and not outside, outside=outside
    )
    if as_json:
        import orjson

        for quote in found:
            typer.echo(orjson.dumps(quote).decode())
        return
    for quote in found:
        again = f"  (as {quote['same_as']})" if quote["same_as"] else ""
        typer.echo(
            f"{quote['quote']}  {quote['channel'] or '-'}  {quote['account'] or '-'}  {quote['text']}{again}"
        )
