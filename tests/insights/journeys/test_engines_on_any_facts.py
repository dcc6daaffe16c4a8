"""Both engines answer alike about facts that came in any order, with aliases, accounts and cohorts."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.service.running import run_journey
from quarterdeck.insights.journeys.service.sql_running import run_by_sql
from quarterdeck.site.capabilities import load_kinds

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
MINUTES = pa.timestamp("us", "UTC")
FOLDERS = count()
STEPS = "steps: [{event: a}, {event: b}, {event: [a, c]}]"
JOURNEYS = {
    "by_plan": f"kind: funnel\nsince: all\nby: [plan]\nattribution: all\nlimit: 1\ncompare: true\n{STEPS}",
    "worth": "kind: funnel\nsince: all\ncount: conversions\nsame: [plan]\n"
    f"value: {{property: seats}}\n{STEPS}",
    "accounts": f"kind: funnel\nsince: all\nunit: account\nweigh: arr\nby: [account.plan]\n{STEPS}",
    "times": f"kind: funnel\nsince: all\nshow: times\nwithin: 3 minutes\nunit: id\n{STEPS}",
    "strictly": f"kind: funnel\nsince: all\norder: strict\nsame: [plan, release]\nunit: release\n{STEPS}",
    "in_cohorts": f"kind: funnel\nsince: all\nby: ['cohort:big', 'cohort:busy', 'cohort:through']\n{STEPS}",
    "accounts_in": "kind: retention\nsince: all\nunit: account\nweigh: arr\nstart: {event: a}\n"
    "by: ['cohort:some', 'cohort:through', 'cohort:idle']",
    "raw": "kind: trend\nsince: all\nby: [id]\nseries: [{event: a, measure: unique, property: id}]",
    "once": "kind: trend\nsince: all\nunit: account\n"
    "series: [{measure: sum, property: seats, once_per: plan}, {measure: unique}]",
    "arr": "kind: trend\nsince: all\nweigh: arr\nby: [plan]\nseries: [{measure: monthly_active}]",
    "stops": "kind: paths\nsince: all\nstops: plan\nunit: account",
    "stops_of_people": "kind: paths\nsince: all\nstops: plan",
}
COHORTS = {
    "big": "title: Big accounts\nunit: account\nwhere: [{property: account.plan, is: pro}]",
    "busy": "title: Busy accounts\nunit: account\ndid: {event: a, times: 2}",
    "idle": "title: Not busy people\nunit: person\ndid_not: {event: a}",
    "some": "title: Some people\npeople: [al, bo]",
    "through": "title: Accounts that came to the second step\njourney: second\nreached: 2",
}
SECOND = f"kind: funnel\nsince: all\nunit: account\nwhere: [{{cohort: idle}}]\n{STEPS}"
rows = st.lists(
    st.tuples(
        st.sampled_from(["al", "anna", "bo", "cy"]),
        st.integers(0, 4),
        st.sampled_from("abc"),
        st.sampled_from(["pro", "free", None]),
        st.sampled_from([1.0, 2.5, 7.0, None]),
        st.sampled_from(["acme", "bolt", None]),
        st.sampled_from(["1.0", "2.0", None]),
    ),
    min_size=1,
    max_size=14,
)


def events(listed):
    people, at, names, plans, seats, accounts, releases = zip(*listed, strict=True)
    pairs = zip(plans, seats, strict=True)
    return pa.table(
        {
            "person": pa.array(people, pa.string()),
            "event": pa.array(names, pa.string()),
            "time": pa.array([BEGIN + timedelta(minutes=minutes) for minutes in at], MINUTES),
            "account": pa.array(accounts, pa.string()),
            "release": pa.array(releases, pa.string()),
            "properties": pa.array(
                [{"plan": plan, "seats": number} for plan, number in pairs],
                pa.struct([("plan", pa.string()), ("seats", pa.float64())]),
            ),
        }
    )


def workspace_of(path, parts):
    """A workspace into which events came in parts; it was asked between, so that sequences grew."""
    definitions = {f"journeys/{name}.yaml": f"title: {name}\n{text}\n" for name, text in JOURNEYS.items()}
    definitions["journeys/second.yaml"] = f"title: Second\n{SECOND}\n"
    definitions |= {f"cohorts/{name}.yaml": f"{text}\n" for name, text in COHORTS.items()}
    init_workspace(
        path,
        company="Acme",
        timezone="UTC",
        demo=True,
        stands_at=BEGIN.date() + timedelta(days=3),
        kinds=load_kinds(),
        definitions=definitions,
    )
    store = FactStore(path / "facts")
    aliases = pa.table({"alias": ["anna"], "person": ["al"]})
    people = pa.table({"person": ["al", "bo"], "account": ["acme", "bolt"]})
    turn = pa.array([BEGIN - timedelta(days=9), BEGIN + timedelta(minutes=2), BEGIN], MINUTES)
    accounts = pa.table(
        {
            "account": ["acme", "acme", "bolt"],
            "plan": ["free", "pro", "free"],
            "arr": pa.array([100, 250, 999], pa.decimal128(18, 2)),
            "valid_from": turn,
        }
    )
    for name, table in (("aliases", aliases), ("people", people), ("accounts", accounts)):
        store.append(name, [table], transaction=name)
    # What every file has, so that each question can be asked at once.
    store.append("events", [events([("cy", 0, "c", "pro", 1.0, "acme", "1.0")])], transaction="first")
    for number, part in enumerate(part for part in parts if part):
        run_journey(path, "stops")
        store.append("events", [events(part)], transaction=f"part {number}")
    return path


def told(run, path, name):
    return json.dumps(run(path, name).figures)


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_neither_engine_asks_in_which_order_files_came(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"order{next(FOLDERS)}")
    listed = data.draw(rows, label="rows")
    shuffled = data.draw(st.permutations(listed), label="shuffled")
    cut = data.draw(st.integers(0, len(listed)), label="cut")
    at_once = workspace_of(folder / "at once", [listed])
    in_parts = workspace_of(folder / "in parts", [shuffled[:cut], shuffled[cut:]])
    for name in JOURNEYS:
        expected = told(run_journey, at_once, name)
        assert told(run_journey, in_parts, name) == expected, f"{name}: kernels, shuffled"
        assert told(run_by_sql, in_parts, name) == expected, f"{name}: SQL, shuffled"
