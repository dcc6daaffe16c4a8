"""A company whose activation rose after a decision, by how much can be counted by hand."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

FIRST_WEEK = date(2026, 5, 4)
WEEKS = 28
DECIDED = FIRST_WEEK + timedelta(7 * 20)  # Monday 21 September
REVIEW = DECIDED + timedelta(7 * 4)
SIGN_UPS = 1000  # each week
BEFORE = (300, 304, 297, 302, 299, 298, 303, 300)  # activated teams in the weeks before, again and again
AFTER = 400

METRICS = {
    "sign_ups": "kind: count\nevent: signed_up\nunit: count\n",
    "activated": "kind: count\nevent: activated\nunit: count\n",
    "activation": "kind: ratio\nnumerator: activated\ndenominator: sign_ups\nunit: share\n",
}


def week_events(week):
    activated = AFTER if week >= 20 else BEFORE[week % len(BEFORE)]
    return ["signed_up"] * SIGN_UPS + ["activated"] * activated


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """The workspace with its metrics and facts."""
    import pyarrow as pa

    from quarterdeck.definitions.workspace import init_workspace
    from quarterdeck.facts.store import FactStore

    path = tmp_path_factory.mktemp("decisions") / "workspace"
    texts = {
        f"metrics/{name}.yaml": f"title: {name.capitalize().replace('_', ' ')}\ndescription: A test.\n"
        f"owner: Growth lead\n{text}"
        for name, text in METRICS.items()
    }
    workspace = init_workspace(
        path, company="Acme", timezone="Europe/Amsterdam", currency="EUR", definitions=texts
    ).workspace
    events, times = [], []
    for week in range(WEEKS):
        day = datetime.combine(FIRST_WEEK + timedelta(7 * week + 2), time(10), UTC)
        named = week_events(week)
        events += named
        times += [day] * len(named)
    table = pa.table(
        {
            "person": pa.array([f"p{number}" for number in range(len(events))]),
            "event": pa.array(events),
            "time": pa.array(times, pa.timestamp("us", "UTC")),
        }
    )
    FactStore(workspace.facts_path).append("events", [table], transaction="test")
    return workspace


@pytest.fixture(autouse=True)
def _at_the_company(company, settings):
    settings.QUARTERDECK_WORKSPACE = str(company.path)


@pytest.fixture
def today():
    from quarterdeck.records.here import today as company_day

    return company_day()


@pytest.fixture
def question(today):
    """A question as somebody writes it; a test changes what it is about."""
    from quarterdeck.process.decisions.calc.question import Evidence, Option, Question

    def make(**changed) -> Question:
        return Question(
            **{
                "question": "Do we roll release 4.2.1 back on Android?",
                "options": (
                    Option(name="Roll back"),
                    Option(name="Fix forward", why_rejected="It takes a week."),
                    Option(name="Leave it"),
                ),
                "decider": "Head of product",
                "due": today + timedelta(3),
                "recommended": "Roll back",
                "waiting_costs": "212 accounts a day",
                "evidence": (Evidence(type="metric", key="activation"),),
                **changed,
            }
        )

    return make


@pytest.fixture
def prediction(today):
    from quarterdeck.process.decisions.calc.prediction import Prediction

    def make(**changed) -> Prediction:
        return Prediction(
            **{"metric": "activation", "review_on": today + timedelta(56), "low": 0.05, **changed}
        )

    return make


@pytest.fixture
def asked(db, question, alice):
    from quarterdeck.process.decisions.service.asking import ask

    return ask(written=question(), by=alice)


@pytest.fixture
def promised(db, alice, today):
    from quarterdeck.process.decisions.service.acting import Promise, promise

    def make(**changed):
        written = {"text": "Ship the fix", "owner": "Core lead", "due": today + timedelta(2), **changed}
        return promise(written=Promise(**written), by=alice)

    return make
