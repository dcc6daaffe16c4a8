"""What did an import do, counted on the way and told at the end?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quarterdeck.facts.delta import Committed
from quarterdeck.facts.quarantine import Reasons
from quarterdeck.facts.wall_clock import Unclear

_DAYS_SHOWN = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """What an import did; read = added + present + quarantined + dismissed + erased.

    The counts are those of the import as a whole, even if it was interrupted and taken up again; what another
    process added, at the same import meanwhile, is `present`.
    `waited` of the quarantined rows were set aside before; `mended` rows of this file waited and are in now.
    `left` are rows per file that a map did not fit, and why; `notes` are for the reader.
    """

    file: str
    table: str
    read: int
    added: int
    present: int
    quarantined: int
    erased: int
    reasons: Mapping[str, int]
    overflow: int
    deduplicates_rows: bool
    same_file: bool = False
    dismissed: int = 0
    waited: int = 0
    mended: int = 0
    left: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What happened to the rows so far, whoever brought them in.

    `resumed` of those added came in before an interruption, `elsewhere` by another process at it, too.
    """

    read: int = 0
    added: int = 0
    present: int = 0
    erased: int = 0
    overflow: int = 0
    dismissed: int = 0
    waited: int = 0
    resumed: int = 0
    elsewhere: int = 0
    mended: set[int] = field(default_factory=set)
    reasons: Reasons = field(default_factory=Reasons)
    doubtful: list[int] = field(default_factory=list)
    unclear: Counter[Unclear] = field(default_factory=Counter)

    def take(self, committed: Committed, rows: int, *, elsewhere: bool = False) -> None:
        """Count good rows that were handed to the table in one commit, now or before an interruption."""
        self.added += committed.added
        self.erased += committed.erased
        self.present += rows - committed.added - committed.erased
        self.overflow += committed.overflow
        if elsewhere:
            self.elsewhere += committed.added
        elif committed.repeated:
            self.resumed += committed.added

    def result(
        self,
        *,
        file: str,
        table: str,
        deduplicates_rows: bool,
        left: Mapping[str, tuple[int, str]] | None = None,
        notes: Sequence[str] = (),
    ) -> ImportResult:
        """The counts for the reader."""
        return ImportResult(
            file=file,
            table=table,
            read=self.read,
            added=self.added - self.elsewhere,
            present=self.present + self.elsewhere,
            quarantined=self.reasons.total,
            erased=self.erased,
            reasons=self.reasons.counted(),
            overflow=self.overflow,
            deduplicates_rows=deduplicates_rows,
            dismissed=self.dismissed,
            waited=self.waited,
            mended=len(self.mended),
            left=left or {},
            notes=(*notes, *self._notes()),
        )

    def _notes(self) -> list[str]:
        notes = []
        if self.resumed:
            notes.append(f"{self.resumed:,} of the rows added came in before an interruption.")
        if self.elsewhere:
            notes.append(
                f"{self.elsewhere:,} of the rows already there were added by another import of the same file "
                "at the same time."
            )
        by_day = sorted(self.unclear.items(), key=lambda found: (-found[1], found[0].day))
        notes += [found.words(count) for found, count in by_day[:_DAYS_SHOWN]]
        if by_day[_DAYS_SHOWN:]:
            count = sum(count for _, count in by_day[_DAYS_SHOWN:])
            notes.append(
                f"{count:,} more times fall in such hours of {len(by_day) - _DAYS_SHOWN:,} other days."
            )
        if self.doubtful:
            notes.append(
                "What looks like another row stands inside a quoted text and was read as text: "
                f"{len(self.doubtful):,} times, first at line {self.doubtful[0]:,}. If a quote is missing, "
                "mend the file."
            )
        return notes
