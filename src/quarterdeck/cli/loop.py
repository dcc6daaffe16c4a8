"""How are work items linked, merged and closed on the command line?"""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from quarterdeck.cli.acting import bring_up, whoever

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]
ItemArgument = Annotated[str, typer.Argument(metavar="ITEM", help="The key of a work item.")]
ReplyArgument = Annotated[int, typer.Argument(metavar="REPLY", help="Its number, as `replies` lists it.")]
ByOption = Annotated[str, typer.Option(metavar="ADDRESS", help="Who says so; else the only one who may.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


def items(
    words: Annotated[str, typer.Argument(help="Of its key, title, project or status.")] = "",
    show: Annotated[Literal["open", "done", "all"], typer.Option(help="How far they are.")] = "open",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """List work items, those that most customers asked for first."""
    here = bring_up(workspace)
    from quarterdeck.feedback.backlog.service.shelf import see_shelf  # slow import

    shelf = see_shelf(here, show=show, words=words)
    if as_json:
        _print([_row(row) for row in shelf.rows[:limit]])
        return
    typer.echo(shelf.claim)
    for row in shelf.rows[:limit]:
        asked = f"{row.customers:>5,} customers {row.arr:>10}" if row.customers else " " * 26
        typer.echo(f"{row.item.key:<12} {row.item.status:<14} {asked}  {row.item.title}")


def similar(
    item: Annotated[str, typer.Argument(metavar="[ITEM]", help="The key of a work item.")] = "",
    text: Annotated[str, typer.Option(help="Words instead of an item.")] = "",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Suggest the work items that may ask for the same, likeliest first; nothing is merged."""
    here = bring_up(workspace)
    from quarterdeck.errors import QuarterdeckError
    from quarterdeck.feedback.backlog.service.similar import similar_to_item, similar_to_text  # slow import

    if bool(item) == bool(text):
        raise QuarterdeckError("Similar to what?", "Name one item, or give words: --text 'works offline'.")
    found = similar_to_item(here, item) if item else similar_to_text(here, text)
    if as_json:
        _print(
            [
                {
                    "item": each.item.key,
                    "title": each.item.title,
                    "status": each.item.status,
                    "share": round(each.share, 4),
                    "more_of_that_title": each.more,
                }
                for each in found
            ]
        )
        return
    for each in found:
        typer.echo(f"{each.share:.2f}  {each.item.key:<12} {each.item.status:<14} {each.item.title}")


def link(
    item: ItemArgument,
    quote: Annotated[str, typer.Option(metavar="KEY", help="The quote that asks for it.")] = "",
    theme: Annotated[str, typer.Option(help="The theme whose speakers all ask for it.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the link back.")] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say that a quote or a theme asks for a work item."""
    bring_up(workspace)
    from quarterdeck.errors import QuarterdeckError
    from quarterdeck.feedback.backlog.service import linking  # slow import

    if bool(quote) == bool(theme):
        raise QuarterdeckError("What asks for it?", "Name a quote or a theme: --quote KEY or --theme NAME.")
    person = whoever(by)
    if quote:
        done = (linking.unlink_quote if undo else linking.link_quote)(quote=quote, item=item, by=person)
    else:
        done = (linking.unlink_theme if undo else linking.link_theme)(theme=theme, item=item, by=person)
    asker = f"quote {quote}" if quote else f"theme {theme}"
    typer.echo(f"{asker} {'asks no more' if undo else 'asks'} for {item}" if done else "Nothing to do.")


def merge(
    item: ItemArgument,
    into: Annotated[str, typer.Argument(metavar="[INTO]", help="The item it is the same as.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Let it stand for itself again.")] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say that a work item is the same as another; whoever asked is counted there."""
    bring_up(workspace)
    from quarterdeck.errors import QuarterdeckError
    from quarterdeck.feedback.backlog.service import linking  # slow import

    if undo:
        typer.echo(f"{item} stands for itself; it was {linking.undo_merge(item=item, by=whoever(by))}.")
        return
    if not into:
        raise QuarterdeckError("The same as which item?", "quarterdeck backlog merge TW-2 TW-1")
    typer.echo(f"{item} is counted with {linking.merge_items(item=item, into=into, by=whoever(by))}.")


def close(workspace: WorkspaceOption = Path()) -> None:
    """List everyone who asked for what shipped, once; run again it lists nobody twice."""
    here = bring_up(workspace)
    from quarterdeck.feedback.backlog.service import closing  # slow import
    from quarterdeck.feedback.backlog.service.preparing import prepare  # slow import

    prepare(here)
    for item in closing.draft_due(here):
        typer.echo(f"{item}: {closing.draft_replies(here, item):,} replies drafted")
    closing.forget_erased(here)


def replies(
    item: ItemArgument,
    form: Annotated[
        Literal["text", "csv", "json"], typer.Option("--format", help="How the list is written.")
    ] = "text",
    personal: Annotated[
        bool, typer.Option("--personal", help="With who it is; else what is personal is masked.")
    ] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Show who asked for an item that shipped, each once, with what they may be told."""
    here = bring_up(workspace)
    from quarterdeck.feedback.backlog.service.listing import replies_csv, replies_told  # slow import

    if form == "csv":
        typer.echo(replies_csv(here, item, sees_personal=personal), nl=False)
        return
    told = replies_told(here, item, sees_personal=personal)
    if form == "json":
        _print(told)
        return
    for line in told:
        held = f"  not before {line['not_before']}" if line["not_before"] else ""
        typer.echo(
            f"{line['reply'] or '-':>6}  {line['state']:<8} {line['name'] or '-':<28} {line['words']}{held}"
        )


def sent(reply: ReplyArgument, by: ByOption = "", workspace: WorkspaceOption = Path()) -> None:
    """Say that somebody was told; nothing is sent from here."""
    bring_up(workspace)
    from quarterdeck.feedback.backlog.service.closing import mark_sent  # slow import

    typer.echo(f"{mark_sent(number=reply, by=whoever(by)).pk}  sent")


def skip(
    reply: ReplyArgument,
    reason: Annotated[str, typer.Option(help="Why not.")],
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say that somebody is not to be told, and why."""
    bring_up(workspace)
    from quarterdeck.feedback.backlog.service import closing  # slow import

    typer.echo(f"{closing.skip(number=reply, reason=reason, by=whoever(by)).pk}  skipped")


def effect(item: ItemArgument, as_json: JsonOption = False, workspace: WorkspaceOption = Path()) -> None:
    """Compare before and after an item shipped, with intervals; what cannot be told is said."""
    here = bring_up(workspace)
    from dataclasses import asdict

    from quarterdeck.feedback.backlog.service.preparing import prepare  # slow import
    from quarterdeck.feedback.backlog.service.shelf import see_item  # slow import

    prepare(here)
    seen = see_item(here, item)
    if as_json:
        _print({"claim": seen.claim, "effect": asdict(seen.effect) if seen.effect else None})
        return
    typer.echo(seen.claim)
    for measure in seen.measures:
        told = "  ".join(part for part in (measure.before, measure.after, measure.change) if part)
        typer.echo(f"{measure.name}: {told}{'  ' if told else ''}{measure.verdict}")


COMMANDS = (items, similar, link, merge, close, replies, sent, skip, effect)


def _row(row: Any) -> dict[str, object]:
    return {
        "item": row.item.key,
        "title": row.item.title,
        "status": row.item.status,
        "stage": row.item.stage,
        "shipped_at": row.item.shipped_at,
        "customers": row.customers,
        "people": row.people,
        "arr": row.arr,
        "counted_with": row.counted_with,
    }


def _print(told: object) -> None:
    import orjson

    typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
