"""Which events and properties do the facts name?"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.facts.compiler import EVENT_NAMES, OVERFLOWN_PROPERTIES
from quarterdeck.insights.metrics.service.lint import EVENT, PROPERTY


def fact_names(path: Path) -> Mapping[str, frozenset[str]]:
    """The names that a metric of this workspace can use; none where there are no facts to ask."""
    # Settings that cannot be read are a finding of their own.
    with (
        suppress(QuarterdeckError),
        FactStore(open_workspace(path).facts_path).snapshot_of("events") as facts,
    ):
        if "events" in facts.versions:
            events = (name for (name,) in facts.rows(EVENT_NAMES))
            properties = (name for (name,) in facts.rows(OVERFLOWN_PROPERTIES))
            return {
                EVENT: frozenset(events),
                PROPERTY: frozenset((*facts.property_types(), *properties)),
            }
    return {}
