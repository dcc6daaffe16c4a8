"""How are texts tagged, and themes found, on the command line?"""

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import typer

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


def _remark(*remarks: Sequence[str]) -> None:
    for remark in chain.from_iterable(remarks):
        typer.echo(remark, err=True)
