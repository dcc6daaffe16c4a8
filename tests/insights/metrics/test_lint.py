import pytest

from quarterdeck.definitions.lint import check_workspace
from quarterdeck.site.capabilities import load_kinds
from tests.insights.metrics.conftest import MakeWorkspace

COUNT = "kind: count\n"


@pytest.mark.parametrize(
    ("metrics", "found"),
    [
        (
            {"visits": "kind: count\nfrom: evnts\n"},
            "visits.yaml:5: there is no fact table 'evnts' with a time",
        ),
        (
            {
                "visits": COUNT,
                "rate": "kind: ratio\nnumerator: visits\ndenominator: visits\n",
                "twice": "kind: ratio\nnumerator: rate\ndenominator: visits\n",
            },
            "twice.yaml:5: 'rate' is itself a ratio",
        ),
        ({"visits": "kind: count\nunit: share\n"}, "visits.yaml:5: a count is no share"),
        (
            {
                "visits": COUNT,
                "rate": "kind: ratio\nnumerator: visits\ndenominator: visits\nunit: share\ntarget: 38\n",
            },
            "rate.yaml:8: 38 is no share",
        ),
        (
            {"visits": COUNT, "tree": "north_star: visits\ninputs:\n  - visits\n"},
            "tree.yaml:3: 'visits' has a place in the tree already",
        ),
        ({"visits": "kind: count\ndimensions:\n  - person\n"}, "visits.yaml:6: 'person' names people"),
        ({"visits": "kind: sql\nsql: DELETE FROM events\n"}, "visits.yaml:5: Only SELECT is allowed"),
        ({"visits": "kind: sql\nsql: SELEC nonsense\n"}, "visits.yaml:5: The SQL cannot be read"),
        (
            {"visits": "kind: sql\nsql: SELECT now() AS time, 1 AS value\n"},
            "visits.yaml:5: 'now' gives another",
        ),
        ({"visits": "kind: count\ndimensions: [account.pla]\n"}, "accounts have no column 'pla'"),
        ({"visits": "kind: count\nevent: []\n"}, "visits.yaml:5"),
        ({"visits": "kind: sum\n"}, "kind: sum needs `property:`"),
        ({"visits": "kind: count\nproperty: x\n"}, "`property:` means nothing for kind: count"),
        ({"visits": "kind: count\nwhere: [{property: plan}]\n"}, "exactly one comparison"),
    ],
)
def test_what_cannot_be_right_is_found_with_its_line(
    make_workspace: MakeWorkspace, metrics: dict[str, str], found: str
) -> None:
    workspace = make_workspace(**metrics)
    findings = [
        f"{finding.file.name}:{finding.line}: {finding.message}"
        for finding in check_workspace(workspace.path, load_kinds())
    ]
    assert any(found in finding for finding in findings), findings


def test_a_rule_can_be_silenced(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(visits="kind: count\nunit: share\nno_lint: [share_without_base]\n")
    assert check_workspace(workspace.path, load_kinds()) == []
