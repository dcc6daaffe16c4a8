"""`check` warns of names in metrics that no fact has, and asks the facts alone for them."""

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.lint import check_workspace
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.insights.metrics.service.book import METRIC
from quarterdeck.insights.metrics.service.names import fact_names
from tests.insights.metrics.conftest import Event, MakeWorkspace, add_events

EVENTS: list[Event] = [
    ("alice", "acme", "order_placed", "2026-03-24T10:00:00+00:00", {"amount": 10.0, "channel": "ads"})
]


def warnings(workspace: Workspace) -> list[Finding]:
    found = check_workspace(workspace.path, [METRIC], fact_names(workspace.path))
    return [finding for finding in found if finding.warning]


def test_an_unknown_event_and_property_are_warnings_with_what_was_meant(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = make_workspace(
        orders="kind: count\nevent: [order_placed, order_place]\ndimensions: [channel, account.plan]\n",
        sales="kind: sum\nevent: order_placed\nproperty: amuont\nwhere:\n  - {property: chanel, is: ads}\n",
        each="kind: ratio\nnumerator: sales\ndenominator: orders\ndimensions: [chanel]\n",
        score="kind: mean\nfrom: feedback\nproperty: scor\n",
    )
    add_events(workspace, EVENTS)
    told = {(one.file.stem, one.line): (one.rule, one.message, one.hint) for one in warnings(workspace)}
    assert told == {
        ("orders", 5): (
            "unknown_event",
            "no fact is an event 'order_place'",
            "Did you mean 'order_placed'?",
        ),
        ("sales", 6): ("unknown_property", "no row of events has 'amuont'", "Did you mean 'amount'?"),
        ("sales", 8): ("unknown_property", "no row of events has 'chanel'", "Did you mean 'channel'?"),
        ("each", 7): ("unknown_property", "no row of events has 'chanel'", "Did you mean 'channel'?"),
        ("score", 6): ("unknown_property", "no row of feedback has 'scor'", "Did you mean 'score'?"),
    }


def test_dimensions_that_no_row_has_are_one_line_and_nothing_far_is_suggested(
    make_workspace: MakeWorkspace,
) -> None:
    dimensions = "dimensions: [device, country, channel, account.plan, browser]\n"
    workspace = make_workspace(orders=f"kind: count\nevent: order_placed\n{dimensions}")
    add_events(workspace, EVENTS)
    (found,) = warnings(workspace)
    assert found.message == "no row of events has 'device' or 'country' or 'browser'"
    assert found.hint == "The metric reads all the same; only the breakdown waits."


def test_without_facts_nothing_is_doubted(make_workspace: MakeWorkspace) -> None:
    assert warnings(make_workspace(orders="kind: count\nevent: anything\n")) == []


def test_a_doubt_can_be_silenced(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(orders="kind: count\nevent: later\nno_lint: [unknown_event]\n")
    add_events(workspace, EVENTS)
    assert check_workspace(workspace.path, [METRIC], fact_names(workspace.path)) == []


def test_settings_that_cannot_be_read_leave_the_facts_alone(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(orders="kind: count\n")
    (workspace.path / "quarterdeck.yaml").write_text("format: [\n")
    assert fact_names(workspace.path) == {}
