"""What do the linters say of a workspace, asked again only where something they look at has changed?"""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.folder import Kind
from quarterdeck.definitions.lint import check_workspace
from quarterdeck.definitions.stamps import stamps

MOST_KEPT = 8
_kept: dict[Path, tuple[Hashable, tuple[Finding, ...]]] = {}


def linted(
    path: Path, kinds: tuple[Kind[Any], ...], fact_names: Mapping[str, frozenset[str]]
) -> tuple[Finding, ...]:
    """Every finding of the workspace as it is; reading all files takes a page's whole time, stamps none."""
    now = (
        # The folders of kinds, and the files beside them, are all that a linter reads.
        tuple((folder, stamps(path / folder)) for folder in sorted({"", *(kind.folder for kind in kinds)})),
        tuple((kind.name, kind.folder, kind.model, kind.linters, kind.doubts) for kind in kinds),
        tuple(sorted(fact_names.items())),
    )
    before, findings = _kept.get(path, (None, ()))
    if before != now:
        findings = tuple(check_workspace(path, kinds, fact_names))
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[path] = (now, findings)
    return findings
