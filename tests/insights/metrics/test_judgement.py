"""Verdicts, expected ranges, and where a movement stands, on made-up weeks and days."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from quarterdeck.insights.metrics.calc.judgement import (
    DETAIL_CONFIDENCE,
    MINIMUM_WEEKS,
    absent_since,
    expect_points,
    expect_week,
    explain_movement,
    judge_by_holder,
    judge_week,
    remainder,
)
from quarterdeck.insights.metrics.calc.readings import Point

MONDAY = date(2026, 5, 18)


def weeks(values: list[float | None], base: float | None = None, mature: bool = True) -> list[Point]:
    return [
        Point(start=MONDAY + timedelta(7 * index), value=value, base=base, mature=mature)
        for index, value in enumerate(values)
    ]


def noisy(last: float, deviation: float = 5.0, length: int = 26, seed: int = 0) -> list[float | None]:
    rng = np.random.default_rng(seed)
    return [*(500.0 + rng.normal(0, deviation, length - 1)).tolist(), last]


def test_a_value_inside_its_range_is_noise() -> None:
    week, verdict = judge_week(weeks(noisy(503.0)), "count", None)
    assert verdict.kind == "within noise"
    assert week.expected_low is not None
    assert week.expected_high is not None
    assert week.expected_low < 500 < week.expected_high


@pytest.mark.parametrize(("last", "side"), [(430.0, "below"), (570.0, "above")])
def test_a_value_far_outside_has_moved_and_the_side_is_said(last: float, side: str) -> None:
    _, verdict = judge_week(weeks(noisy(last)), "count", None)
    assert (verdict.kind, verdict.direction) == ("moved", side)


def banded(values: list[float]) -> list[Point]:
    return [
        Point(start=MONDAY + timedelta(175 + index), value=value, expected_low=60.0, expected_high=80.0)
        for index, value in enumerate(values)
    ]


def test_a_week_in_a_wide_range_has_moved_when_most_of_its_days_have() -> None:
    wild = noisy(200.0, deviation=90.0)
    assert judge_week(weeks(wild), "count", None)[1].kind == "within noise"
    week, verdict = judge_week(weeks(wild), "count", None, banded([28.0] * 5 + [70.0] * 2))
    assert (verdict.kind, verdict.direction) == ("moved", "below")
    assert week.outside == "below"
    few = banded([28.0] * 3 + [70.0] * 4)
    assert judge_week(weeks(wild), "count", None, few)[1].kind == "within noise"


@pytest.mark.slow
@pytest.mark.parametrize(
    "values", [[3.0, 3.0, 3.0, 4.0], [40.0, 41.0], [0.0, 0.0, 0.0, 250.0], [-5.0, 0.0, 5.0]]
)
def test_a_quiet_metric_of_few_values_raises_no_alarms(values: list[float]) -> None:
    rng = np.random.default_rng(7)
    alarms = sum(
        judge_week(weeks(rng.choice(values, 26).tolist()), "number", None)[1].kind == "moved"
        for _ in range(1_500)
    )
    assert alarms <= 4


def test_a_small_count_that_explodes_is_seen() -> None:
    quiet: list[float | None] = [3.0, 2.0, 4.0, 3.0, 5.0] * 5
    assert judge_week(weeks([*quiet, 10_000.0]), "count", None)[1].kind == "moved"


def test_values_below_zero_have_ranges_around_them() -> None:
    rng = np.random.default_rng(3)
    losses = [
        Point(start=MONDAY + timedelta(index), value=float(value))
        for index, value in enumerate(rng.normal(-1_000, 50, 119))
    ]
    outside = sum(bool(day.outside) for day in expect_points(losses, "currency"))
    assert outside <= 6


def test_what_has_never_arrived_is_no_data() -> None:
    assert judge_week(weeks([0.0] * 26), "count", None)[1].kind == "no data"
    assert judge_week(weeks([0.0] * 26, base=500), "share", None)[1].kind == "no data"


def test_a_week_that_counts_too_little_has_no_range() -> None:
    assert expect_week(weeks([0.4] * 24 + [0.5, 0.9], base=26), "share").expected_low is None
    assert expect_week(weeks([3.0, 4.0] * 13), "count").expected_low is None


def test_a_share_above_the_whole_is_flagged_not_judged() -> None:
    week, verdict = judge_week(weeks([0.9] * 25 + [1.24], base=500), "share", None)
    assert verdict.kind == "no data"
    assert "above 100 %" in verdict.reason
    assert week.expected_low is None


def test_a_steady_climb_is_expected_to_go_on() -> None:
    values: list[float | None] = [100.0 + 10 * week for week in range(26)]
    assert judge_week(weeks(values), "count", None)[1].kind == "within noise"
    assert judge_week(weeks([*values[:-1], 100.0]), "count", None)[1].kind == "moved"


@pytest.mark.parametrize(
    ("points", "absent", "kind"),
    [
        (weeks(noisy(500.0, length=MINIMUM_WEEKS)), None, "too little data"),
        (weeks([0.3] * 26, base=20), None, "too little data"),
        (weeks([3.0] * 26), None, "too little data"),
        (weeks(noisy(100.0), mature=False), None, "not mature yet"),
        (weeks(noisy(100.0)), MONDAY + timedelta(25 * 7 + 2), "no data"),
        (weeks([*noisy(0.0)[:-1], None]), None, "no data"),
    ],
)
def test_what_cannot_be_judged_says_why(points: list[Point], absent: date | None, kind: str) -> None:
    unit = "share" if points[0].base else "count"
    week, verdict = judge_week(points, unit, absent)  # type: ignore[arg-type]
    assert verdict.kind == kind
    assert week.expected_low is None
    assert verdict.reason.endswith(".")


def test_a_share_of_a_small_base_needs_a_larger_change() -> None:
    values: list[float | None] = [0.37, 0.38, 0.36] * 8 + [0.37, 0.28]
    assert judge_week(weeks(values, base=2_000), "share", None)[1].kind == "moved"
    assert judge_week(weeks(values, base=60), "share", None)[1].kind == "within noise"


@pytest.mark.slow
def test_quiet_metrics_raise_about_one_false_alarm_in_five_thousand_weeks() -> None:
    rng = np.random.default_rng(11)
    trials = 6_000
    alarms = 0
    for _ in range(trials):
        bases = rng.poisson(800, 26)
        shares = rng.binomial(bases, 0.37) / bases
        points = [
            Point(start=MONDAY + timedelta(7 * index), value=float(share), base=float(base))
            for index, (share, base) in enumerate(zip(shares, bases, strict=True))
        ]
        alarms += judge_week(points, "share", None)[1].kind == "moved"
    assert alarms <= 5  # 1.2 expected; the chance of 6 or more is below 1 %


def days(rate: float, per_day: float, since: int, then: float, seed: int) -> list[Point]:
    rng = np.random.default_rng(seed)
    points = []
    for index in range(182):
        base = int(rng.poisson(per_day))
        share = rng.binomial(base, then if index >= since else rate) / base
        points.append(Point(start=MONDAY + timedelta(index), value=float(share), base=float(base)))
    return points


def whole_of(parts: list[list[Point]]) -> list[Point]:
    total = []
    for points in zip(*parts, strict=True):
        base = sum(point.base or 0 for point in points)
        above = sum((point.base or 0) * (point.value or 0) for point in points)
        total.append(Point(start=points[0].start, value=above / base, base=base))
    return total


@pytest.mark.parametrize("seed", range(5))
def test_the_day_and_the_slice_of_a_fall_are_named(seed: int) -> None:
    android, ios = days(0.37, 70, 176, 0.12, seed), days(0.37, 100, 999, 0, seed + 100)
    slices = {("device", "android"): android, ("device", "ios"): ios}
    shift = explain_movement(whole_of([android, ios]), slices, "share", "below")
    assert shift.key == ("device", "android")
    assert abs((shift.since - (MONDAY + timedelta(176))).days) <= 1
    assert shift.until is None
    assert shift.share_of_change > 0.6


def test_a_fall_of_everything_has_no_holder() -> None:
    parts = [days(0.37, 90, 176, 0.2, 1), days(0.37, 80, 176, 0.2, 2)]
    slices = {("device", "android"): parts[0], ("device", "ios"): parts[1]}
    shift = explain_movement(whole_of(parts), slices, "share", "below")
    assert shift.key is None
    assert abs((shift.since - (MONDAY + timedelta(176))).days) <= 1


def test_an_outage_that_is_over_has_an_end() -> None:
    quiet = [Point(start=MONDAY + timedelta(index), value=100.0 + index % 3) for index in range(119)]
    out = [replace(point, value=5.0) if 114 <= index < 116 else point for index, point in enumerate(quiet)]
    shift = explain_movement(out, {("device", "ios"): out}, "count", "below")
    assert (shift.since, shift.until) == (MONDAY + timedelta(114), MONDAY + timedelta(116))


def test_the_rest_is_the_whole_without_the_slice() -> None:
    android, ios = days(0.37, 70, 999, 0, 1), days(0.37, 100, 999, 0, 2)
    for left, right in zip(remainder(whole_of([android, ios]), android), ios, strict=True):
        assert left.base == right.base
        assert left.value == pytest.approx(right.value)


def test_ranges_of_days_do_not_learn_from_the_days_they_judge() -> None:
    quiet = [Point(start=MONDAY + timedelta(index), value=100.0 + index % 3) for index in range(182)]
    fallen = [*quiet[:-7], *(Point(start=point.start, value=5.0) for point in quiet[-7:])]
    ranges = [(point.expected_low, point.expected_high) for point in expect_points(fallen, "count")]
    assert ranges == [(point.expected_low, point.expected_high) for point in expect_points(quiet, "count")]


def test_silence_counts_only_when_longer_than_any_before_it() -> None:
    end = MONDAY + timedelta(28)
    workdays = [MONDAY + timedelta(day) for day in range(26) if day % 7 < 5]  # nothing at weekends
    assert absent_since(workdays, end - timedelta(7), end) is None
    assert absent_since(workdays[:-2], end - timedelta(7), end) == MONDAY + timedelta(24)
    assert absent_since([], end - timedelta(7), end) == end - timedelta(7)


def sliced(rng: np.random.Generator, fall: float) -> tuple[dict[str, list[Point]], list[Point], list[Point]]:
    """Days of three slices, of the whole, and its weeks; the second slice falls by a factor on Tuesday."""
    rates = np.full((3, 182), 0.37)
    rates[1, 176:] *= fall
    bases = rng.poisson(np.array([[40.0], [60.0], [40.0]]), (3, 182))
    hits = rng.binomial(bases, rates)
    parts = {name: of_days(hits[row], bases[row]) for row, name in enumerate(("ios", "android", "web"))}
    return parts, of_days(hits.sum(0), bases.sum(0)), of_weeks(hits.sum(0), bases.sum(0))


def of_days(hits: np.ndarray, bases: np.ndarray) -> list[Point]:
    return [
        Point(start=MONDAY + timedelta(day), value=float(hit / base), base=float(base))
        for day, (hit, base) in enumerate(zip(hits, bases, strict=True))
    ]


def of_weeks(hits: np.ndarray, bases: np.ndarray) -> list[Point]:
    weekly = zip(hits.reshape(-1, 7).sum(1), bases.reshape(-1, 7).sum(1), strict=True)
    return [
        Point(start=MONDAY + timedelta(7 * week), value=float(hit / base), base=float(base))
        for week, (hit, base) in enumerate(weekly)
    ]


def judged_closely(rng: np.random.Generator, fall: float) -> str:
    parts, whole, all_weeks = sliced(rng, fall)
    slices = {("device", name): days for name, days in parts.items()}
    shift = explain_movement(whole, slices, "share", "below")
    if shift.key is None:
        return ""
    held = slices[shift.key]
    part = of_weeks(
        np.array([(day.value or 0) * (day.base or 0) for day in held]), np.array([day.base for day in held])
    )
    judged = judge_by_holder(all_weeks, "share", shift, expect_week(part, "share", DETAIL_CONFIDENCE))
    return shift.key[1] if judged and judged[1].direction == "below" else ""


def test_a_fall_that_only_a_slice_shows_clearly_has_moved_the_metric() -> None:
    told = []
    for seed in range(30):
        whole = sliced(np.random.default_rng(seed), 0.5)[2]
        if judge_week(whole, "share", None)[1].kind == "within noise":
            told.append(judged_closely(np.random.default_rng(seed), 0.5))
    assert len(told) >= 10
    assert set(told) <= {"android", ""}
    assert told.count("android") >= 0.7 * len(told)


@pytest.mark.slow
def test_no_slice_of_a_quiet_metric_moves_it() -> None:
    assert sum(bool(judged_closely(np.random.default_rng(seed), 1.0)) for seed in range(300)) == 0


def test_a_burst_of_few_is_not_beyond_chance() -> None:
    rng = np.random.default_rng(1)
    few = rng.poisson(0.4, 182).astype(float)
    few[-3:] = [3.0, 4.0, 3.0]
    many = rng.poisson(20.0, 182).astype(float)
    points = {
        ("country", name): [
            Point(start=MONDAY + timedelta(day), value=float(v)) for day, v in enumerate(values)
        ]
        for name, values in (("DE", few), ("US", many))
    }
    whole = [Point(start=MONDAY + timedelta(day), value=float(v)) for day, v in enumerate(few + many)]
    assert not explain_movement(whole, points, "count", "above").beyond_chance
