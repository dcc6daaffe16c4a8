"""Bytes that are no text, in a format that promises text."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.facts.reading.block import Wanted
from quarterdeck.facts.reading.parquet_file import ParquetFile
from quarterdeck.facts.reading.parquet_text import undecodable


def broken(values: list[bytes]) -> pa.Array:
    """A string column that was never checked, as another program may write it."""
    offsets = [0]
    for value in values:
        offsets.append(offsets[-1] + len(value))
    buffers = [None, pa.py_buffer(pa.array(offsets, pa.int32()).buffers()[1]), pa.py_buffer(b"".join(values))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


TEXTS = [b"a", b"\xff", "é".encode(), b"d"]


@pytest.mark.parametrize(
    "column",
    [
        broken(TEXTS),
        pa.array(TEXTS, pa.binary()),
        pa.array(TEXTS, pa.large_binary()),
        pa.array([[each] for each in TEXTS], pa.list_(pa.binary())),
        pa.array([{"inner": each} for each in TEXTS], pa.struct([("inner", pa.binary())])),
        pa.array([[("k", each)] for each in TEXTS], pa.map_(pa.string(), pa.binary())),
    ],
    ids=lambda column: str(column.type),
)
def test_a_row_with_bytes_that_are_no_text_is_set_aside_and_the_others_are_read(column, tmp_path):
    file = tmp_path / "events.parquet"
    pq.write_table(pa.table({"person": ["p1", "p2", "p3", "p4"], "given": column}), file)
    (block,) = ParquetFile(file).blocks(Wanted(columns=("person",), properties=("*",)))
    assert block.rows["person"].to_pylist() == ["p1", "p3", "p4"]
    assert block.row_numbers.tolist() == [1, 3, 4]
    (bad,) = block.bad
    assert (bad.row_number, bad.reason) == (2, "`given` holds bytes that are not UTF-8")
    assert b"\xff" in bad.raw.encode("latin-1")
    assert '"p3"' in block.raw(1)
    assert "é" in block.raw(1)


@given(st.lists(st.binary(max_size=6), max_size=20))
def test_exactly_what_python_cannot_decode_is_at_fault(values):
    def decodes(value: bytes) -> bool:
        try:
            value.decode()
        except UnicodeDecodeError:
            return False
        return True

    batch = pa.RecordBatch.from_arrays([pa.array(values, pa.binary())], names=["x"])
    assert set(undecodable(batch)) == {row for row, value in enumerate(values) if not decodes(value)}
