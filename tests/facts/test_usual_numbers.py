"""Numbers written plainly, told by their bytes, against the pattern for them."""

import re

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from quarterdeck.facts.usual_numbers import usual_numbers

PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
texts = st.lists(
    st.none()
    | st.text("0123456789.-", max_size=17)
    | st.text("01.-+eE ,äx", max_size=6)
    | st.integers(-(10**17), 10**17).map(str)
    | st.floats(-1e9, 1e9).map(lambda value: f"{value:.3f}"),
    max_size=12,
)


@given(texts)
@example(["", "-", ".", "0", "-0", "00", "0.", ".5", "0.5", "-0.5", "1.2.3", "1-2", "--1", "01", "10", None])
def test_a_number_is_taken_where_it_is_plain_and_short(values: list[str | None]) -> None:
    expected = [
        float(text) if text is not None and PLAIN.fullmatch(text) and len(text) <= 15 else None
        for text in values
    ]
    column = pa.array(["7", *values, "8"], pa.string()).slice(1, len(values))
    assert usual_numbers(column).to_pylist() == expected
