"""New teams come a believable way: fewer at each step, in order, and at nobody's expense."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quarterdeck.demo.accounts import make_accounts
from quarterdeck.demo.events import event_batches, event_day
from quarterdeck.demo.onboarding import CREATED, DISPATCHED, INVITED, REACH_DAYS, NewTeams, first_steps
from quarterdeck.demo.plan import DAYS, Plan, day_index
from quarterdeck.demo.stories import CAMPAIGN_AFTER, CAMPAIGN_FIRST, DROP_DAY

WAY = ("signed_up", "team_activated", "crew_invited", "job_dispatched")


@lru_cache(maxsize=2)
def first_times(seed: int) -> dict[str, np.ndarray]:
    """When each new team did each event first, in seconds; infinite where it never did."""
    plan = Plan(events=100_000, seed=seed)
    events = pa.concat_tables(list(event_batches(plan, make_accounts(plan))))
    new = events.filter(pc.starts_with(events["account"], "t"))
    accounts = new["account"].combine_chunks().dictionary_encode()
    found = {}
    for name in WAY:
        mine = np.flatnonzero(pc.equal(new["event"], name).to_numpy())
        first = np.full(len(accounts.dictionary), np.inf)
        codes = accounts.indices.to_numpy()[mine]
        moments = new["time"].to_numpy().astype("datetime64[us]").astype(np.int64)[mine]
        np.minimum.at(first, codes, moments / 1e6)
        found[name] = first
    return found


@pytest.mark.parametrize("seed", [1, 20])
def test_a_funnel_of_four_steps_has_a_believable_conversion(seed):
    times = first_times(seed)
    there = np.isfinite(times[WAY[0]])
    counts = [there.sum()]
    for before, after in pairwise(WAY):
        there = there & (times[after] > times[before]) & np.isfinite(times[after])
        counts.append(there.sum())
    shares = [after / before for before, after in pairwise(counts)]
    assert 0.28 < shares[0] < 0.48
    assert all(0.4 < share < 0.8 for share in shares[1:])


def test_each_step_comes_after_the_one_before_and_within_its_reach():
    plan = Plan(events=1_000_000, seed=3)
    begun = NewTeams(plan=plan, accounts=make_accounts(plan)).begun(100)
    first = {step: np.full(len(begun), np.inf) for step in (INVITED, CREATED, DISPATCHED)}
    for day, taken in first_steps(plan, begun):
        assert 100 <= day < 100 + REACH_DAYS
        assert ((taken.seconds >= 0) & (taken.seconds < 86_400)).all()
        for step, times in first.items():
            mine = taken.step == step
            np.minimum.at(times, taken.who[mine], (day - 100) * 86_400 + taken.seconds[mine])
    assert (first[INVITED] >= begun.active_seconds).all()
    for before, after in ((INVITED, CREATED), (CREATED, DISPATCHED)):
        reached = np.isfinite(first[after])
        assert reached.sum() > 10
        assert (first[after][reached] > first[before][reached]).all()


def test_what_stories_do_to_sign_ups_moves_no_later_step():
    """Else the fall of activation would show in every metric of jobs, and the campaign would lift them."""
    for days in (range(day_index(DROP_DAY), DAYS), range(*map(day_index, (CAMPAIGN_FIRST, CAMPAIGN_AFTER)))):
        totals = []
        for stories in (True, False):
            plan = Plan(events=1_000_000, seed=3, stories=stories)
            teams = NewTeams(plan=plan, accounts=make_accounts(plan))
            steps = [taken.step for day in days for taken in teams.taken(day)]
            totals.append(np.bincount(np.concatenate(steps), minlength=4)[DISPATCHED])
        assert abs(totals[0] / totals[1] - 1) < 0.12


def test_the_company_as_a_whole_dispatches_no_more_because_new_teams_do():
    plan = Plan(events=1_000_000, seed=4)
    accounts = make_accounts(plan)
    teams = NewTeams(plan=plan, accounts=accounts)
    taken = sum(int((each.step == DISPATCHED).sum()) for each in teams.taken(60))
    events = event_day(plan, accounts, 60)
    dispatched = events.filter(pc.equal(events["event"], "job_dispatched"))
    new = pc.sum(pc.starts_with(dispatched["account"], "t")).as_py()
    assert 0 < new <= taken
    assert abs(dispatched.num_rows - 2000) < 350
