"""What does a question ask that somebody wrote as text, and what may a new one begin as?

A text can say everything that a definition can; the form beside it, what most funnels need.
"""

from __future__ import annotations

import io
from pathlib import Path

from ruamel.yaml import YAML

from quarterdeck.definitions.folder import read_definition
from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.book import JOURNEY
from quarterdeck.insights.journeys.service.bounds import refuse_endless

MOST_CHARACTERS = 2500  # more is too long for an address; the workshop takes longer ones
BEGINNINGS = {  # of what has no form
    "retention": "kind: retention\nsince: -10w\ngrain: week\nunit: account\ncolumns: 9\n"
    "start:\n  event: EVENT\n",
    "trend": "kind: trend\nsince: -60d\ngrain: day\nseries:\n  - event: EVENT\n    measure: unique\n",
    "lifecycle": "kind: lifecycle\nsince: -12w\ngrain: week\nunit: account\nseries:\n  - event: EVENT\n",
    "stickiness": "kind: stickiness\nsince: -4w\ngrain: day\nseries:\n  - event: EVENT\n",
}


def journey_of(text: str) -> Journey:
    """The question of a text; what is wrong with it is told with its line."""
    if len(text) > MOST_CHARACTERS:
        raise QuarterdeckError(
            f"The text has {len(text)} characters; {MOST_CHARACTERS} fit into an address.",
            "Write a longer one as a definition: Definitions, then a new journey.",
        )
    definition, _, findings = read_definition(Path("question.yaml"), JOURNEY, text)
    if definition is None:
        first = min(findings, key=lambda finding: finding.line)
        raise QuarterdeckError(f"Line {first.line}: {first.message}", first.hint or "Change that line.")
    refuse_endless(definition.model)
    return definition.model


def beginning(kind: str, event: str) -> str:
    """A text to begin with, about an event that there is."""
    return BEGINNINGS.get(kind, "").replace("EVENT", event)


def yaml_of(journey: Journey) -> str:
    """A journey as its file says it: what is as usual is left out."""
    said = journey.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    first = {key: said.pop(key) for key in ("title", "description", "kind", "owner") if key in said}
    writer = YAML()
    writer.default_flow_style = False
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump({**first, **said}, stream)
    return stream.getvalue()
