"""What may a metric's YAML say?"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["count", "unique", "sum", "mean", "percentile", "ratio", "sql", "conversion", "retention"]
Unit = Literal["count", "share", "currency", "seconds", "number"]
Scalar = bool | float | str
MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
FieldName = Annotated[
    str,
    Field(
        pattern=r"^[^\s'\";]+$",
        max_length=120,
        description="A column or property of the fact; `account.X` and `person.X` join to the account and "
        "the person as they were then.",
    ),
]

RATES = ("conversion", "retention")
"""The kinds that follow people over time."""

WITHIN = r"^[1-9]\d{0,3} (minute|hour|day|week)s?$"
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400}
DAY_SECONDS, LONGEST_DAYS = 86_400, 400

NEEDS: dict[str, tuple[str, ...]] = {
    "count": (),
    "unique": ("of",),
    "sum": ("property",),
    "mean": ("property",),
    "percentile": ("property", "percentile"),
    "ratio": ("numerator", "denominator"),
    "sql": ("sql",),
    "conversion": ("steps",),
    "retention": ("start", "return", "day"),
}
ONLY_FOR: dict[str, tuple[str, ...]] = {
    "of": ("unique", "conversion", "retention"),
    "steps": ("conversion",),
    "within": ("conversion",),
    "start": ("retention",),
    "return": ("retention",),
    "day": ("retention",),
    "entry": ("retention",),
    "property": ("sum", "mean", "percentile"),
    "percentile": ("percentile",),
    "numerator": ("ratio",),
    "denominator": ("ratio",),
    "sql": ("sql",),
    "aggregate": ("sql",),
    "event": ("count", "unique", "sum", "mean", "percentile"),
}
COMPARISONS = (
    "equals",
    "is_not",
    "any_of",
    "none_of",
    "contains",
    "above",
    "at_least",
    "below",
    "at_most",
    "is_set",
)


class Filter(BaseModel):
    """Keeps the rows whose property passes exactly one comparison."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: FieldName = Field(alias="property")
    equals: Scalar | None = Field(None, alias="is", description="Equal to this value.")
    is_not: Scalar | None = Field(None, description="Not this value; rows without the property stay.")
    any_of: tuple[Scalar, ...] | None = Field(None, min_length=1, description="Equal to one of these values.")
    none_of: tuple[Scalar, ...] | None = Field(
        None, min_length=1, description="None of these values; rows without the property stay."
    )
    contains: str | None = Field(None, description="Contains this text, in any case.")
    above: float | None = Field(None, description="Greater than this number.")
    at_least: float | None = Field(None, description="This number or greater.")
    below: float | None = Field(None, description="Less than this number.")
    at_most: float | None = Field(None, description="This number or less.")
    is_set: bool | None = Field(None, description="true: the property has a value; false: it has none.")

    @property
    def comparison(self) -> tuple[str, Scalar | tuple[Scalar, ...]]:
        """The one comparison asked for: its field name and its value."""
        name = next(name for name in COMPARISONS if getattr(self, name) is not None)
        return name, getattr(self, name)

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        given = [name for name in COMPARISONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "a filter needs exactly one comparison: is, is_not, any_of, none_of, contains, "
                "above, at_least, below, at_most or is_set"
            )
        return self


class Step(BaseModel):
    """Which events a step counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="The event or events that count."
    )
    where: tuple[Filter, ...] = Field((), description="Only events that pass every filter count.")

    @property
    def events(self) -> tuple[str, ...]:
        """The event names asked for."""
        return (self.event,) if isinstance(self.event, str) else self.event


class Metric(BaseModel):
    """One metric: a file `metrics/NAME.yaml`; the file's name is the metric's name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(max_length=40, description="How people call it, at most 40 characters.")
    description: str = Field(description="One sentence that says what is counted, and when.")
    kind: Kind = Field(description="How the number is made.")
    source: str = Field("events", alias="from", description="The fact table; events unless told.")
    event: str | Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None, description="The event or events that count; all unless told."
    )
    of: FieldName | None = Field(
        None,
        description="unique: what is counted once: person, account or a property; conversion, retention: "
        "who walks, person or account; person unless told.",
    )
    field: FieldName | None = Field(
        None, alias="property", description="sum, mean, percentile: the number that is added or ranked."
    )
    percentile: float | None = Field(None, gt=0, lt=100, description="percentile: for example 95.")
    numerator: MetricName | None = Field(None, description="ratio: the metric above the line.")
    denominator: MetricName | None = Field(None, description="ratio: the metric below the line.")
    sql: str | None = Field(
        None, description="sql: one SELECT that gives `time`, `value` and any dimension as columns."
    )
    aggregate: Literal["sum", "mean", "min", "max", "last"] = Field(
        "sum", description="sql: how the values of a day, week or month become one."
    )
    steps: tuple[Step, ...] = Field(
        (), max_length=20, description="conversion: the steps in order, with anything between them."
    )
    within: str = Field(
        "14 days", pattern=WITHIN, description="conversion: from the first step to the last, at most."
    )
    start: Step | None = Field(None, description="retention: what makes somebody part of a day's cohort.")
    back: Step | None = Field(None, alias="return", description="retention: what counts as coming back.")
    day: int | None = Field(None, ge=1, le=90, description="retention: so many days after the start.")
    entry: Literal["each", "first"] = Field(
        "each", description="retention: every day with a start, or the first one alone."
    )
    where: tuple[Filter, ...] = Field((), description="Only rows that pass every filter count.")
    dimensions: tuple[FieldName, ...] = Field((), description="What the metric may be broken down by.")
    stated_unit: Unit | None = Field(
        None,
        alias="unit",
        description="share is shown as a percentage. Unless told: count for count and unique, else number.",
    )
    direction: Literal["higher is better", "lower is better", "neither"] = Field(
        "higher is better", description="Which way is good."
    )
    owner: str = Field(description="The role that answers for it.")
    target: float | None = Field(None, description="What it should reach, in its unit; a share as 0.38.")
    matures_after_days: int = Field(
        0,
        ge=0,
        le=400,
        description="Days after a week's end before its number is final; the last week that is gets judged.",
    )
    status: Literal["draft", "signed", "retired"] = Field(
        "draft", description="signed: its owner stands behind it; retired: nothing reads it any more."
    )
    no_lint: tuple[str, ...] = Field((), description="Lint rules that this definition silences.")

    @property
    def unit(self) -> Unit:
        """How the number is shown and judged; what counts things gives whole numbers."""
        if self.kind in RATES:
            return "share"
        return self.stated_unit or ("count" if self.kind in ("count", "unique") else "number")

    @property
    def final_after_days(self) -> int:
        """Days after a week's end before its number is final, by what is stated and by what is waited for."""
        if self.kind == "conversion":
            return max(self.matures_after_days, -(-self.window_seconds // DAY_SECONDS))
        return max(self.matures_after_days, self.day or 0)

    @property
    def window_seconds(self) -> int:
        """From the first step to the last, at most."""
        amount, unit = self.within.split()
        return int(amount) * SECONDS[unit.removesuffix("s")]

    @property
    def walker(self) -> str:
        """Of a conversion or a retention: who is counted."""
        return self.of or "person"

    @property
    def events(self) -> tuple[str, ...]:
        """The event names asked for; empty means all."""
        if self.event is None:
            return ()
        return (self.event,) if isinstance(self.event, str) else self.event

    @classmethod
    def _yaml_key(cls, name: str) -> str:
        return cls.model_fields[name].alias or name

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        given = {self._yaml_key(name) for name in self.model_fields_set if getattr(self, name) is not None}
        missing = [key for key in NEEDS[self.kind] if key not in given]
        if missing:
            raise ValueError(f"kind: {self.kind} needs {' and '.join(f'`{key}:`' for key in missing)}")
        extra = [key for key, kinds in ONLY_FOR.items() if key in given and self.kind not in kinds]
        if extra:
            raise ValueError(f"`{extra[0]}:` means nothing for kind: {self.kind}")
        if self.event is not None and self.source != "events":
            raise ValueError(f"`event:` means nothing for rows from {self.source}")
        if self.kind in RATES:
            self._follows_people()
        if self.kind in ("ratio", "sql") and self.where:
            raise ValueError(f"kind: {self.kind} takes no `where:`; filter its parts")
        return self

    def _follows_people(self) -> None:
        if self.source != "events":
            raise ValueError(f"kind: {self.kind} counts events alone")
        if self.walker not in ("person", "account"):
            raise ValueError(f"kind: {self.kind} needs `of: person` or `of: account`")
        if self.stated_unit not in (None, "share"):
            raise ValueError(f"kind: {self.kind} is a share")
        if self.kind == "conversion" and len(self.steps) < 2:
            raise ValueError("kind: conversion needs two steps")
        if self.window_seconds > LONGEST_DAYS * DAY_SECONDS:
            raise ValueError(f"'{self.within}' is longer than {LONGEST_DAYS} days")


class Tree(BaseModel):
    """The metric tree, `metrics/tree.yaml`: one north star, what drives it, what must not suffer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    north_star: MetricName = Field(description="The one metric that says whether the product does its work.")
    inputs: tuple[MetricName, ...] = Field(min_length=1, description="The first three stand on the brief.")
    guardrails: tuple[MetricName, ...] = Field((), description="The first two stand on the brief.")
    no_lint: tuple[str, ...] = Field((), description="Lint rules that this definition silences.")

    @property
    def roles(self) -> dict[str, str]:
        """Role of each metric named here, in the tree's order."""
        return (
            {self.north_star: "north star"}
            | dict.fromkeys(self.inputs, "input")
            | dict.fromkeys(self.guardrails, "guardrail")
        )
