"""On the matrix no name leaves the paper, crosses another or covers a change, wherever the changes lie."""

import re

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.feedback.backlog.calc.matrix import Scale, Spot, place_labels, scale_over
from quarterdeck.feedback.backlog.calc.rice import Range
from quarterdeck.feedback.backlog.service.drawing import draw_matrix

PAPER = (40.0, 0.0, 760.0, 420.0)
places = st.lists(
    st.tuples(st.floats(50, 750), st.floats(10, 410), st.text("abcdef ", min_size=1, max_size=24)),
    max_size=14,
)


def crossing(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@given(places)
def test_names_never_collide(spots):
    labels = place_labels(spots, paper=PAPER, letter=7.0)
    assert len(labels) == len(spots)
    boxes = [label.box for label in labels if label is not None]
    for number, box in enumerate(boxes):
        assert PAPER[0] <= box[0]
        assert box[2] <= PAPER[2]
        assert PAPER[1] <= box[1]
        assert box[3] <= PAPER[3]
        assert not any(crossing(box, other) for other in boxes[number + 1 :])
        assert not any(crossing(box, (x - 5, y - 5, x + 5, y + 5)) for x, y, _ in spots)


def test_a_name_stands_clear_of_a_line_where_there_is_room():
    line = (0.0, 199.0, 760.0, 201.0)
    [label] = place_labels([(300.0, 200.0, "Offline")], paper=PAPER, letter=7.0, lines=[line])
    assert not crossing(label.box, line)


@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=8))
def test_everything_lies_on_the_scale_in_order(values):
    scale = scale_over([Range(point=each, low=each, high=each) for each in values], start=40, end=700)
    seen = [scale.at(value) for value in sorted(values)]
    assert seen == sorted(seen)
    assert seen[0] >= 40
    assert seen[-1] <= 700


def test_ticks_are_round_and_few():
    assert Scale(low=0.3, high=40, start=0, end=1).ticks() == (1.0, 10.0)
    assert Scale(low=2, high=60, start=0, end=1).ticks() == (2.0, 5.0, 10.0, 20.0, 50.0)


def test_the_drawing_names_every_change_and_sets_those_without_effort_apart():
    value = Range(point=300, low=100, high=500)
    spots = [
        Spot(number=1, name="Offline & on", verb="do", value=value, effort=Range(point=2, low=1, high=3)),
        Spot(number=2, name="Billing", verb="do", value=value, effort=None),
    ]
    drawn = draw_matrix(spots)
    for drawing in (drawn.wide, drawn.narrow):
        assert "1 Offline &amp; on" in drawing
        assert "2 Billing" in drawing
        assert "effort not known" in drawing
        assert not re.search(r"nan|inf", drawing)
    assert drawn.sentence == (
        "Value against effort. Offline & on: value 300, 2 weeks; Billing: value 300, effort not known"
    )
    assert draw_matrix([]) is None
