"""Which metrics are defined, by whom, and how are they found?"""

from collections.abc import Iterable
from dataclasses import dataclass

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.insights.metrics.calc.readings import Role
from quarterdeck.insights.metrics.service.kept import kept_reading
from quarterdeck.insights.metrics.service.seals import seals
from quarterdeck.insights.metrics.service.views import book_of
from quarterdeck.records.workshop.seals import Seal

KINDS = {
    "count": "counts rows",
    "unique": "counts each once",
    "sum": "adds up",
    "mean": "averages",
    "percentile": "ranks",
    "ratio": "divides",
    "sql": "asks in SQL",
    "conversion": "follows steps",
    "retention": "follows returns",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One metric of the dictionary; `is_read` where a page can show its numbers."""

    name: str
    title: str
    description: str
    owner: str
    status: str
    unit: str
    made: str
    role: Role
    version: str
    is_read: bool
    seal: Seal


def dictionary(workspace: Workspace) -> tuple[Entry, ...]:
    """Every definition, retired ones too, by title."""
    book, kept = book_of(workspace), kept_reading(workspace)
    sealed = seals(book)
    read = {dossier.measure.name for dossier in kept.dossiers} if kept else set()
    entries = [
        Entry(
            name=name,
            title=metric.title,
            description=metric.description,
            owner=metric.owner,
            status=metric.status,
            unit=metric.unit,
            made=KINDS[metric.kind],
            role=book.roles.get(name, "other"),
            version=book.versions[name],
            is_read=name in read,
            seal=sealed[name],
        )
        for name, metric in book.metrics.items()
    ]
    return tuple(sorted(entries, key=lambda entry: entry.title.casefold()))


def filtered(entries: Iterable[Entry], *, words: str, owner: str, status: str) -> tuple[Entry, ...]:
    """The entries that hold every word, and are of that owner and standing where one is given."""
    sought = words.casefold().split()
    return tuple(
        entry
        for entry in entries
        if (not owner or entry.owner == owner)
        and (not status or entry.seal.standing == status)
        and all(word in f"{entry.title} {entry.name} {entry.description}".casefold() for word in sought)
    )
