"""How is a stream of bytes cut into blocks that end with a line end, the same way each time?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quarterdeck.facts.reading.block import BLOCK_BYTES, BadRow
from quarterdeck.facts.reading.bytes_of import PlainBytes

MAX_LINE_BYTES = 2 * BLOCK_BYTES
MAX_RAW_BYTES = 8 * BLOCK_BYTES
_SHORTER = 4
_A_FEW_LINES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class OverlongLine:
    """A line beyond the limit: why it is bad, and its text or the beginning of it."""

    reason: str
    raw: str
    encoding: str | None

    def bad_row(self, row_number: int) -> BadRow:
        """The line as a row for the quarantine."""
        return BadRow(row_number=row_number, reason=self.reason, raw=self.raw, encoding=self.encoding)


class LineBlocks:
    """Blocks of whole lines; a file that ends its lines with carriage returns alone is read as well."""

    def __init__(self, stream: PlainBytes, block_bytes: int = BLOCK_BYTES) -> None:
        self._stream = stream
        self._block_bytes = block_bytes
        # The first block is a short one, so that those who work on it need not wait long for it.
        self._first = self._stream.read(max(1, block_bytes // _SHORTER))
        if self._first.count(b"\n") < _A_FEW_LINES:
            self._first += self._stream.read(block_bytes - len(self._first))
        self._only_returns = b"\r" in self._first and b"\n" not in self._first
        self._first = self._in_newlines(self._first)
        self.header_lines = 0

    def peek(self, size: int) -> bytes:
        """The first bytes, left where they are."""
        return self._first[:size]

    def header(self) -> bytes | None:
        """Take the first record off, even if it has line ends in quotes; None in an empty file."""
        start = len(self._first) - len(self._first.lstrip(b"\r\n"))
        end = self._first.find(b"\n", start)
        while end >= 0 and self._first.count(b'"', start, end) % 2:
            end = self._first.find(b"\n", end + 1)
        end = len(self._first) if end < 0 else end
        header = self._first[start:end]
        self.header_lines = self._first.count(b"\n", 0, end) + 1
        self._first = self._first[end + 1 :]
        return header.removesuffix(b"\r") or None

    def blocks(self) -> Iterator[tuple[bytes | OverlongLine, bool]]:
        """Each block, and whether it is the last; every one but the last ends with a newline."""
        carry, data = b"", self._first
        while following := self._in_newlines(self._stream.read(self._block_bytes)):
            cut = data.rfind(b"\n") + 1
            if cut:
                yield b"".join((carry, memoryview(data)[:cut])), False
                carry, data = data[cut:], following
            elif len(carry) + len(data) <= MAX_LINE_BYTES:
                carry, data = carry + data, following
            else:
                begun, carry, data = [carry, data], b"", b""
                overlong, data = self._overlong(begun, following)
                yield overlong, False
        if carry or data:
            yield carry + data, True

    def _overlong(self, begun: list[bytes], following: bytes) -> tuple[OverlongLine, bytes]:
        """Read on to the end of a line beyond the limit; also what stands behind it."""
        kept = bytearray()
        length = 0
        while begun:
            length += len(begun[0])
            kept += begun.pop(0)
        while following:
            end = following.find(b"\n")
            part = following if end < 0 else following[:end]
            length += len(part)
            kept += part[: MAX_RAW_BYTES - len(kept)]
            if end >= 0:
                return _overlong_line(kept, length), following[end + 1 :]
            following = self._in_newlines(self._stream.read(self._block_bytes))
        return _overlong_line(kept, length), b""

    def _in_newlines(self, data: bytes) -> bytes:
        return data.replace(b"\r", b"\n") if self._only_returns else data


def _overlong_line(kept: bytearray, length: int) -> OverlongLine:
    reason = f"line of {length:,} bytes; the limit is {MAX_LINE_BYTES:,}"
    if length > len(kept):
        reason += f"; only the first {len(kept):,} are kept here"
    try:
        return OverlongLine(reason=reason, raw=kept.decode("utf-8"), encoding=None)
    except UnicodeDecodeError:
        return OverlongLine(reason=reason, raw=kept.decode("latin-1"), encoding="latin-1")
