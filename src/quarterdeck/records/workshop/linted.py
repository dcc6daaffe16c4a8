"""What do the linters say of a workspace, asked again only where something they look at has changed?"""

import os
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.folder import Kind
from quarterdeck.definitions.lint import check_workspace

MOST_KEPT = 8
_kept: dict[Path, tuple[Hashable, tuple[Finding, ...]]] = {}


def linted(
    path: Path, kinds: tuple[Kind[Any], ...], fact_names: Mapping[str, frozenset[str]]
) -> tuple[Finding, ...]:
    """Every finding of the workspace as it is; reading all files takes a page's whole time, stamps none."""
    now = (
        tuple(_stamps(path, {kind.folder for kind in kinds})),
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


def _stamps(path: Path, folders: set[str]) -> Iterator[Hashable]:
    """What changes with anything that a linter reads: files of the folders of kinds, and what stands beside.

    A file that is replaced is another one even where its time and size are the same.
    """
    for folder in ("", *sorted(folders)):
        try:
            entries = sorted(os.scandir(path / folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        for entry in entries:
            try:
                stat = entry.stat()
            except FileNotFoundError:  # a link to nowhere, or gone since
                continue
            yield folder, entry.name, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino
