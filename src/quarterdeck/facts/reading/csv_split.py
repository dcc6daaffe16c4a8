"""Where do the records of a block of CSV begin and end, when some lines are broken?

Lines that are a whole record by themselves are found for all lines at once. Every other line, and there are
few, is walked from quote to quote: it may open a record over several lines, or it is broken, and then that
line alone is bad and reading goes on behind it. So one unclosed quote costs one row.

A record that closes as RFC 4180 says, with the right width, is believed whatever its texts hold: what a
customer wrote must never become a row (decision 0007).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from quarterdeck.facts.reading.csv_record import parse_record

MAX_OPEN_BYTES = 1024 * 1024

NEWLINE, RETURN, QUOTE, NUL = 10, 13, 34, 0

Positions = npt.NDArray[np.int64]
Evidence = Callable[[int, int], bool]

# What a line is by itself, and what no line of a good record may be.
_WHOLE, _QUOTES, _EMPTY, _WIDTH = range(4)
_SOUND, _NUL, _ENCODING = range(3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judges:
    """What only the file and its map can tell of a span of bytes, in doubt about a quote.

    `is_row`: does a line that would be a whole record by itself look like a row of this file?
    `is_record`: can a record over several lines, legal and of the right width, be one?
    """

    is_row: Evidence
    is_record: Evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A span of bytes that is no usable record; `line` counts from 0 within the block."""

    line: int
    start: int
    end: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The records of a block: where good ones begin and end, their first lines, and the bad ones.

    `consumed` bytes and `lines` are settled; the bytes behind belong to the next block. `doubtful` are the
    first lines of records that were believed although a line in them looks like a row.
    """

    starts: Positions
    ends: Positions
    first_lines: Positions
    bad: tuple[Record, ...]
    consumed: int
    lines: int
    doubtful: tuple[int, ...] = ()


class _Lines:
    """Physical lines of a block with what is known of each."""

    def __init__(self, data: bytes, delimiter: int, width: int) -> None:
        self.data = data
        self.bytes = np.frombuffer(data, dtype=np.uint8)
        self.delimiter = delimiter
        self.width = width
        ends = np.flatnonzero(self.bytes == NEWLINE)
        if len(data) and data[-1] != NEWLINE:
            ends = np.append(ends, len(data))
        if b"\r" in data:
            ends = self._also_at_returns(ends)
        self.ends = ends
        self.starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1)) if len(ends) else ends
        self.content_ends = self._without_returns()
        self.delimiters = np.flatnonzero(self.bytes == delimiter)
        self.quotes = np.flatnonzero(self.bytes == QUOTE) if b'"' in data else np.zeros(0, np.int64)
        self.quote_lines = np.searchsorted(self.ends, self.quotes)
        self.first_quotes = np.searchsorted(self.quotes, self.starts)
        self.lone_returns = self._lone_returns()
        self.fields = 1 + np.diff(
            np.searchsorted(self.delimiters, np.concatenate((self.starts, [len(data)])))
        )
        self.states = self._judge()
        self.flaws = self._flaws()

    def _also_at_returns(self, ends: Positions) -> Positions:
        """Ends of lines, lone carriage returns with them where what stands between them are whole records."""
        returns = np.flatnonzero(self.bytes == RETURN)
        followed = self.bytes[np.minimum(returns + 1, len(self.bytes) - 1)]
        lone = returns[(followed != NEWLINE) & (returns + 1 < len(self.bytes))]
        more = [
            place
            for line in np.unique(np.searchsorted(ends, lone)).tolist()
            for place in self._cuts(int(ends[line - 1]) + 1 if line else 0, int(ends[line]))
        ]
        return np.union1d(ends, np.array(more, np.int64)) if more else ends

    def _cuts(self, start: int, end: int) -> list[int]:
        text = self.data[start:end].decode("latin-1").removesuffix("\r")
        cuts, place = [], start
        for part in text.split("\r"):
            record = parse_record(part, chr(self.delimiter))
            if record is None or len(record) != self.width:
                return []
            place += len(part) + 1
            cuts.append(place - 1)
        return cuts[:-1]

    def _without_returns(self) -> Positions:
        if b"\r" not in self.data or not len(self.ends):
            return self.ends
        last = self.bytes[np.maximum(self.ends - 1, 0)]
        ends: Positions = self.ends - ((last == RETURN) & (self.ends > self.starts))
        return ends

    def _lone_returns(self) -> Positions:
        if b"\r" not in self.data:
            return np.zeros(0, np.int64)
        returns = np.flatnonzero(self.bytes == RETURN)
        line = np.searchsorted(self.ends, returns)
        lone: Positions = returns[returns != self.content_ends[line]]
        return lone

    def _judge(self) -> npt.NDArray[np.uint8]:
        """The state of each line as if it stood alone."""
        states = np.full(len(self.ends), _WHOLE, np.uint8)
        if len(self.quotes):
            self._judge_quotes(states)
        if len(self.lone_returns):
            states[np.searchsorted(self.ends, self.lone_returns)] = _QUOTES
        states[(states == _WHOLE) & (self.fields != self.width)] = _WIDTH
        states[self.content_ends == self.starts] = _EMPTY
        return states

    def _flaws(self) -> npt.NDArray[np.uint8]:
        flaws = np.full(len(self.ends), _SOUND, np.uint8)
        if not self.data.isascii():
            flaws[self._undecodable()] = _ENCODING
        if b"\0" in self.data:
            flaws[np.searchsorted(self.ends, np.flatnonzero(self.bytes == NUL))] = _NUL
        return flaws

    def _judge_quotes(self, states: npt.NDArray[np.uint8]) -> None:
        """Mark lines whose quotes do not open and close fields by themselves; count fields of the others."""
        quotes, lines = self.quotes, self.quote_lines
        nth = np.arange(len(quotes)) - self.first_quotes[lines]
        opens = nth % 2 == 0
        before = self.bytes[np.maximum(quotes - 1, 0)]
        after = self.bytes[np.minimum(quotes + 1, len(self.bytes) - 1)]
        adjacent = np.diff(quotes) == 1
        joined_before = np.concatenate(([False], adjacent))
        joined_after = np.concatenate((adjacent, [False]))
        begins = (before == self.delimiter) | (quotes == self.starts[lines]) | joined_before
        finishes = (after == self.delimiter) | (quotes + 1 == self.content_ends[lines]) | joined_after
        odd = np.bincount(lines, minlength=len(states)) % 2 == 1
        states[odd] = _QUOTES
        states[lines[np.where(opens, ~begins, ~finishes)]] = _QUOTES
        closed = opens & (states[lines] == _WHOLE)
        inside = np.searchsorted(self.delimiters, quotes[np.flatnonzero(closed) + 1]) - np.searchsorted(
            self.delimiters, quotes[closed]
        )
        self.fields -= np.bincount(lines[closed], inside, len(states)).astype(np.int64)

    def _undecodable(self) -> npt.NDArray[np.int64]:
        try:
            self.data.decode("utf-8")
        except UnicodeDecodeError:
            high = np.unique(np.searchsorted(self.ends, np.flatnonzero(self.bytes >= 128)))
            return np.array([line for line in high.tolist() if not self._decodes(line)], np.int64)
        return np.zeros(0, np.int64)

    def _decodes(self, line: int) -> bool:
        try:
            self.data[self.starts[line] : self.ends[line]].decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True


@dataclass(frozen=True, kw_only=True, slots=True)
class _Walk:
    """How a record that begins with a suspicious line goes on: its last line, or why it is broken."""

    last_line: int = -1
    fields: int = 0
    reason: str = ""
    undecided: bool = False
    doubtful: bool = False


def split_records(data: bytes, *, delimiter: int, width: int, final: bool, judges: Judges) -> Split:
    """Split a block that ends with a line end (or the file, if `final`) into records of `width` fields."""
    lines = _Lines(data, delimiter, width)
    count = len(lines.ends)
    while final and count and lines.states[count - 1] == _EMPTY:
        count -= 1
    last_lines = np.arange(len(lines.ends))
    inside = np.zeros(len(lines.ends), bool)
    bad: list[Record] = []
    doubtful: list[int] = []
    settled = count
    for line in np.flatnonzero(lines.states[:count] == _QUOTES).tolist():
        if inside[line]:
            continue
        walk = _walk(lines, line, final, judges)
        if walk.undecided:
            settled = line
            break
        if walk.reason:
            bad.append(_bad(lines, line, line, walk.reason))
            inside[line] = True
        else:
            inside[line + 1 : walk.last_line + 1] = True
            last_lines[line] = walk.last_line
            lines.fields[line] = walk.fields
            lines.states[line] = _WHOLE if walk.fields == width else _WIDTH
            lines.flaws[line] = lines.flaws[line : walk.last_line + 1].max()
            doubtful += [line] * walk.doubtful
    return replace(_collect(lines, last_lines, inside, bad, settled), doubtful=tuple(doubtful))


def _collect(
    lines: _Lines, last_lines: Positions, inside: npt.NDArray[np.bool_], bad: list[Record], settled: int
) -> Split:
    sound = (lines.states == _WHOLE) & (lines.flaws == _SOUND)
    good = np.flatnonzero(sound[:settled] & ~inside[:settled])
    for line in np.flatnonzero(~sound[:settled] & ~inside[:settled]).tolist():
        bad.append(_bad(lines, line, int(last_lines[line]), _reason(lines, line)))
    bad.sort(key=lambda record: record.line)
    return Split(
        starts=lines.starts[good],
        ends=lines.content_ends[last_lines[good]],
        first_lines=good,
        bad=tuple(bad),
        consumed=len(lines.data) if settled == len(lines.ends) else int(lines.starts[settled]),
        lines=settled,
    )


def _bad(lines: _Lines, line: int, last: int, reason: str) -> Record:
    return Record(line=line, start=int(lines.starts[line]), end=int(lines.content_ends[last]), reason=reason)


def _reason(lines: _Lines, line: int) -> str:
    if lines.flaws[line] == _NUL:
        return "NUL byte"
    if lines.flaws[line] == _ENCODING:
        return "not valid UTF-8; set `encoding:` in the map"
    if lines.states[line] == _EMPTY:
        return "empty line"
    found = int(lines.fields[line])
    return f"{found} field{'' if found == 1 else 's'} where the header has {lines.width}"


def _walk(lines: _Lines, line: int, final: bool, judges: Judges) -> _Walk:
    """Follow a record from its first line, quote by quote, until it closes or breaks a rule."""
    quotes, data = lines.quotes, lines.data
    start = int(lines.starts[line])
    index, current, inside_fields = int(lines.first_quotes[line]), line, 0
    while True:
        if index >= len(quotes) or quotes[index] > lines.ends[current]:
            return _closed(lines, line, current, inside_fields, judges)
        opened = int(quotes[index])
        if opened != start and data[opened - 1] != lines.delimiter:
            return _Walk(reason="quote inside an unquoted field")
        index += 1
        while index + 1 < len(quotes) and quotes[index + 1] == quotes[index] + 1:
            index += 2
        if index >= len(quotes):
            if not final and len(data) - start <= MAX_OPEN_BYTES:
                return _Walk(undecided=True)
            return _Walk(reason="quote never closed")
        closed = int(quotes[index])
        current = int(lines.quote_lines[index])
        if closed - start >= MAX_OPEN_BYTES:
            return _Walk(reason=f"quote still open after {MAX_OPEN_BYTES:,} bytes")
        if closed + 1 != lines.content_ends[current] and data[closed + 1] != lines.delimiter:
            return _Walk(reason="text after a closing quote, or a quote never closed")
        inside_fields += int(np.subtract(*np.searchsorted(lines.delimiters, (closed, opened))))
        index += 1


def _closed(lines: _Lines, line: int, last: int, inside_fields: int, judges: Judges) -> _Walk:
    """The record is legal; is it also believable, and free of line ends outside quotes?"""
    start, end = int(lines.starts[line]), int(lines.content_ends[last])
    first, behind = np.searchsorted(lines.lone_returns, (start, end))
    if behind > first:
        text = lines.data[start:end].decode("latin-1")
        if parse_record(text, chr(lines.delimiter)) is None:
            return _Walk(reason="carriage return outside quotes")
    delimiters = int(np.subtract(*np.searchsorted(lines.delimiters, (end, start))))
    fields = 1 + delimiters - inside_fields
    holds_row = _holds_row(lines, line, last, judges.is_row)
    if holds_row and not (fields == lines.width and judges.is_record(start, end)):
        return _Walk(reason="quote never closed: a line behind it is a row of its own")
    return _Walk(last_line=last, fields=fields, doubtful=holds_row)


def _holds_row(lines: _Lines, line: int, last: int, is_row: Evidence) -> bool:
    """Does a line behind the first of a record look like a row of its own?"""
    behind = slice(line + 1, last + 1)
    whole = (lines.states[behind] == _WHOLE) & (lines.flaws[behind] == _SOUND)
    inner = (np.flatnonzero(whole) + line + 1).tolist()
    return any(is_row(int(lines.starts[place]), int(lines.content_ends[place])) for place in inner)
