import numpy as np
import pytest

from quarterdeck.stats.baseline import Floats
from quarterdeck.stats.daily import (
    DailyExpectation,
    DailySeries,
    change_within,
    expect_days,
    find_holder,
    standard_scores,
)

DAYS = 182
BASELINE = 154
WINDOW = slice(176, DAYS)


def shares(seed: int, trials: float, share: float, since: int = DAYS, then: float = 0.0) -> DailySeries:
    rng = np.random.default_rng(seed)
    bases = rng.poisson(trials, DAYS).astype(float)
    rates = np.where(np.arange(DAYS) >= since, then, share)
    values: Floats = rng.binomial(bases.astype(int), rates) / bases
    return DailySeries(values=values, bases=bases, first_weekday=0)


def test_expectation_follows_weekday_and_trend() -> None:
    days = np.arange(DAYS)
    factors = np.array([1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5])
    values = (100 + 0.5 * days) * factors[days % 7]
    expectation = expect_days(DailySeries(values=values, bases=None, first_weekday=0), BASELINE, "count")
    assert expectation is not None
    np.testing.assert_allclose(expectation.expected, values, rtol=0.03)


def test_too_few_weeks_give_no_expectation() -> None:
    series = DailySeries(values=np.full(DAYS, np.nan), bases=None, first_weekday=0)
    assert expect_days(series, BASELINE, "count") is None


def test_scores_of_quiet_shares_scatter_by_one() -> None:
    series = shares(5, 200, 0.37)
    expectation = expect_days(series, BASELINE, "share")
    assert expectation is not None
    assert float(np.std(standard_scores(series, expectation)[BASELINE:])) == pytest.approx(1.0, abs=0.35)


def whole_change(known: list[tuple[DailySeries, DailyExpectation]]) -> float:
    return sum(change_within(*pair, WINDOW)[0] for pair in known)


def slices_of(seed: int, fallen: set[int], since: int = 176) -> list[DailySeries]:
    return [
        shares(seed * 100 + number, trials, 0.37, since if number in fallen else DAYS, 0.12)
        for number, trials in enumerate((70, 60, 40))
    ]


@pytest.mark.parametrize("seed", range(10))
def test_the_one_slice_that_fell_holds_the_shift(seed: int) -> None:
    series = slices_of(seed, {1})
    pairs = [(one, expect_days(one, BASELINE, "share")) for one in series]
    known = [(one, expectation) for one, expectation in pairs if expectation is not None]
    holder = find_holder(known, np.zeros(3, dtype=np.int64), WINDOW, whole_change(known))
    assert holder is not None
    assert holder.index == 1
    assert 0.6 < holder.share_of_change <= 1


@pytest.mark.parametrize("seed", range(10))
def test_no_slice_holds_a_shift_of_all(seed: int) -> None:
    known = []
    for one in slices_of(seed, {0, 1, 2}):
        expectation = expect_days(one, BASELINE, "share")
        assert expectation is not None
        known.append((one, expectation))
    assert find_holder(known, np.zeros(3, dtype=np.int64), WINDOW, whole_change(known)) is None


def test_a_change_of_mix_has_no_holder() -> None:
    known = []
    for one in slices_of(3, set()):
        expectation = expect_days(one, BASELINE, "share")
        assert expectation is not None
        known.append((one, expectation))
    assert find_holder(known, np.zeros(3, dtype=np.int64), WINDOW, -150.0) is None
