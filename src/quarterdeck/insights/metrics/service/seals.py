"""Which metrics are signed as they read now, and whose signature is waited for?"""

from collections.abc import Iterable, Mapping
from typing import Any

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import DefinitionError
from quarterdeck.insights.metrics.calc.dossier import Dossier
from quarterdeck.insights.metrics.service.book import METRIC, MetricBook
from quarterdeck.insights.metrics.service.views import book_of
from quarterdeck.records.models import Person
from quarterdeck.records.workshop.seals import Seal, Standing, seals_of
from quarterdeck.records.workshop.signing_off import is_owner

WAITED_FOR = (Standing.PROPOSED, Standing.LOST)


def seals(book: MetricBook, names: Iterable[str] | None = None) -> Mapping[str, Seal]:
    """The seal of every metric as it is defined now, or of some."""
    wanted = book.metrics if names is None else [name for name in names if name in book.metrics]
    return seals_of(METRIC.name, {name: (book.versions[name], book.metrics[name].status) for name in wanted})


def seals_at(dossiers: Iterable[Dossier]) -> Mapping[str, Seal]:
    """The seals of metrics at the versions that were read."""
    return seals_of(
        METRIC.name, {each.measure.name: (each.definition_version, each.status) for each in dossiers}
    )


def seal_at(dossier: Dossier) -> Seal:
    """The seal of one metric at the version that was read."""
    return seals_at([dossier])[dossier.measure.name]


def waiting_for(workspace: Workspace, person: Person) -> tuple[tuple[str, str], ...]:
    """The metrics that a person should sign: title and address; none where a definition is broken."""
    try:
        book = book_of(workspace)
    except DefinitionError:
        return ()
    own = [name for name in book.ordered if is_owner(person, book.metrics[name].owner)]
    found = seals(book, own) if own else {}
    return tuple(
        (book.metrics[name].title, f"/definitions/{METRIC.name}/{name}/#signing")
        for name in own
        if found[name].standing in WAITED_FOR
    )


def as_signature(seal: Seal) -> Mapping[str, Any]:
    """A seal in plain types."""
    return {
        "standing": str(seal.standing),
        "signed_by": seal.owner,
        "signed_at": seal.at.isoformat() if seal.at else None,
        "signed_version": seal.version,
    }
