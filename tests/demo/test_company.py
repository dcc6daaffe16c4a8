import json
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.demo.company import Company, generate
from quarterdeck.demo.events import event_day
from quarterdeck.demo.plan import AS_OF, COMPANY, FIRST_DAY, OUTAGE_DAYS, TIMEZONE, Plan, day_index, instants
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.schema import TABLES

SIZE = 60_000


@lru_cache(maxsize=64)
def rows(table: str, seed: int = 7, stories: bool = True, events: int = SIZE) -> pa.Table:
    batches = dict(company(seed, stories, events).tables())[table]
    return pa.concat_tables(list(batches))


@lru_cache(maxsize=64)
def company(seed: int = 7, stories: bool = True, events: int = SIZE) -> Company:
    return generate(events=events, seed=seed, stories=stories)


def test_every_fact_table_that_can_be_imported_is_there():
    assert {name for name, _ in company().tables()} == {
        name for name, table in TABLES.items() if table.importable
    }


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.importable])
def test_every_row_fits_the_schema(name):
    table, schema = rows(name), TABLES[name].arrow_schema
    assert table.num_rows > 0
    assert set(table.column_names) <= {*schema.names, "properties"}
    for column in TABLES[name].columns:
        if column.name in table.column_names:
            assert table.schema.field(column.name).type == schema.field(column.name).type
        if column.required:
            assert table.column(column.name).null_count == 0
    if (key := TABLES[name].key) is not None:
        assert len(table.column(key).unique()) == table.num_rows
    if (time := TABLES[name].time) is not None:
        assert pc.max(table.column(time)).as_py() < datetime.combine(AS_OF, datetime.min.time(), UTC)
    table.validate(full=True)


@pytest.mark.parametrize("events", [10_000, SIZE])
@pytest.mark.parametrize("stories", [True, False])
def test_there_are_exactly_as_many_events_as_asked_for(events, stories):
    assert rows("events", 3, stories, events).num_rows == events


@pytest.mark.parametrize("events", [9_999, 100_000_001, -1])
def test_other_sizes_are_refused(events):
    with pytest.raises(QuarterdeckError, match="cannot have"):
        generate(events=events, seed=1)


def test_the_same_plan_gives_the_same_rows_and_another_seed_gives_others():
    for name in ("events", "accounts", "feedback", "work_items"):
        again = pa.concat_tables(list(dict(generate(events=SIZE, seed=7).tables())[name]))
        assert again.equals(rows(name))
        assert not rows(name, 8).equals(rows(name))


def test_a_batch_does_not_depend_on_which_was_asked_for_first():
    fresh = generate(events=SIZE, seed=7)
    last = event_day(fresh.plan, fresh.accounts, 181)
    expected = rows("events").filter(pc.starts_with(rows("events")["event_id"], "181-"))
    assert last.to_pydict() == expected.to_pydict()


def test_events_refer_to_known_people_and_accounts():
    events = rows("events")
    known = pc.unique(pa.chunked_array([*rows("people")["person"].chunks, *rows("aliases")["alias"].chunks]))
    assert pc.all(pc.is_in(events["person"], known)).as_py()
    assert pc.all(pc.is_in(events["account"], pc.unique(rows("accounts")["account"]))).as_py()
    for name in ("feedback", "exposures"):
        assert pc.all(pc.is_in(rows(name)["account"], pc.unique(rows("accounts")["account"]))).as_py()
        assert pc.all(pc.is_in(rows(name)["person"], known)).as_py()


def test_every_event_lies_in_its_own_local_day():
    events = rows("events")
    days = pc.cast(pc.utf8_slice_codeunits(events["event_id"], 0, 3), pa.int32()).to_numpy()
    moments = events["time"].to_numpy().astype("datetime64[us]").astype(np.int64)
    for day in (0, 159, 160, 161, 181):  # 160 is the day on which the clocks go back
        first, after = instants(day, np.zeros(1))[0], instants(day + 1, np.zeros(1))[0]
        assert ((moments[days == day] >= first) & (moments[days == day] < after)).all()
    assert events["time"].to_numpy().tolist() == sorted(events["time"].to_numpy().tolist())


@given(st.integers(0, 181), st.floats(0, 86_399))
def test_local_time_becomes_utc_as_the_time_zone_says(day, seconds):
    moment = datetime.fromtimestamp(instants(day, np.array([seconds]))[0] / 1e6, UTC)
    naive = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=day, seconds=seconds)
    expected = naive.replace(tzinfo=ZoneInfo(TIMEZONE)).astimezone(UTC)
    assert abs(moment - expected) < timedelta(milliseconds=1)


@settings(max_examples=30)
@given(st.integers(10_000, 10**8), st.integers(0, 2**32), st.booleans())
def test_the_days_add_up_to_the_events_asked_for(events, seed, stories):
    plan = Plan(events=events, seed=seed, stories=stories)
    assert plan.day_events.sum() == events
    assert (plan.day_events > 0).all()


def test_the_truth_can_be_kept_as_json_and_says_that_it_is_made_up():
    truth = json.loads(company().truth.as_json())
    assert truth["made_up"] is True
    assert "made up" in COMPANY
    assert truth["as_of"] == "2026-11-16"
    assert [story["kind"] for story in truth["stories"]] == [
        "activation drop",
        "tracking outage",
        "mix shift",
        "launch",
        "theme at risk",
        "ageing reviews",
        "closed loop",
    ]
    assert json.loads(company(stories=False).truth.as_json())["stories"] == []


def test_two_stories_move_metrics_of_the_last_week():
    moving = [story for story in company().truth.stories if story.moves_last_week]
    assert [(story.kind, story.dimension, story.value, str(story.since)) for story in moving] == [
        ("activation drop", "device", "android", "2026-11-10"),
        ("launch", "account.plan", "growth", "2026-11-05"),
    ]


def test_the_company_ends_on_a_fixed_sunday():
    assert date(2026, 11, 16) == AS_OF
    assert AS_OF.weekday() == FIRST_DAY.weekday() == 0
    assert day_index(AS_OF) == 182
    assert [(FIRST_DAY + timedelta(day)).isoformat() for day in OUTAGE_DAYS] == ["2026-08-19", "2026-08-20"]
