"""How does a made-up company come to be, from nothing to its brief?"""

from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date
    from multiprocessing.process import BaseProcess

    from quarterdeck.definitions.workspace import Workspace
    from quarterdeck.demo.company import Company

TRUTH_FILE = "truth.json"
HOST = "127.0.0.1"


def demo(
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", metavar="DIR", help="Where to; made if it is not there.")
    ] = Path("demo-workspace"),
    events: Annotated[int, typer.Option(min=10_000, max=100_000_000, help="How many events.")] = 1_000_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another company.")] = 1,
    stories: Annotated[bool, typer.Option(help="Plant the stories that the brief must find.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the server listens.")] = 8000,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Write the files only; start no server.")
    ] = False,
) -> None:
    """Make a company up, write its brief, serve its pages; a second run ends what a first one began."""
    from quarterdeck.demo.company import generate  # slow import
    from quarterdeck.report.brief.service.write import write_brief  # slow import
    from quarterdeck.site.listening import need_port

    if not no_serve:
        need_port(HOST, port)
    company = generate(events=events, seed=seed, stories=stories)
    opened = _begin(workspace, company)
    _write_facts(opened, company, transaction=f"demo-{events}-{seed}-{'stories' if stories else 'quiet'}")
    answering = None if no_serve else _answer_journeys_meanwhile(opened)
    _read_feedback(opened)
    written = write_brief(opened, as_of=company.truth.as_of)
    page = written.folder / "brief.html"
    typer.echo(written.document.headline[0].text)
    typer.echo(f"The brief, all made up: {page}")
    if answering is None:
        _sort_events(opened)
    else:
        _fill(opened, as_of=company.truth.as_of)
        answering.join()
        _serve(opened, port=port)


def _sort_events(workspace: "Workspace") -> None:
    """So that the first question about journeys need not do it."""
    from quarterdeck.insights.journeys.service.asked import columns_of  # slow import
    from quarterdeck.insights.journeys.service.book import read_journeys  # slow import
    from quarterdeck.insights.journeys.service.readiness import prepare  # slow import

    saved = read_journeys(workspace).values()
    columns = [name for each in saved for name in columns_of(each.model)]
    prepare(workspace, tables={}, columns=columns, tell=lambda _: None)


def _answer_journeys_meanwhile(workspace: "Workspace") -> "BaseProcess":
    """Another process sorts the events, compiles what answers questions, and answers those that are saved."""
    process = get_context("spawn").Process(target=_answer_journeys, args=(workspace.path,))
    process.start()
    return process


def _read_feedback(workspace: "Workspace") -> None:
    """So that the inbox has its quotes when it is first opened."""
    from quarterdeck.feedback.intake.service.projecting import refresh  # slow import

    refresh(workspace)


def _answer_journeys(path: Path) -> None:
    from quarterdeck.definitions.workspace import open_workspace  # slow import
    from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import

    keep_kernels_in(path)
    from quarterdeck.insights.journeys.service.kept import keep_answers  # slow import

    keep_answers(open_workspace(path), tell=lambda _done, _total, _saying: None)


def _fill(workspace: "Workspace", *, as_of: "date") -> None:
    from quarterdeck.cli.demo_deck import fill_deck  # slow import
    from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import
    from quarterdeck.site.start import bring_up  # slow import

    keep_kernels_in(workspace.path)
    bring_up(workspace)
    fill_deck(workspace, as_of=as_of)


def _serve(workspace: "Workspace", *, port: int) -> None:
    from quarterdeck.cli.demo_deck import sign_in_path  # slow import
    from quarterdeck.cli.serve import run  # slow import

    run(workspace, host=HOST, port=port, workers=2, jobs=True, link=sign_in_path())


def _begin(path: Path, company: "Company") -> "Workspace":
    """The workspace of this very company; another company's, or a real one, is left alone."""
    from quarterdeck.definitions.files import write_atomically  # slow import
    from quarterdeck.definitions.settings import SETTINGS_FILE  # slow import
    from quarterdeck.definitions.workspace import init_workspace  # slow import
    from quarterdeck.demo.plan import COMPANY, CURRENCY, TIMEZONE  # slow import
    from quarterdeck.demo.workspace import demo_definitions  # slow import
    from quarterdeck.errors import QuarterdeckError
    from quarterdeck.site.capabilities import load_kinds  # slow import

    truth = path / TRUTH_FILE
    text = company.truth.as_json()
    taken = (path / SETTINGS_FILE).exists() or truth.exists()
    if taken and not (truth.exists() and truth.read_text(encoding="utf-8") == text):
        raise QuarterdeckError(
            f"{path} holds another workspace, or this demo with other settings.",
            "Name an empty folder: quarterdeck demo --workspace DIR",
        )
    path.mkdir(parents=True, exist_ok=True)
    write_atomically(truth, text)
    return init_workspace(
        path,
        company=COMPANY,
        timezone=TIMEZONE,
        currency=CURRENCY,
        demo=True,
        stands_at=company.truth.as_of,
        kinds=load_kinds(),
        definitions=demo_definitions(),
    ).workspace


def _write_facts(workspace: "Workspace", company: "Company", *, transaction: str) -> None:
    from quarterdeck.facts.store import FactStore  # slow import

    store = FactStore(workspace.facts_path)
    for table, batches in company.tables():
        added = store.append(table, batches, transaction=f"{transaction}-{table}").added
        typer.echo(f"{table:<12}{added:>14,} rows" if added else f"{table:<12}{'there already':>19}")
