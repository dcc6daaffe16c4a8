"""Is a metric signed, for who asks on the command line, where no application stands yet?"""

import os
from collections.abc import Mapping
from typing import Any

from quarterdeck.definitions.workspace import Workspace


def signature_of(workspace: Workspace, name: str, *, version: str, status: str) -> Mapping[str, Any] | None:
    """Who signed that version of a metric, and when; None where the workspace has no records yet."""
    from quarterdeck.records.here import has_records, stand_on  # slow import

    if not has_records(workspace, os.environ.get("DATABASE_URL", "")):
        return None
    stand_on(workspace)
    from quarterdeck.insights.metrics.service.book import METRIC  # slow import
    from quarterdeck.insights.metrics.service.seals import as_signature  # slow import
    from quarterdeck.records.workshop.seals import seals_of  # slow import

    return as_signature(seals_of(METRIC.name, {name: (version, status)})[name])
