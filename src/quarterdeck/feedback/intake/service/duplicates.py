"""Which texts of a file say the same?"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from quarterdeck.errors import FactError
from quarterdeck.facts.reading.block import BadRow
from quarterdeck.facts.reading.csv_file import CsvFile
from quarterdeck.feedback.intake.calc.duplicates import THRESHOLD, Fold, fold
from quarterdeck.feedback.intake.facts.records import encoding_of, table_rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Ids of one thing said, the first one first; `similarity` is that of the least alike with the first."""

    ids: tuple[str, ...]
    kind: Literal["single", "exact", "near"]
    similarity: float

    def as_json(self) -> Mapping[str, object]:
        """As it is printed."""
        return {"ids": list(self.ids), "kind": self.kind, "similarity": round(self.similarity, 4)}


def read_texts(file: Path) -> tuple[list[str], list[str]]:
    """The columns `id` and `text` of a CSV file, every row once."""
    ids: list[str] = []
    texts: list[str] = []
    with closing(CsvFile(file, encoding=encoding_of(file))) as table:
        missing = [name for name in ("id", "text") if name not in table.columns]
        if missing:
            raise FactError(
                f"{file} has no column {' and '.join(map(repr, missing))}.",
                f"Its columns: {', '.join(table.columns)}. It needs id and text.",
            )
        for row in table_rows(table):
            if isinstance(row, BadRow):
                raise FactError(
                    f"Line {row.row_number} of {file} cannot be read: {row.reason}.", "Mend that line."
                )
            ids.append(str(row.record["id"] or ""))
            texts.append(str(row.record["text"] or ""))
    repeated = [name for name, many in Counter(ids).items() if many > 1]
    if repeated or "" in ids:
        which = f"the id {repeated[0]!r} twice" if repeated else "a row without an id"
        raise FactError(f"{file} has {which}.", "Every row needs an id of its own.")
    return ids, texts


def grouped(ids: Sequence[str], texts: Sequence[str], *, threshold: float = THRESHOLD) -> list[Group]:
    """Every id once, in groups of what says the same, in the order of their firsts."""
    return list(_groups(ids, fold(texts, threshold=threshold)))


def _groups(ids: Sequence[str], folds: Sequence[Fold | None]) -> Iterator[Group]:
    members: dict[int, list[int]] = {}
    for place, each in enumerate(folds):
        members.setdefault(place if each is None else each.first, []).append(place)
    for places in members.values():
        found = [each for place in places if (each := folds[place]) is not None]
        near = any(each.kind == "near" for each in found)
        yield Group(
            ids=tuple(ids[place] for place in places),
            kind="single" if not found else "near" if near else "exact",
            similarity=min((each.similarity for each in found), default=1.0),
        )


def written(groups: Sequence[Group]) -> str:
    """The groups as CSV: each id, the first of its group, and how it is alike."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", "same_as", "kind", "similarity"))
    for group in groups:
        for name in group.ids:
            writer.writerow((name, group.ids[0], group.kind, f"{group.similarity:.4f}"))
    return out.getvalue()
