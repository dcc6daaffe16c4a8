"""Who signed a definition, when, and does it still read as it was signed?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quarterdeck.records.remembering import until_a_change
from quarterdeck.records.workshop.models import Proposal, Signature


class Standing(StrEnum):
    """How a definition stands with its owner."""

    SIGNED = "signed"
    PROPOSED = "proposed"
    LOST = "signature lost"
    IN_FILE = "signed in the file, not here"
    UNSIGNED = "not signed"
    RETIRED = "retired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """How one version of a definition stands; the signature, where there is one, holds or is of `version`."""

    standing: Standing
    owner: str = ""
    at: datetime | None = None
    version: str = ""

    @property
    def holds(self) -> bool:
        return self.standing == Standing.SIGNED


def standing_of(status: str, *, signed: bool, proposed: bool, lost: bool) -> Standing:
    """A signature counts for exactly the version that it was given for."""
    if status == "retired":
        return Standing.RETIRED
    if signed:
        return Standing.SIGNED
    if proposed:
        return Standing.PROPOSED
    if lost:
        return Standing.LOST
    return Standing.IN_FILE if status == "signed" else Standing.UNSIGNED


def seals_of(kind: str, versions: Mapping[str, tuple[str, str]]) -> Mapping[str, Seal]:
    """The seals of definitions of one kind, by name; given is the version and what the file says of it."""
    return _seals_of(kind, tuple(sorted(versions.items()))) if versions else {}


@until_a_change
def _seals_of(kind: str, given: tuple[tuple[str, tuple[str, str]], ...]) -> Mapping[str, Seal]:
    versions = dict(given)
    signatures: dict[str, list[Signature]] = {}
    for signature in Signature.objects.filter(kind=kind, name__in=versions):
        signatures.setdefault(signature.name, []).append(signature)
    unsigned = [
        name
        for name, (version, _) in versions.items()
        if version not in {each.version for each in signatures.get(name, ())}
    ]
    proposals = set(Proposal.objects.filter(kind=kind, name__in=unsigned).values_list("name", "version"))
    return {
        name: _seal(signatures.get(name, []), version, status, proposed=(name, version) in proposals)
        for name, (version, status) in versions.items()
    }


def _seal(given: list[Signature], version: str, status: str, *, proposed: bool) -> Seal:
    """Of several signatures that of this version counts, else the newest."""
    held = next((each for each in given if each.version == version), None)
    shown = held or (given[0] if given else None)
    return Seal(
        standing=standing_of(status, signed=held is not None, proposed=proposed, lost=bool(given)),
        owner=shown.owner if shown else "",
        at=shown.at if shown else None,
        version=shown.version if shown else "",
    )
