"""Which metrics does this workspace's own use suggest, and how do the chosen ones become files?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.newest import newest_versions
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.calc.suggesting import Suggestion, suggest
from quarterdeck.insights.metrics.facts.habits import read_habits

MOST_INPUTS = 6
SUGGEST = "metrics.suggest"  # the job that keeps suggestions
KEPT = Path(".quarterdeck") / "suggestions.json"
EVENTS, NO_EVENTS = "events", -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggested:
    """Metrics to begin with, and the version of the events that speak for them."""

    events_version: int
    suggestions: tuple[Suggestion, ...]


SUGGESTED = TypeAdapter(Suggested)


def keep_suggestions(workspace: Workspace, *, tell: Callable[[str], None] = lambda _: None) -> Suggested:
    """Metrics to begin with, judged by how all events are used, kept for the pages; none without events.

    On ten million events this takes a third of a minute, so it is work for a job.
    """
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        version = snapshot.versions.get(EVENTS, NO_EVENTS)
        found: tuple[Suggestion, ...] = ()
        if version != NO_EVENTS:
            habits, weeks, people = read_habits(snapshot, tell=tell)
            found = suggest(habits, weeks=weeks, people=people)
    kept = Suggested(events_version=version, suggestions=found)
    write_atomically(workspace.path / KEPT, SUGGESTED.dump_json(kept).decode())
    return kept


def kept_suggestions(workspace: Workspace) -> Suggested | None:
    """What was suggested last; None where nothing was looked at yet."""
    try:
        return SUGGESTED.validate_json((workspace.path / KEPT).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def events_version(workspace: Workspace) -> int:
    """The version of the events that suggestions should be of."""
    return newest_versions(workspace.facts_path).get(EVENTS, NO_EVENTS)


def starting_texts(
    suggestions: Iterable[Suggestion], *, north_star: str, inputs: Iterable[str], owner: str
) -> Mapping[str, str]:
    """The chosen metrics and their tree as YAML, by the file's path in the workspace.

    The guardrails that were suggested are taken too: a north star without one invites harm.
    """
    known = {each.name: each for each in suggestions}
    wanted = [north_star, *(name for name in inputs if name != north_star)]
    unknown = [name for name in wanted if name not in known]
    if unknown or not north_star:
        raise QuarterdeckError(
            f"Nothing was suggested by the name '{unknown[0]}'." if unknown else "No north star is chosen.",
            "Choose one of the suggestions.",
        )
    if len(wanted) < 2 or len(wanted) > MOST_INPUTS + 1:
        raise QuarterdeckError(
            f"{len(wanted) - 1} inputs are chosen.", f"Choose one to {MOST_INPUTS}; three are usual."
        )
    guardrails = [
        each.name for each in known.values() if each.place == "guardrail" and each.name not in wanted
    ]
    texts: dict[str, str] = {}
    for name in (*wanted, *guardrails):
        for each in (*known[name].needs, known[name]):
            texts.setdefault(f"metrics/{each.name}.yaml", _written(each, owner))
    tree: dict[str, object] = {"north_star": north_star, "inputs": wanted[1:]}
    if guardrails:
        tree["guardrails"] = guardrails
    texts["metrics/tree.yaml"] = _yaml(tree, "metric_tree")
    return texts


def _written(suggestion: Suggestion, owner: str) -> str:
    content = {"title": suggestion.title, **suggestion.content, "owner": owner, "status": "draft"}
    return _yaml(content, "metric")


def _yaml(content: Mapping[str, object], kind: str) -> str:
    from io import StringIO

    from ruamel.yaml import YAML  # slow import

    stream = StringIO()
    stream.write(f"# yaml-language-server: $schema=../schemas/{kind}.json\n")
    writer = YAML()
    writer.default_flow_style = False
    writer.width = 110
    writer.dump(dict(content), stream)
    return stream.getvalue()
