"""Which texts stand in a file that somebody brought?"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TextIO

from quarterdeck.errors import FactError, did_you_mean
from quarterdeck.feedback.themes.calc.texts import Example, Tagged
from quarterdeck.feedback.themes.definitions import SEPARATOR

LONGEST_CELL = 16_000_000
TELLING = ("id", "text")
LABEL = "label"
OWN_ID = "Give every text an id of its own."


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Texts with their ids, and their labels where the file has any; `remarks` say what was odd."""

    ids: Sequence[str]
    texts: Sequence[str]
    labels: Sequence[tuple[str, ...]] | None
    remarks: tuple[str, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        """What people said of these texts; a row without a label says nothing."""
        pairs = zip(self.texts, self.labels or (), strict=True) if self.labels is not None else ()
        return tuple(Example(text=text, tags=tags) for text, tags in pairs if tags)


def read_sheet(file: Path) -> Sheet:
    """Read `id,text[,label]`; every id stands once, and what is odd about a row is counted, never dropped."""
    csv.field_size_limit(LONGEST_CELL)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        try:
            return _read(file, stream)
        except UnicodeDecodeError as error:
            raise FactError(f"{file}: not UTF-8 text.", "Save it as UTF-8.") from error
        except csv.Error as error:
            hint = "Save it as CSV with a comma between cells."
            raise FactError(f"{file}: not CSV: {error}.", hint) from error


def _read(file: Path, stream: TextIO) -> Sheet:
    rows = csv.reader(stream)
    header = [name.strip().casefold() for name in next(rows, [])]
    if not header:
        raise FactError(f"{file}:1: there are no columns.", "It begins with id,text[,label].")
    at_id, at_text = (_place(file, header, name) for name in TELLING)
    at_label = header.index(LABEL) if LABEL in header else None
    seen: dict[str, int] = {}
    texts: list[str] = []
    labels: list[tuple[str, ...]] = []
    empty = twice = 0
    for row in rows:
        if not row:
            continue
        cells = (*row, *[""] * (len(header) - len(row)))
        key, text = cells[at_id].strip(), cells[at_text]
        if not key:
            raise FactError(f"{file}:{rows.line_num}: the row has no id.", OWN_ID)
        if key in seen:
            if texts[seen[key]] != text:
                raise FactError(f"{file}:{rows.line_num}: '{key}' stands above with another text.", OWN_ID)
            twice += 1
            continue
        seen[key] = len(texts)
        texts.append(text)
        empty += not text.strip()
        if at_label is not None:
            labels.append(split_tags(cells[at_label]))
    remarks = (*_counted(empty, "without a text"), *_counted(twice, "repeated word for word, read once"))
    return Sheet(
        ids=list(seen), texts=texts, labels=labels if at_label is not None else None, remarks=remarks
    )


def _place(file: Path, header: Sequence[str], name: str) -> int:
    if name not in header:
        hint = f"{did_you_mean(name, header)} It needs id,text[,label].".lstrip()
        raise FactError(f"{file}:1: there is no column '{name}'; there are {', '.join(header)}.", hint)
    return header.index(name)


def split_tags(cell: str) -> tuple[str, ...]:
    """The tags written in one cell, each once.

    >>> split_tags("late| broken |late")
    ('late', 'broken')
    """
    return tuple(dict.fromkeys(tag.strip() for tag in cell.split(SEPARATOR) if tag.strip()))


def _counted(count: int, words: str) -> Iterator[str]:
    if count:
        yield f"{count:,} {'row' if count == 1 else 'rows'} {words}"


def tagged_text(ids: Sequence[str], tagged: Sequence[Tagged]) -> str:
    """`id,tags,confidence` as CSV: one row for each id, in the order in which they came."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("id", "tags", "confidence"))
    writer.writerows(
        (key, SEPARATOR.join(each.tags), f"{each.confidence:.4f}")
        for key, each in zip(ids, tagged, strict=True)
    )
    return stream.getvalue()
