"""What the made-up company has decided is the same on every run, and graded from its own facts."""

import pytest

from quarterdeck.process.decisions.models import Action, Decision
from quarterdeck.process.decisions.service.for_brief import asked, promised
from quarterdeck.records.people import add_person
from quarterdeck.records.permissions import Role


@pytest.fixture
def tidewright(tmp_path, settings):
    """The made-up company, as small as it comes."""
    from quarterdeck.definitions.workspace import init_workspace
    from quarterdeck.demo.company import generate
    from quarterdeck.demo.plan import COMPANY, CURRENCY, TIMEZONE
    from quarterdeck.demo.workspace import demo_definitions
    from quarterdeck.facts.store import FactStore

    workspace = init_workspace(
        tmp_path / "demo",
        company=COMPANY,
        timezone=TIMEZONE,
        currency=CURRENCY,
        demo=True,
        definitions=demo_definitions(),
    ).workspace
    company = generate(events=10_000, seed=1)
    store = FactStore(workspace.facts_path)
    for table, batches in company.tables():
        if table in ("events", "accounts", "feedback"):
            store.append(table, batches, transaction=table)
    settings.QUARTERDECK_WORKSPACE = str(workspace.path)
    return company.truth.as_of


def test_the_demo_asks_decides_promises_and_grades_once(tidewright, db):
    from quarterdeck.cli.demo_deck import CAST
    from quarterdeck.demo.decisions import write_demo_decisions

    cast = {
        title: add_person(email=f"{number}@acme.test", name=name, title=title, role=Role(role), by=None)
        for number, (name, title, role) in enumerate(CAST)
    }
    write_demo_decisions(cast, as_of=tidewright)
    written = list(Decision.objects.order_by("pk").values_list("question", "state", "grade", "reason"))
    assert sorted(state for _, state, _, _ in written) == ["asked", "asked", "made", "made", "reviewed"]
    graded = next(row for row in written if row[1] == "reviewed")
    assert graded[0] == "Do we switch recurring jobs on for the whole growth plan?"
    assert graded[2] in ("came true", "cannot tell")  # so few events say little
    assert "above what the weeks before led to expect" in graded[3]
    assert [each.became for each in promised(tidewright.replace(day=9))] == [
        "late",
        "dropped",
        "done",
        "done",
    ]
    assert len(asked(tidewright)) == 2
    write_demo_decisions(cast, as_of=tidewright)
    assert Decision.objects.count() == 5
    assert Action.objects.count() == 4
