import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.stats.baseline import dispersion, fit_trend, shift_window, weekday_pattern
from quarterdeck.stats.interval import student_quantile


def test_a_line_is_found_exactly_and_extrapolated() -> None:
    trend = fit_trend(np.arange(10.0), 3.0 + 2.0 * np.arange(10.0))
    assert trend.forecast(20.0).mean == pytest.approx(43.0)
    assert trend.forecast(20.0).deviation == pytest.approx(0.0, abs=1e-9)


def test_an_outage_of_three_weeks_leaves_the_forecast_alone() -> None:
    rng = np.random.default_rng(3)
    values = 100.0 + rng.normal(0, 2, 25)
    clean = fit_trend(np.arange(25.0), values).forecast(25.0)
    values[12:15] = 5.0
    assert fit_trend(np.arange(25.0), values).forecast(25.0).mean == pytest.approx(clean.mean, abs=1.5)
    assert fit_trend(np.arange(25.0), values).forecast(25.0).deviation < 2 * clean.deviation


@pytest.mark.slow
@pytest.mark.parametrize("weeks", [12, 25])
def test_the_prediction_interval_errs_as_often_as_it_says(weeks: int) -> None:
    rng = np.random.default_rng(weeks)
    trials, outside = 5_000, 0
    for _ in range(trials):
        values = rng.normal(50.0, 5.0, weeks + 1)
        forecast = fit_trend(np.arange(float(weeks)), values[:-1]).forecast(float(weeks))
        distance = student_quantile(0.995, forecast.degrees_of_freedom) * forecast.deviation
        outside += abs(values[-1] - forecast.mean) > distance
    # 1 % by design; cutting outliers from a normal sample costs a little.
    assert outside / trials < 0.015


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=40),
    st.floats(-1e3, 1e3),
    st.floats(-100, 100),
)
def test_adding_a_line_to_the_values_adds_it_to_the_forecast(
    noise: list[float], level: float, slope: float
) -> None:
    positions = np.arange(float(len(noise)))
    plain = fit_trend(positions, np.array(noise))
    lifted = fit_trend(positions, np.array(noise) + level + slope * positions)
    if (plain.kept == lifted.kept).all():  # rounding may move a point across the cut
        ahead = float(len(noise))
        expected = plain.at(ahead) + level + slope * ahead
        assert lifted.at(ahead) == pytest.approx(expected, rel=1e-6, abs=1e-3)


def test_weekday_pattern_is_the_median_ratio_and_one_where_nothing_is_known() -> None:
    weekdays = np.arange(21) % 7
    values = np.where(weekdays >= 5, 10.0, 100.0)
    values[weekdays == 3] = np.nan
    factors = weekday_pattern(values, np.full(21, 50.0), weekdays)
    assert factors.tolist() == [2.0, 2.0, 2.0, 1.0, 2.0, 0.2, 0.2]


def test_dispersion_of_poisson_counts_is_one() -> None:
    counts = np.random.default_rng(1).poisson(40.0, 5_000).astype(float)
    assert dispersion(counts - 40.0, np.full(5_000, 40.0)) == pytest.approx(1.0, abs=0.06)


@given(st.integers(0, 27), st.floats(4.0, 50.0))
def test_the_start_of_a_clear_shift_is_found(start: int, size: float) -> None:
    scores = np.zeros(28)
    scores[start:] = -size
    assert shift_window(scores, np.ones(28), -1, recent=7) == slice(start, 28)


@given(st.integers(0, 20), st.integers(22, 27), st.floats(6.0, 50.0))
def test_a_shift_that_ended_within_the_week_has_an_end(start: int, stop: int, size: float) -> None:
    scores = np.zeros(28)
    scores[start:stop] = size
    if size**2 * (stop - start) * (1 - (stop - start) / (28 - start)) > 9.5:
        assert shift_window(scores, np.ones(28), 1, recent=7) == slice(start, stop)


def test_a_day_on_which_a_shift_would_hardly_show_is_no_sign_that_it_has_ended() -> None:
    scores = np.zeros(28)
    scores[20:27] = 6.0
    quiet_sunday = np.ones(28)
    quiet_sunday[27] = 0.1
    assert shift_window(scores, quiet_sunday, 1, recent=7) == slice(20, 28)
    assert shift_window(scores, np.ones(28), 1, recent=7) == slice(20, 27)


def test_three_odd_weeks_seldom_hide_each_other() -> None:
    hidden = 0
    for seed in range(100):
        values = np.random.default_rng(seed).normal(38, 1.5, 25)
        values[[15, 16, 17]] = 27.5
        hidden += bool(fit_trend(np.arange(25.0), values).kept[[15, 16, 17]].any())
    assert hidden == 0  # 15 where all values are held to the median absolute deviation of all
