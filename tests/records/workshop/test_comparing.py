from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.records.workshop.comparing import compare, merge

LINES = st.lists(st.sampled_from("abcd"), max_size=8).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


@given(base=LINES, disk=LINES, draft=LINES)
def test_every_line_of_each_text_is_shown_once_and_in_order(base, disk, draft):
    rows = compare(base, disk, draft)
    for text, shown in (
        (base, [row.base for row in rows]),
        (disk, [row.disk.text for row in rows]),
        (draft, [row.draft.text for row in rows]),
    ):
        assert "".join(f"{line}\n" for line in shown if line is not None) == text
    assert [row.number for row in rows if row.number] == list(range(1, base.count("\n") + 1))


@given(base=LINES, other=LINES)
def test_what_one_side_alone_changed_is_taken(base, other):
    assert merge(compare(base, other, base)) == other
    assert merge(compare(base, base, other)) == other
    assert merge(compare(base, other, other)) == other


def test_lines_that_both_changed_differently_cannot_be_merged():
    assert merge(compare("a\nb\n", "a\nc\n", "a\nd\n")) is None
    assert merge(compare("a\n", "b\na\n", "c\na\n")) is None
    assert merge(compare("a\nb\n", "a\n", "a\nd\n")) is None
