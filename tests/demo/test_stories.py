"""The stories are really in the data, and without them nothing is."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quarterdeck.demo.accounts import CHANNELS, PLANS, make_accounts
from quarterdeck.demo.company import generate
from quarterdeck.demo.events import EVENTS, VIEWED, event_batches, event_day
from quarterdeck.demo.feedback import OFFLINE, messages, theme_story
from quarterdeck.demo.plan import DAYS, OUTAGE_DAYS, Plan, day_index
from quarterdeck.demo.releases import ANDROID, DEVICES, IOS, RELEASES, installed
from quarterdeck.demo.signups import sign_ups
from quarterdeck.demo.stories import CAMPAIGN_AFTER, CAMPAIGN_FIRST, DROP_DAY, LAUNCH_DAY
from quarterdeck.demo.work import reviews_story, work_changes

MILLION = 1_000_000
SEEDS = (1, 20, 333)


@lru_cache(maxsize=8)
def drawn(seed: int, stories: bool) -> dict[str, np.ndarray]:
    """All sign-ups of a company of a million events as columns."""
    plan = Plan(events=MILLION, seed=seed, stories=stories)
    days = [sign_ups(plan, make_accounts(plan), day) for day in range(DAYS)]
    columns = {
        name: np.concatenate([getattr(day, name) for day in days]) for name in ("channel", "device", "active")
    }
    columns["day"] = np.concatenate([np.full(len(day), day.day) for day in days])
    return columns


def rate(columns: dict[str, np.ndarray], keep: np.ndarray) -> float:
    return float(columns["active"][keep].mean())


@pytest.mark.parametrize("seed", SEEDS)
def test_activation_drops_on_android_alone_since_the_release(seed):
    all_of = drawn(seed, True)
    android, late = all_of["device"] == ANDROID, all_of["day"] >= day_index(DROP_DAY)
    before = (all_of["day"] < day_index(DROP_DAY)) & (all_of["day"] >= day_index(CAMPAIGN_AFTER))
    assert 0.34 < rate(all_of, android & before) < 0.42
    assert 0.07 < rate(all_of, android & late) < 0.16
    assert abs(rate(all_of, ~android & late) - rate(all_of, ~android & before)) < 0.06
    assert 0.40 < android.mean() < 0.47
    for day in range(day_index(DROP_DAY), DAYS):
        assert rate(all_of, android & (all_of["day"] == day)) < 0.25


@pytest.mark.parametrize("seed", SEEDS)
def test_there_are_sign_ups_enough_to_see_it(seed):
    week = drawn(seed, False)["day"] // 7
    assert np.bincount(week).min() > 1500


@pytest.mark.parametrize("seed", SEEDS)
def test_the_campaign_lowers_the_whole_and_no_channel(seed):
    all_of = drawn(seed, True)
    during = (all_of["day"] >= day_index(CAMPAIGN_FIRST)) & (all_of["day"] < day_index(CAMPAIGN_AFTER))
    before = all_of["day"] < day_index(CAMPAIGN_FIRST)
    assert rate(all_of, before) - rate(all_of, during) > 0.05
    for channel in range(len(CHANNELS)):
        mine = all_of["channel"] == channel
        assert abs(rate(all_of, mine & before) - rate(all_of, mine & during)) < 0.05
    paid = all_of["channel"] == CHANNELS.index("paid")
    assert paid[during].mean() > 2 * paid[before].mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_without_stories_activation_is_the_same_all_along(seed):
    all_of = drawn(seed, False)
    week = all_of["day"] // 7
    weekly = np.bincount(week, all_of["active"]) / np.bincount(week)
    error = np.sqrt(weekly.mean() * (1 - weekly.mean()) / np.bincount(week))
    scores = (weekly - weekly.mean()) / error
    assert np.abs(scores).max() < 4.5
    assert 0.5 < scores.std() < 1.6


def test_the_outage_silences_one_app_and_changes_nobody():
    plan = Plan(events=60_000, seed=4)
    accounts = make_accounts(plan)
    for day in (OUTAGE_DAYS[0] - 1, *OUTAGE_DAYS, OUTAGE_DAYS[1] + 1):
        sources = set(event_day(plan, accounts, day)["source"].to_pylist())
        assert ("ios" in sources) == (day not in OUTAGE_DAYS)
        assert {"android", "web"} <= sources
        assert (sign_ups(plan, accounts, day).device == IOS).any()
    calm = Plan(events=60_000, seed=4, stories=False)
    assert "ios" in event_day(calm, accounts, OUTAGE_DAYS[0])["source"].to_pylist()


def recurring_teams(plan: Plan, day: int, code: int) -> float:
    """Teams of a plan that made recurring jobs on a day, of all teams of that plan."""
    accounts = make_accounts(plan)
    events = event_day(plan, accounts, day)
    made = events.filter([name == "recurring_job_created" for name in events["event"].to_pylist()])
    who = {int(name[1:]) for name in made["account"].to_pylist()}
    mine = np.flatnonzero(accounts.plan == code)
    return len(who & set(mine.tolist())) / len(mine)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_launch_lifts_adoption_in_its_plan_alone(seed):
    plan, calm = Plan(events=MILLION, seed=seed), Plan(events=MILLION, seed=seed, stories=False)
    days = [day_index(LAUNCH_DAY) - 7, day_index(LAUNCH_DAY), day_index(LAUNCH_DAY) + 7]
    growth = PLANS.index("growth")
    before, first, later = [recurring_teams(plan, day, growth) for day in days]
    assert first > 3 * before
    assert later > 3 * before
    assert recurring_teams(calm, days[2], growth) < 2 * before
    assert recurring_teams(plan, days[2], PLANS.index("starter")) < 0.03


def test_the_theme_rises_among_customers_who_renew_soon():
    plan = Plan(events=MILLION, seed=5)
    accounts = make_accounts(plan)
    said = [messages(plan, accounts, day).theme == OFFLINE for day in range(DAYS)]
    early, late = np.concatenate(said[:84]).mean(), np.concatenate(said[-14:]).mean()
    assert late > 2.2 * early
    detail = theme_story(plan, accounts).detail
    assert detail["accounts_renewing_within_120_days"] > 0.4 * detail["accounts"]
    assert detail["arr_renewing_within_120_days"] > 0.05 * accounts.arr.sum()


def test_what_is_said_changes_and_how_much_does_not():
    plan, calm = (Plan(events=MILLION, seed=5, stories=stories) for stories in (True, False))
    accounts = make_accounts(plan)
    for day in range(0, DAYS, 9):
        assert len(messages(plan, accounts, day).theme) == len(messages(calm, accounts, day).theme)


def test_reviews_age_in_one_project():
    def waits(stories: bool, project: str) -> float:
        began, ages = {}, []
        for change in work_changes(Plan(events=10_000, seed=6, stories=stories)):
            if change.project != project or change.time.date() < LAUNCH_DAY.replace(day=1):
                continue
            if change.value == "In review":
                began[change.item] = change.time
            elif change.value == "Done" and change.item in began:
                ages.append((change.time - began[change.item]).total_seconds() / 86_400)
        return float(np.median(ages))

    assert waits(True, "Mobile") > 1.8 * waits(True, "Core")
    assert waits(False, "Mobile") < 1.6 * waits(False, "Core")
    detail = reviews_story(Plan(events=10_000, seed=6)).detail
    assert detail["in_review_at_the_end"] > 5


def test_revenue_follows_its_line_and_does_not_wander():
    accounts = make_accounts(Plan(events=MILLION, seed=9, stories=False))
    weeks = np.arange(26)
    total = np.array(
        [
            accounts.arr[(accounts.start_day < 7 * week + 7)].sum()
            - accounts.arr[accounts.churn_day < 7 * week + 7].sum()
            + accounts.arr[accounts.expand_day < 7 * week + 7].sum() * 0.25
            for week in weeks
        ]
    )
    residuals = total - np.polyval(np.polyfit(weeks, total, 1), weeks)
    assert np.abs(residuals / total).max() < 0.004
    assert abs(np.corrcoef(residuals[1:], residuals[:-1])[0, 1]) < 0.6


def test_a_device_runs_only_releases_that_exist_by_then():
    habit = np.linspace(0, 0.999, 50)
    for day in (0, 100, day_index(DROP_DAY), 181):
        for device in range(len(DEVICES)):
            found = installed(np.full(50, device), day, habit)
            assert all(RELEASES[index].device == device and RELEASES[index].day <= day for index in found)


def test_the_truth_names_a_change_that_stands_in_the_data():
    company = generate(events=10_000, seed=1)
    changes = next(iter(dict(company.tables())["changes"]))["change_id"].to_pylist()
    named = [story.detail["change"] for story in company.truth.stories if "change" in story.detail]
    assert len(named) == 3
    assert set(named) <= set(changes)
    calm = next(iter(dict(generate(events=10_000, seed=1, stories=False).tables())["changes"]))
    assert "campaign-autumn" not in calm["change_id"].to_pylist()
    assert "deploy-android-4.2.1" in calm["change_id"].to_pylist()


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_without_stories_no_kind_of_event_leaves_its_line(seed):
    plan = Plan(events=MILLION, seed=seed, stories=False)
    counts = np.zeros((DAYS // 7, len(EVENTS)))
    for batch in event_batches(plan, make_accounts(plan)):
        day = np.char.partition(batch["event_id"].to_numpy(zero_copy_only=False).astype(str), "-")[:, 0]
        code = pc.index_in(batch["event"], value_set=pa.array(EVENTS)).to_numpy()
        np.add.at(counts, (day.astype(int) // 7, code), 1)
    assert counts.sum() == MILLION
    weeks = np.arange(len(counts))
    for event in (event for event in range(len(EVENTS)) if event != VIEWED):
        line = np.polyval(np.polyfit(weeks, counts[:, event], 1), weeks)
        scores = (counts[:, event] - line) / np.sqrt(line + (0.012 * line) ** 2)
        assert np.abs(scores).max() < 4.5, EVENTS[event]
        assert abs(scores[-1]) < 3.5, EVENTS[event]
        assert 0.5 < scores.std() < 1.5, EVENTS[event]
