"""Which quotes may leave, and in which words?"""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.intake.facts.quote_files import QuoteFiles
from quarterdeck.feedback.intake.service.projecting import refresh

_COLUMNS = (
    "quote", "channel", "account", "plan", "arr", "product_area", "language", "time", "score", "consent",
    "same_as", "text", "masked", "person",
)  # fmt: skip
compute: Any = pc  # its stubs know no columns in chunks


def exported(workspace: Workspace, *, limit: int, personal: bool, outside: bool) -> list[dict[str, Any]]:
    """The newest quotes of a workspace, masked unless `personal`; `outside` are those with consent alone.

    Without consent, and where nobody asked for it, no quote is for the outside.
    """
    refresh(workspace)
    files = QuoteFiles(workspace.path)
    manifest = files.manifest()
    table = (files.table(manifest) if manifest else files.empty()).select(_COLUMNS)
    if outside:
        table = table.filter(compute.fill_null(table["consent"], False))
    rows = table.slice(max(0, table.num_rows - limit)).to_pylist()
    for row in rows:
        masked, person = row.pop("masked"), row.pop("person")
        if personal:
            row["person"] = person
        else:
            row["text"] = masked
    return rows
