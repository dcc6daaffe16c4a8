"""What can this installation do, and where does each part of it stand?

Adding a capability is one folder and one entry here. Nothing heavy is imported until it is used, so that
`quarterdeck --help` stays quick.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from quarterdeck.definitions.folder import Kind

Pillar = Literal["insights", "feedback", "process", "launch", "tooling", "governance", "report"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """A top-level command of a kernel: its name, its help line and the function behind it."""

    name: str
    help: str
    command: str


Section = Literal["This week", "Insights", "Feedback", "Process", "Launch", "Workspace"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A page in the navigation: `thumb` keeps it on a phone, `key` follows g, `count` is module:function."""

    section: Section
    label: str
    path: str
    key: str = ""
    thumb: bool = False
    count: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capability:
    """One capability: where each of its doors stands, as a module or as `module:attribute`.

    `app` is its Django application, `urls` its pages, `api` its router, `jobs` its work, `search` its finder,
    `about` what it tells of the things of others, `warm` loads what its pages need before they are asked for,
    `tags` the module that suggests tags for quotes, `links` the one that knows what quotes lead to.
    """

    name: str
    pillar: Pillar
    help: str
    cli: str = ""
    kinds: tuple[str, ...] = ()
    app: str = ""
    urls: str = ""
    api: str = ""
    jobs: str = ""
    search: str = ""
    about: str = ""
    warm: str = ""
    tags: str = ""
    links: str = ""
    entries: tuple[Entry, ...] = ()


CAPABILITIES: tuple[Capability, ...] = (
    Capability(
        name="metrics",
        pillar="insights",
        help="Show metrics, the metric tree, and reconcile them with another dashboard.",
        cli="quarterdeck.insights.metrics.cli:app",
        kinds=(
            "quarterdeck.insights.metrics.service.book:METRIC",
            "quarterdeck.insights.metrics.service.book:TREE",
        ),
        app="quarterdeck.insights.metrics",
        urls="quarterdeck.insights.metrics.web.pages",
        api="quarterdeck.insights.metrics.api:router",
        jobs="quarterdeck.insights.metrics.jobs",
        search="quarterdeck.insights.metrics.web.finding:find_metrics",
        entries=(
            Entry(
                section="Insights",
                label="Metrics",
                path="/metrics/",
                key="m",
                thumb=True,
                count="quarterdeck.insights.metrics.web.finding:count_metrics",
            ),
        ),
    ),
    Capability(
        name="journeys",
        pillar="insights",
        help="Funnels, retention, trends and paths: who did what after what, and who did not.",
        cli="quarterdeck.insights.journeys.cli:app",
        kinds=(
            "quarterdeck.insights.journeys.service.book:JOURNEY",
            "quarterdeck.insights.journeys.service.book:COHORT",
        ),
        app="quarterdeck.insights.journeys",
        urls="quarterdeck.insights.journeys.web.pages",
        api="quarterdeck.insights.journeys.api:router",
        jobs="quarterdeck.insights.journeys.jobs",
        warm="quarterdeck.insights.journeys.service.preparing:warm_up",
        entries=(Entry(section="Insights", label="Journeys", path="/journeys/", key="j", thumb=True),),
    ),
    Capability(
        name="themes",
        pillar="feedback",
        help="What customers speak of: tags from a taxonomy, and themes nobody named yet.",
        cli="quarterdeck.feedback.themes.cli:app",
        kinds=("quarterdeck.feedback.themes.service.book:TAXONOMY",),
        app="quarterdeck.feedback.themes",
        urls="quarterdeck.feedback.themes.web",
        api="quarterdeck.feedback.themes.api:router",
        jobs="quarterdeck.feedback.themes.jobs",
        tags="quarterdeck.feedback.themes.service.suggesting",
        entries=(Entry(section="Feedback", label="Themes", path="/themes/", key="t"),),
    ),
    Capability(
        name="intake",
        pillar="feedback",
        help="What customers said: bring it in, fold duplicates, sort it.",
        cli="quarterdeck.feedback.intake.cli:app",
        app="quarterdeck.feedback.intake",
        urls="quarterdeck.feedback.intake.web",
        api="quarterdeck.feedback.intake.api:router",
        jobs="quarterdeck.feedback.intake.jobs",
        entries=(
            Entry(
                section="Feedback",
                label="Inbox",
                path="/inbox/",
                key="i",
                thumb=True,
                count="quarterdeck.feedback.intake.service.inbox:waiting_count",
            ),
        ),
    ),
    Capability(
        name="backlog",
        pillar="feedback",
        help="What to change because of what customers say, and who is told when it ships.",
        cli="quarterdeck.cli.backlog:app",
        kinds=("quarterdeck.feedback.backlog.service.loop:LOOP",),
        app="quarterdeck.feedback.backlog",
        urls="quarterdeck.feedback.backlog.web.addresses",
        api="quarterdeck.feedback.backlog.api.operations:router",
        jobs="quarterdeck.feedback.backlog.jobs",
        warm="quarterdeck.feedback.backlog.service.preparing:warm_up",
        links="quarterdeck.feedback.backlog.service.leading",
        entries=(Entry(section="Feedback", label="Backlog", path="/backlog/", key="k"),),
    ),
    Capability(
        name="brief",
        pillar="report",
        help="The decision-ready page of the week, from draft to published.",
        app="quarterdeck.report.brief",
        urls="quarterdeck.report.brief.web",
        api="quarterdeck.report.brief.api:router",
        jobs="quarterdeck.report.brief.jobs",
        about="quarterdeck.report.brief.service.about:tell_judgements",
        entries=(Entry(section="This week", label="Brief", path="/brief/", key="b", thumb=True),),
    ),
    Capability(
        name="decisions",
        pillar="process",
        help="Carry decisions and actions out and in.",
        cli="quarterdeck.cli.decisions:app",
        app="quarterdeck.process.decisions",
        urls="quarterdeck.process.decisions.web.addresses",
        api="quarterdeck.process.decisions.api:router",
        jobs="quarterdeck.process.decisions.jobs",
        search="quarterdeck.process.decisions.service.ledger:find",
        about="quarterdeck.process.decisions.service.about:tell_decisions",
        entries=(
            Entry(
                section="This week",
                label="Decisions",
                path="/decisions/",
                key="d",
                thumb=True,
                count="quarterdeck.process.decisions.service.ledger:asked_count",
            ),
            Entry(section="This week", label="Actions", path="/actions/"),
        ),
    ),
)

KERNEL_ROUTERS: tuple[str, ...] = (
    "quarterdeck.records.api:router",
    "quarterdeck.site.api_jobs:router",
    "quarterdeck.site.api_definitions:router",
    "quarterdeck.site.api_facts:router",
)

KERNEL_ENTRIES: tuple[Entry, ...] = (
    Entry(section="Workspace", label="First hours", path="/start/"),
    Entry(
        section="Workspace",
        label="Facts",
        path="/facts/",
        key="f",
        count="quarterdeck.site.facts_status:waiting_count",
    ),
    Entry(section="Workspace", label="Definitions", path="/definitions/", key="e"),
    Entry(section="Workspace", label="People", path="/people/", key="p"),
    Entry(section="Workspace", label="Jobs", path="/jobs/"),
    Entry(section="Workspace", label="Change log", path="/changes/"),
)

KERNEL_KINDS: tuple[str, ...] = ("quarterdeck.site.maps:MAP",)

VERBS: tuple[Verb, ...] = (
    Verb(name="init", help="Begin a workspace folder.", command="quarterdeck.cli.workspace:init"),
    Verb(name="check", help="Validate every definition.", command="quarterdeck.cli.workspace:check"),
    Verb(
        name="upgrade",
        help="Bring a workspace to this program's format.",
        command="quarterdeck.cli.workspace:upgrade",
    ),
    Verb(
        name="import",
        help="Read files into a fact table; nothing is lost, nothing twice.",
        command="quarterdeck.cli.facts:import_",
    ),
    Verb(
        name="facts",
        help="Show the fact tables: rows, versions, freshness, quarantine.",
        command="quarterdeck.cli.facts:facts",
    ),
    Verb(name="sql", help="Ask the facts in SQL, read-only.", command="quarterdeck.cli.facts:sql"),
    Verb(
        name="erase",
        help="Remove a person from every table, provably.",
        command="quarterdeck.cli.facts:erase",
    ),
    Verb(
        name="brief",
        help="Write the decision-ready page of the week, with its evidence.",
        command="quarterdeck.report.brief.cli:brief",
    ),
    Verb(
        name="conformance",
        help="Check an engine of journeys against neutral cases.",
        command="quarterdeck.insights.journeys.cli:conformance",
    ),
    Verb(
        name="serve",
        help="Serve the pages, and do the work behind them.",
        command="quarterdeck.cli.serve:serve",
    ),
    Verb(
        name="invite",
        help="Let somebody in: prints a link that works once.",
        command="quarterdeck.cli.serve:invite",
    ),
    Verb(
        name="tick",
        help="Ask for the work that is due; for a clock of your own.",
        command="quarterdeck.cli.serve:tick",
    ),
    Verb(
        name="demo",
        help="Make a company up, from nothing to its brief.",
        command="quarterdeck.cli.demo:demo",
    ),
)


def load_kinds() -> "tuple[Kind[Any], ...]":
    """Every kind of definition, imported."""
    names = [*KERNEL_KINDS, *(kind for capability in CAPABILITIES for kind in capability.kinds)]
    return tuple(load(name) for name in names)


def load(name: str) -> Any:
    """The object that "module:attribute" names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
