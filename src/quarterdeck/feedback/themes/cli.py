"""How are texts tagged, and themes found, on the command line?"""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def themes() -> None:
    """What customers speak of: tags from a taxonomy."""


@app.command()
def tag(
    file: Annotated[Path, typer.Argument(metavar="IN.csv", help="Texts: the columns id,text.")],
    taxonomy: Annotated[Path, typer.Option(metavar="T.yaml", help="The tags, with what belongs to them.")],
    out: Annotated[Path, typer.Option(metavar="OUT.csv", help="Written here: id,tags,confidence.")],
    examples: Annotated[
        Path | None, typer.Option(metavar="E.csv", help="Tagged texts to learn from: id,text,label.")
    ] = None,
    always: Annotated[bool, typer.Option("--always", help="Give the best tag even in doubt.")] = False,
    encoder: Annotated[
        Literal["auto", "none", "words", "minilm"], typer.Option(help="What knows the meaning of words.")
    ] = "auto",
) -> None:
    """Give every text its tags, best first; none where in doubt."""
    from quarterdeck.definitions.files import write_atomically  # slow import
    from quarterdeck.feedback.themes.service.book import read_taxonomy_file  # slow import
    from quarterdeck.feedback.themes.service.sheets import read_sheet, tagged_text  # slow import
    from quarterdeck.feedback.themes.service.tagging import tag_quotes  # slow import

    wanted = read_taxonomy_file(taxonomy).model
    learnt = read_sheet(examples) if examples else None
    sheet = read_sheet(file)
    made = tag_quotes(
        wanted, sheet.texts, examples=learnt.examples if learnt else (), always=always, encoder=encoder
    )
    write_atomically(out, tagged_text(sheet.ids, made.tagged))
    for remark in (*(learnt.remarks if learnt else ()), *sheet.remarks, *made.remarks):
        typer.echo(remark, err=True)
    given = sum(bool(each.tags) for each in made.tagged)
    typer.echo(f"{len(sheet.ids):,} texts, {given:,} tagged, {len(sheet.ids) - given:,} without a tag")
