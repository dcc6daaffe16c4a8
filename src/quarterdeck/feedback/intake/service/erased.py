"""Of whose words is nothing there any more, and what is still kept of them?"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.tombstones import Tombstones
from quarterdeck.feedback.intake.facts.present import present_messages
from quarterdeck.feedback.intake.models import Step, Triage

FORGET = "intake.forget_erased"


def gone_quotes(workspace: Workspace, quotes: Iterable[str]) -> frozenset[str]:
    """Those of some quotes whose message was removed."""
    messages = {quote: quote.rpartition("#")[0] for quote in quotes}
    if not messages:
        return frozenset()
    with FactStore(workspace.facts_path).snapshot_of("feedback") as snapshot:
        present = present_messages(snapshot, set(messages.values()))
    return frozenset(quote for quote, message in messages.items() if message not in present)


def has_erased(workspace: Workspace) -> bool:
    """Is anything kept of quotes that were removed with somebody?"""
    return bool(Tombstones(FactStore(workspace.facts_path).path).erased and _gone(workspace))


@transaction.atomic
def forget_erased(workspace: Workspace) -> int:
    """Drop what was decided about quotes that were removed; the change log keeps that something was."""
    gone = _gone(workspace)
    steps = Step.objects.filter(quote__in=gone)
    steps.update(undone_by=None)
    steps.delete()
    Triage.objects.filter(quote__in=gone).delete()
    return len(gone)


def _gone(workspace: Workspace) -> frozenset[str]:
    kept = Triage.objects.values_list("quote", flat=True).iterator()
    return gone_quotes(workspace, kept)
