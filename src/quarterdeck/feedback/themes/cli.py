"""How are texts tagged, and themes found, on the command line?"""

import json
import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from quarterdeck.feedback.themes.service.reshaping import Reshaping

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def themes() -> None:
    """What customers speak of: tags from a taxonomy."""


TaxonomyOption = Annotated[Path, typer.Option(metavar="T.yaml", help="The tags, with what belongs to them.")]
CostOption = Annotated[
    float, typer.Option(metavar="TIMES", help="How many texts without a tag are as bad as one wrong tag.")
]
EncoderOption = Annotated[
    Literal["auto", "none", "words", "minilm"], typer.Option(help="What knows the meaning of words.")
]

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the current folder's.")
]
PreviewOption = Annotated[
    bool, typer.Option("--preview", help="Only say which quotes would go where; change nothing.")
]


@app.command()
def tag(
    file: Annotated[Path, typer.Argument(metavar="IN.csv", help="Texts: the columns id,text.")],
    taxonomy: TaxonomyOption,
    out: Annotated[Path, typer.Option(metavar="OUT.csv", help="Written here: id,tags,confidence.")],
    examples: Annotated[
        Path | None, typer.Option(metavar="E.csv", help="Tagged texts to learn from: id,text,label.")
    ] = None,
    always: Annotated[bool, typer.Option("--always", help="Give the best tag even in doubt.")] = False,
    wrong_costs: CostOption = 2.0,
    encoder: EncoderOption = "auto",
) -> None:
    """Give every text its tags, best first; none where a tag would likely be wrong."""
    from quarterdeck.definitions.files import write_atomically  # slow import
    from quarterdeck.feedback.themes.service.book import read_taxonomy_file  # slow import
    from quarterdeck.feedback.themes.service.sheets import read_sheet, tagged_text  # slow import
    from quarterdeck.feedback.themes.service.tagging import tag_quotes  # slow import

    wanted = read_taxonomy_file(taxonomy).model
    learnt = read_sheet(examples) if examples else None
    sheet = read_sheet(file)
    made = tag_quotes(
        wanted,
        sheet.texts,
        examples=learnt.examples if learnt else (),
        always=always,
        wrong_costs=wrong_costs,
        encoder=encoder,
    )
    write_atomically(out, tagged_text(sheet.ids, made.tagged))
    _remark(learnt.remarks if learnt else (), sheet.remarks, made.remarks)
    given = sum(bool(each.tags) for each in made.tagged)
    typer.echo(f"{len(sheet.ids):,} texts, {given:,} tagged, {len(sheet.ids) - given:,} without a tag")


@app.command()
def report(
    examples: Annotated[Path, typer.Argument(metavar="E.csv", help="Tagged texts: id,text,label.")],
    taxonomy: TaxonomyOption,
    wrong_costs: CostOption = 2.0,
    encoder: EncoderOption = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Say how good the tagger is on each tag, by cross-validation."""
    from quarterdeck.feedback.themes.service.book import read_taxonomy_file  # slow import
    from quarterdeck.feedback.themes.service.sheets import read_sheet  # slow import
    from quarterdeck.feedback.themes.service.tagging import cross_validated  # slow import
    from quarterdeck.feedback.themes.service.telling import report_json, report_lines  # slow import

    learnt = read_sheet(examples)
    found = cross_validated(
        read_taxonomy_file(taxonomy).model, learnt.examples, wrong_costs=wrong_costs, encoder=encoder
    )
    _remark(learnt.remarks, found.remarks)
    if as_json:
        typer.echo(json.dumps(report_json(found), indent=2, ensure_ascii=False))
        return
    for line in report_lines(found):
        typer.echo(line)


@app.command()
def discover(
    file: Annotated[Path, typer.Argument(metavar="IN.csv", help="Texts: the columns id,text.")],
    resolution: Annotated[
        float, typer.Option(metavar="NUMBER", help="More makes more and smaller themes.")
    ] = 1.5,
    previous: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="An earlier result, whose themes keep their ids.")
    ] = None,
    encoder: EncoderOption = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Find what texts speak of, without any taxonomy."""
    from quarterdeck.feedback.themes.service.discovering import (  # slow import
        discover as discover_themes,
    )
    from quarterdeck.feedback.themes.service.discovering import (  # slow import
        discovery_json,
        discovery_lines,
        read_earlier,
    )
    from quarterdeck.feedback.themes.service.sheets import read_sheet  # slow import

    earlier = read_earlier(previous) if previous else None
    sheet = read_sheet(file)
    found = discover_themes(sheet.ids, sheet.texts, resolution=resolution, encoder=encoder, earlier=earlier)
    _remark(sheet.remarks)
    if as_json:
        typer.echo(json.dumps(discovery_json(found), indent=1, ensure_ascii=False))
        return
    for line in discovery_lines(found):
        typer.echo(line)


@app.command()
def rename(
    old: Annotated[str, typer.Argument(help="The tag as it is called.")],
    new: Annotated[str, typer.Argument(help="As it shall be called.")],
    preview: PreviewOption = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Give a tag another name; what was said, decided and counted under the old one follows."""
    from quarterdeck.feedback.themes.service.reshaping import Reshaping  # slow import

    _reshape(workspace, Reshaping(verb="rename", tag=old, name=new), preview=preview)


@app.command()
def merge(
    tag: Annotated[str, typer.Argument(help="The tag that ends.")],
    into: Annotated[str, typer.Argument(help="The tag that it goes up in.")],
    preview: PreviewOption = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Make two tags one: words, examples and decisions of the first go to the second."""
    from quarterdeck.feedback.themes.service.reshaping import Reshaping  # slow import

    _reshape(workspace, Reshaping(verb="merge", tag=tag, name=into), preview=preview)


@app.command()
def split(
    tag: Annotated[str, typer.Argument(help="The tag that becomes a whole.")],
    parts: Annotated[list[str], typer.Argument(metavar="PART...", help='"Name: what belongs under it".')],
    preview: PreviewOption = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Begin parts of a tag; it stays as their whole, with what people decided."""
    from quarterdeck.feedback.themes.service.reshaping import Reshaping, part_of_line  # slow import

    change = Reshaping(verb="split", tag=tag, parts=tuple(part_of_line(part) for part in parts))
    _reshape(workspace, change, preview=preview)


def _reshape(folder: Path, change: "Reshaping", *, preview: bool) -> None:
    """Change the taxonomy's file, or only say what that would do to the quotes."""
    from quarterdeck.definitions.files import write_atomically  # slow import
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.feedback.themes.service.book import taxonomy_file  # slow import
    from quarterdeck.feedback.themes.service.reshaping import reshaped  # slow import

    opened = open_workspace(folder)
    file = taxonomy_file(opened)
    text = file.read_text(encoding="utf-8")
    made = reshaped(text, change)
    if not preview:
        write_atomically(file, made)
        typer.echo(f"{file} is changed; quotes are tagged by it in the background.")
        return
    from quarterdeck.errors import QuarterdeckError  # slow import
    from quarterdeck.records.here import has_records, stand_on  # slow import

    if not has_records(opened, os.environ.get("DATABASE_URL", "")):
        raise QuarterdeckError("No quote was sorted or tagged here yet.", "Start it once: quarterdeck serve.")
    stand_on(opened)
    from quarterdeck.feedback.themes.service.shown import preview_lines, see_preview  # slow import

    for line in preview_lines(see_preview(opened, text, change, sees_personal=False)):
        typer.echo(line)


def _remark(*remarks: Sequence[str]) -> None:
    for remark in chain.from_iterable(remarks):
        typer.echo(remark, err=True)
