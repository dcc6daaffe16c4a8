"""Axes name round values, lines keep their gaps, and what cannot be known yet is hatched."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.charts.line import PAGE_NARROW, PAGE_WIDE, LineChart, draw_line_chart, words_in
from quarterdeck.charts.multiple import draw_multiple, shared_scale
from quarterdeck.charts.plot import span, ticks
from quarterdeck.charts.series import Line, Mark, Point, banded_runs, runs
from quarterdeck.charts.sparkline import draw_sparkline
from quarterdeck.charts.svg import element, number
from quarterdeck.stats.figures import axis_labels

MONDAY = date(2026, 11, 9)


def days(*values: float | None, low: float | None = None, high: float | None = None) -> tuple[Point, ...]:
    return tuple(
        Point(when=MONDAY + timedelta(days=index), value=value, low=low, high=high)
        for index, value in enumerate(values)
    )


def chart(*lines: Line, **given_) -> LineChart:
    return LineChart(
        key="test",
        sentence="A chart.",
        lines=lines,
        write=lambda values: axis_labels("count", values),
        dates=((MONDAY, "9 Nov"),),
        from_zero=True,
        **given_,
    )


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-2, 1e9), most=st.integers(2, 8), whole=st.booleans())
def test_ticks_are_round_few_and_within_the_span(low, width, most, whole):
    high = low + width
    named = ticks(low, high, at_most=most, whole=whole)
    assert len(named) <= max(most, 2)
    assert list(named) == sorted(named)
    if not whole and len(named) > 2:
        steps = {round(after - before, 9) for before, after in itertools.pairwise(named)}
        assert max(steps) == pytest.approx(min(steps), rel=1e-3, abs=1e-9)


def test_counts_have_no_half_ticks():
    assert ticks(0, 2.2, at_most=5, whole=True) == (0, 1, 2)
    assert ticks(0, 2.2, at_most=6) == (0, 0.5, 1, 1.5, 2)


def test_a_span_shows_zero_when_it_must():
    assert span(30, 50, from_zero=True)[0] == 0
    assert span(30, 50, from_zero=False)[0] > 0
    assert span(-5, 5, from_zero=True)[0] < -5


def test_a_gap_stays_a_gap():
    assert [len(stretch) for stretch in runs(days(1, 2, None, 4))] == [2, 1]
    assert [len(stretch) for stretch in banded_runs(days(1, None, low=0, high=3))] == [2]


def test_a_chart_says_itself_in_a_sentence_and_names_its_lines():
    drawn = draw_line_chart(chart(Line(label="android", points=days(1, 2, 3))), PAGE_WIDE)
    assert 'aria-label="A chart."' in drawn
    assert ">android<" in drawn
    assert 'role="img"' in drawn


def test_points_outside_are_diamonds_and_the_last_inside_is_a_dot():
    inside = draw_line_chart(chart(Line(label="a", points=days(1, 2, 2, low=0, high=3))), PAGE_WIDE)
    outside = draw_line_chart(chart(Line(label="a", points=days(1, 9, 9, low=0, high=3))), PAGE_WIDE)
    assert inside.count("dot-out") == 0
    assert inside.count('class="dot"') == 1
    assert outside.count("dot-out") == 2
    assert outside.count('class="dot"') == 0


def test_what_cannot_be_known_yet_is_hatched_and_said():
    points = (*days(1, 2), Point(when=MONDAY + timedelta(days=2), value=None, known=False))
    drawn = draw_line_chart(
        chart(Line(label="a", points=points), unknown_label="cannot be known yet"), PAGE_WIDE
    )
    assert 'fill="url(#hatch-test-wide)"' in drawn
    assert ">cannot be known yet<" in drawn


@pytest.mark.parametrize("size", [PAGE_WIDE, PAGE_NARROW])
def test_names_of_marks_never_share_a_row_where_they_meet(size):
    marks = tuple(
        Mark(when=MONDAY + timedelta(days=day), label=f"Deploy number {day}") for day in (1, 30, 31, 33)
    )
    points = days(*range(40))
    drawn = draw_line_chart(chart(Line(label="a", points=points), marks=marks), size)
    assert drawn.count("hand-text") == 4
    assert drawn.count("mark-line") == 4


def test_every_word_of_the_chart_is_counted():
    words = words_in(chart(Line(label="android", points=days(1, 2, 3)), band_label="expected"))
    assert {"android", "expected", "9 Nov", "0"} <= set(words)


def test_a_flat_or_single_or_empty_series_is_still_drawn():
    for values in ((5.0,), (5.0, 5.0), (0.0, 0.0)):
        assert draw_line_chart(chart(Line(label="a", points=days(*values))), PAGE_NARROW)
        assert draw_sparkline(days(*values), key="k", sentence="s")
    assert draw_sparkline(days(None, None), key="k", sentence="s") is None


def test_small_multiples_share_a_scale_from_zero():
    cells = (days(10, 12), days(40, 44))
    low, high = shared_scale(cells)
    assert low == 0
    assert high >= 44
    drawn = draw_multiple(
        cells[0], key="c", scale=(low, high), sentence="a cell", write=lambda v: axis_labels("count", v)
    )
    assert 'aria-label="a cell"' in drawn


def test_markup_is_escaped_and_coordinates_are_short():
    assert element("text", "<b> & co", x=1.26) == '<text x="1.3">&lt;b&gt; &amp; co</text>'
    assert number(-0.01) == "0"
    assert number(12.0) == "12"
