"""Which rows may a question about journeys ask for?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Scalar = bool | int | float | str
FieldName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="A property of the event; `person.X` and `account.X` are of the person or account.",
    ),
]

COMPARISONS = (
    "equals",
    "is_not",
    "any_of",
    "none_of",
    "contains",
    "contains_not",
    "matches",
    "matches_not",
    "above",
    "at_least",
    "below",
    "at_most",
    "before",
    "after",
    "on",
    "is_set",
    "element",
)


class Condition(BaseModel):
    """One condition: a property that passes one comparison, a cohort, or several conditions together."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    field: FieldName | None = Field(
        None, alias="property", description="A property of the event; `person.X`, `account.X` of who did it."
    )
    equals: Scalar | None = Field(None, alias="is", description="Equal to this value, as text.")
    is_not: Scalar | None = Field(None, description="Not this value; rows without the property stay.")
    any_of: tuple[Scalar, ...] | None = Field(None, description="Equal to one of these values.")
    none_of: tuple[Scalar, ...] | None = Field(
        None, description="None of these values; rows without the property stay."
    )
    contains: str | tuple[str, ...] | None = Field(None, description="Contains this text, in any case.")
    contains_not: str | tuple[str, ...] | None = Field(
        None, description="Does not contain this text; rows without the property stay."
    )
    matches: str | None = Field(None, description="Matches this regular expression somewhere.")
    matches_not: str | None = Field(None, description="Does not match it; rows without the property stay.")
    above: float | None = Field(None, description="Greater than this number.")
    at_least: float | None = Field(None, description="This number or greater.")
    below: float | None = Field(None, description="Less than this number.")
    at_most: float | None = Field(None, description="This number or less.")
    before: str | None = Field(None, description="A date or time before this one.")
    after: str | None = Field(None, description="A date or time after this one.")
    on: str | None = Field(None, description="On this date.")
    is_set: bool | None = Field(None, description="true: the property has a value; false: it has none.")
    element: Mapping[str, str] | None = Field(
        None, description="The property is a JSON list of elements, and one has all these attributes."
    )
    cohort: str | None = Field(None, description="Who does it is in this cohort.")
    outside_cohort: str | None = Field(None, description="Who does it is not in this cohort.")
    all_of: tuple[Condition, ...] | None = Field(None, alias="all", description="Every one of these.")
    one_of: tuple[Condition, ...] | None = Field(None, alias="any", description="At least one of these.")

    @property
    def comparison(self) -> tuple[str, object]:
        """The one comparison asked for: its name and its value."""
        name = next(name for name in COMPARISONS if getattr(self, name) is not None)
        return name, getattr(self, name)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = [name for name in COMPARISONS if getattr(self, name) is not None]
        others = ("cohort", "outside_cohort", "all_of", "one_of")
        wholes = [name for name in others if getattr(self, name) is not None]
        if self.field is None and given:
            raise ValueError(f"a condition with `{given[0]}` needs `property:`")
        if (self.field is not None) + len(wholes) != 1:
            raise ValueError("a condition needs exactly one of property, cohort, outside_cohort, all or any")
        if self.field is not None and len(given) != 1:
            raise ValueError(f"a condition needs exactly one comparison of: {', '.join(COMPARISONS)}")
        return self


class Pick(BaseModel):
    """Which events count: by name, by conditions, or any of several picks."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    event: str | Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None, description="The event or events that count; every event unless told."
    )
    where: tuple[Condition, ...] = Field((), description="Only events that pass every condition count.")
    any_of: tuple[Pick, ...] = Field((), description="Instead of one event: whatever any of these picks.")
    label: str | None = Field(None, description="How readers call it; the event's name unless told.")

    @property
    def events(self) -> tuple[str, ...]:
        """The names asked for; empty means all."""
        if self.event is None:
            return ()
        return (self.event,) if isinstance(self.event, str) else self.event

    @property
    def name(self) -> str:
        """How readers call it."""
        if self.label:
            return self.label
        if self.any_of:
            return " or ".join(part.name for part in self.any_of)
        return " or ".join(self.events) or "any event"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.any_of and self.event is not None:
            raise ValueError("a pick has `event:` or `any_of:`, not both")
        return self
