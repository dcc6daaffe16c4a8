"""Are the quotes those of the facts as they are now, and how are they made so?"""

from __future__ import annotations

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.newest import newest_versions
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.tombstones import Tombstones
from quarterdeck.feedback.intake.facts.projecting import Tell, build
from quarterdeck.feedback.intake.facts.quote_files import Manifest, QuoteFiles, of_interest

PROJECT = "intake.project_quotes"
"""The task that keeps the quotes fresh."""


def is_behind(workspace: Workspace) -> bool:
    """Whether messages are there of which no quotes are made yet."""
    newest = of_interest(newest_versions(workspace.facts_path))
    manifest = QuoteFiles(workspace.path).manifest()
    return "feedback" in newest and (manifest is None or dict(manifest.versions) != newest)


def refresh(workspace: Workspace, *, tell: Tell = lambda done, saying: None) -> Manifest | None:
    """Make the quotes of the facts as they are now; None where no message is, or an erasure came between.

    What was made while somebody was erased is thrown away: it may hold their words.
    """
    files = QuoteFiles(workspace.path)
    if not is_behind(workspace):
        return files.manifest()
    store = FactStore(workspace.facts_path)
    erased = Tombstones(store.path).erased
    with store.snapshot() as snapshot:
        return build(files, snapshot, tell=tell, may_publish=lambda: Tombstones(store.path).erased == erased)
