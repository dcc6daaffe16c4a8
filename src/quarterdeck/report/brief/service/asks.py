"""Whose line of judgement does a brief still lack, and who is asked for it?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from quarterdeck.records.models import Person
from quarterdeck.records.remembering import until_a_change
from quarterdeck.report.brief.definitions import BriefDocument, ScoreEntry
from quarterdeck.report.brief.models import Channel, Edition, Judgement
from quarterdeck.report.brief.service.outbox import Letter, queue


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One metric of the scoreboard: its owner's words, or who is to write them."""

    row: ScoreEntry
    judgement: Judgement | None
    owners: tuple[Person, ...]

    def is_asked_of(self, person: Person) -> bool:
        return self.judgement is None and person in self.owners


def lines_of(edition: Edition, document: BriefDocument) -> tuple[Line, ...]:
    """The scoreboard with what was said about each metric and who owns it: the people of that title."""
    judgements = {each.metric: each for each in judgements_of(edition.pk)}
    by_title = _people_by_title()
    return tuple(
        Line(
            row=row,
            judgement=judgements.get(row.metric),
            owners=by_title.get(row.owner.casefold(), ()) if row.owner else (),
        )
        for row in document.scoreboard
    )


@until_a_change
def judgements_of(edition: int) -> tuple[Judgement, ...]:
    """What people wrote about the metrics of the brief of that number, in the order of their names."""
    return tuple(Judgement.objects.filter(edition=edition).select_related("by").order_by("metric"))


@until_a_change
def _people_by_title() -> Mapping[str, tuple[Person, ...]]:
    by_title: dict[str, tuple[Person, ...]] = {}
    for person in Person.objects.filter(is_active=True):
        title = person.title.casefold()
        by_title[title] = (*by_title.get(title, ()), person)
    return by_title


def ask_owners(edition: Edition, document: BriefDocument) -> int:
    """Write to each owner whose line is missing, once for a brief; how many letters were queued."""
    missing: dict[int, tuple[Person, list[ScoreEntry]]] = {}
    for line in lines_of(edition, document):
        for owner in line.owners:
            if line.is_asked_of(owner):
                missing.setdefault(owner.pk, (owner, []))[1].append(line.row)
    letters = list(_letters(edition, missing))
    return sum(queue(edition, letter) for letter in letters)


def _letters(edition: Edition, missing: dict[int, tuple[Person, list[ScoreEntry]]]) -> Iterator[Letter]:
    page = f"{settings.QUARTERDECK_URL}/brief/{edition.as_of}/#judgement"
    for person, rows in missing.values():
        about = "\n".join(f"- {row.title}: {row.written}{_outside(row)}" for row in rows)
        yield Letter(
            kind="ask",
            channel=Channel.EMAIL,
            address=person.email,
            key=f"ask/{edition.as_of}/{person.pk}",
            subject=f"One line on {rows[0].title}{' and others' if len(rows) > 1 else ''}?",
            text=(
                f"The brief of {edition.as_of} is drafted. What do you make of it?\n\n{about}\n\n"
                f"One line each, marked as your judgement: {page}\n"
            ),
        )


def _outside(row: ScoreEntry) -> str:
    return f" ({row.side} what was expected)" if row.side else ""
