"""Bands are as wide as what flows, nothing is lost on the way to the drawing, and names have room."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.charts.flows import AIR, MOST_PLACES, Flow, Paper, draw_flows

PAPER = Paper(width=720, height=330, margin=130, longest=12, kind="wide")
BAND = re.compile(
    r'd="M([\d.-]+) ([\d.-]+)C\S+ \S+ \S+ \S+ ([\d.-]+) ([\d.-]+)V([\d.-]+)C\S+ \S+ \S+ \S+ \S+ ([\d.-]+)Z"'
)
PLACE = re.compile(r'<rect class="fill-1" x="([\d.-]+)" y="([\d.-]+)" width="8" height="([\d.-]+)"')


@st.composite
def walks(draw):
    names = st.sampled_from([f"place {number}" for number in range(9)])
    pairs = draw(st.lists(st.tuples(st.integers(0, 2), names, names), min_size=1, max_size=40, unique=True))
    return [
        Flow(column=column, source=source, target=target, amount=draw(st.integers(1, 1000)))
        for column, source, target in pairs
    ]


def drawn(flows):
    return draw_flows(flows, PAPER, headings=("From", "Move 1"), sentence="Where they go")


def test_nothing_flows_nothing_is_drawn():
    assert drawn([]) is None


def test_a_long_name_is_cut_with_a_sign_and_told_whole_to_who_points_at_it():
    flow = Flow(column=0, source="Schedule viewed", target="Job", amount=3, words="Schedule viewed → Job: 3")
    assert "Schedule vi…" in drawn([flow])
    assert "<title>Schedule viewed → Job: 3</title>" in drawn([flow])


@given(walks())
def test_every_band_leaves_a_place_and_arrives_at_one_as_wide_as_it_left(flows):
    drawing = drawn(flows)
    places = [tuple(map(float, found)) for found in PLACE.findall(drawing)]
    bands = [tuple(map(float, found)) for found in BAND.findall(drawing)]
    assert bands
    for x1, y1, x2, y2, low2, low1 in bands:
        assert abs((low1 - y1) - (low2 - y2)) < 0.21
        assert any(holds(place, x1 - 8, y1, low1) for place in places)
        assert any(holds(place, x2, y2, low2) for place in places)


def holds(place, x, top, bottom):
    left, y, height = place
    return abs(left - x) < 0.21 and y - 0.21 <= top and bottom <= y + height + 0.21


@given(walks())
def test_a_column_has_few_places_which_do_not_overlap_and_stay_on_the_paper(flows):
    columns = {}
    for x, y, height in PLACE.findall(drawn(flows)):
        columns.setdefault(x, []).append((float(y), float(height)))
    for places in columns.values():
        places.sort()
        assert len(places) <= MOST_PLACES
        for (y, height), (below, _) in pairwise(places):
            assert below - y - height >= AIR - 0.21
        assert sum(places[-1]) <= PAPER.height + MOST_PLACES  # the smallest are drawn a pixel high


@given(walks())
def test_small_places_stand_together_and_no_amount_is_lost(flows):
    first = min(flow.column for flow in flows)
    begun = sum(flow.amount for flow in flows if flow.column == first)
    told = re.findall(
        r'<text class="halo" x="13"[^>]*><tspan[^>]*>[^<]*</tspan> ([\d,]+)</text>', drawn(flows)
    )
    assert sum(int(amount.replace(",", "")) for amount in told) == begun
