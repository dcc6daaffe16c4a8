"""What may a journey's YAML say?"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from quarterdeck.insights.journeys.definitions.conditions import Condition, FieldName, Pick

Analysis = Literal["funnel", "retention", "trend", "lifecycle", "stickiness", "paths"]
Grain = Literal["hour", "day", "week", "month", "quarter", "year"]
Order = Literal["ordered", "strict", "unordered"]
Attribution = Literal["first", "last", "all", "step"]
DialectName = Literal["quarterdeck", "posthog", "amplitude"]
Measure = Literal[
    "count", "unique", "weekly_active", "monthly_active", "sum", "mean", "min", "max", "median", "percentile"
]
Count = Annotated[int, Field(ge=0)]

WINDOW = r"^\d+ (second|minute|hour|day|week|month)s?$"
SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 30 * 86_400,
}

HALF = 50.0
SHORTEST_AROUND = 3  # stops of a path with one before and one after another
COHORT = "cohort:"  # begins what a journey is broken down by where that is a cohort
ACTIVE = ("unique", "weekly_active", "monthly_active")

NEEDS: dict[str, str] = {
    "funnel": "steps",
    "retention": "start",
    "trend": "series",
    "lifecycle": "series",
    "stickiness": "series",
}
ONLY_FOR: dict[str, tuple[str, ...]] = {
    "by": ("funnel", "retention", "trend"),
    "limit": ("funnel", "retention", "trend"),
    "steps": ("funnel",),
    "order": ("funnel",),
    "within": ("funnel",),
    "exclude": ("funnel",),
    "attribution": ("funnel",),
    "attribution_step": ("funnel",),
    "show": ("funnel",),
    "from_step": ("funnel",),
    "to_step": ("funnel",),
    "bins": ("funnel",),
    "count": ("funnel",),
    "same": ("funnel",),
    "value": ("funnel",),
    "start": ("retention",),
    "back": ("retention",),
    "entry": ("retention",),
    "columns": ("retention",),
    "brackets": ("retention",),
    "unbounded": ("retention",),
    "rolling": ("retention",),
    "series": ("trend", "lifecycle", "stickiness"),
    "formula": ("trend",),
    "smooth": ("trend",),
    "cumulative": ("trend",),
    "compare": ("funnel", "retention", "trend", "stickiness"),
    "weigh": ("funnel", "retention", "trend", "lifecycle", "stickiness"),
    "stops": ("paths",),
    "longest": ("paths",),
    "from_stop": ("paths",),
    "to_stop": ("paths",),
    "around_stop": ("paths",),
    "pause_minutes": ("paths",),
}


class Series(Pick):
    """A line of a trend: which events, and what is measured of them."""

    measure: Measure = Field("count", description="What is measured; `unique` counts people.")
    field: FieldName | None = Field(
        None, alias="property", description="The number that is added or ranked, or what is counted once."
    )
    percentile: float = Field(HALF, gt=0, lt=100, description="percentile: for example 95.")
    once_per: FieldName | None = Field(None, description="Numbers count once for each value: a session.")

    @model_validator(mode="after")
    def _has_its_number(self) -> Self:
        if self.measure in ("sum", "mean", "min", "max", "median", "percentile") and self.field is None:
            raise ValueError(f"measure: {self.measure} needs `property:`")
        if self.measure == "median" and self.percentile != HALF:
            raise ValueError("the median is the 50th percentile; write `measure: percentile` for another")
        return self


class Exclusion(Pick):
    """An event that spoils an attempt if it comes strictly between two steps, counted from 1."""

    from_step: int = Field(1, ge=1, description="After this step.")
    to_step: int | None = Field(None, ge=2, description="Before this step; the last unless told.")


class Value(BaseModel):
    """What a conversion is worth: a number that the event of a step brings with it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    field: FieldName = Field(alias="property", description="The number that is added up.")
    of_step: int | None = Field(None, ge=1, description="Of this step's event; the last unless told.")


class Journey(BaseModel):
    """One question about journeys; saved as a file `journeys/NAME.yaml`, it has the file's name."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    title: str = Field("", max_length=80, description="How people call it.")
    description: str = Field("", description="One sentence that says what is asked, and for whom.")
    kind: Analysis = Field(description="The analysis.")
    owner: str = Field("", description="The role that answers for it.")

    since: str = Field("-30d", description="2026-01-31, a time, or back from now: -7d, -24h, mStart, all.")
    until: str | None = Field(None, description="The last day or moment; now unless told.")
    where: tuple[Condition, ...] = Field((), description="Only events that pass every condition count.")
    by: tuple[FieldName, ...] = Field((), description="Break down by these properties, or by `cohort:NAME`.")
    limit: int = Field(25, ge=1, le=1000, description="Values of a breakdown shown; the rest is Other.")
    unit: FieldName = Field("person", description="Who walks: person, account, or a property.")
    grain: Grain = Field("day", description="Length of a bucket.")
    dialect: DialectName = Field("quarterdeck", description="Whose rules hold where tools disagree.")
    compare: bool = Field(
        False, description="funnel, retention, trend, stickiness: the period before, beside it."
    )
    weigh: Literal["arr"] | None = Field(
        None, description="not for paths: beside the count the ARR of the accounts counted."
    )

    steps: tuple[Pick, ...] = Field((), max_length=20, description="funnel: the steps, in order.")
    order: Order = Field("ordered", description="funnel: may other events or another order come between?")
    within: str = Field("14 days", pattern=WINDOW, description="funnel: from the first step to the last.")
    exclude: tuple[Exclusion, ...] = Field((), max_length=10, description="funnel: what spoils an attempt.")
    attribution: Attribution = Field("first", description="funnel: which event's value places a person.")
    attribution_step: int = Field(1, ge=1, description="funnel: for attribution step, counted from 1.")
    show: Literal["steps", "trend", "times"] = Field("steps", description="funnel: what is drawn.")
    from_step: int = Field(1, ge=1, description="funnel: trend and times start here.")
    to_step: int | None = Field(None, ge=2, description="funnel: trend and times end here.")
    bins: int | None = Field(None, ge=1, le=90, description="funnel: bars of the histogram of times.")
    count: Literal["people", "conversions"] = Field(
        "people", description="funnel: everybody once, or every attempt that does not overlap another."
    )
    same: tuple[FieldName, ...] = Field(
        (), max_length=3, description="funnel: an attempt keeps one value of these, as one session."
    )
    value: Value | None = Field(None, description="funnel: what conversions are worth, in all and each.")

    start: Pick | None = Field(None, description="retention: what makes somebody part of a cohort.")
    back: Pick | None = Field(None, alias="return", description="retention: what counts as coming back.")
    entry: Literal["each", "first", "first ever"] = Field(
        "each", description="retention: every period with a start, the first matching, or the first ever."
    )
    columns: int = Field(11, ge=1, le=400, description="retention: how many periods are followed.")
    brackets: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="retention: columns of several periods each, after the first."
    )
    unbounded: bool = Field(False, description="retention: in the period or any later one.")
    rolling: bool = Field(False, description="retention: periods of 24 h from each person's first start.")

    series: tuple[Series, ...] = Field((), description="trend, lifecycle, stickiness: the lines.")
    formula: str = Field("", description="trend: of the lines, called A, B, C ... in order.")
    smooth: int = Field(1, ge=1, description="trend: mean of so many buckets up to each.")
    cumulative: bool = Field(False, description="trend: each bucket with all before it.")

    stops: FieldName | None = Field(None, description="paths: the property that names a stop.")
    longest: int = Field(5, ge=2, le=20, description="paths: steps of one path at most.")
    from_stop: str | None = Field(None, description="paths: only what comes after this stop.")
    to_stop: str | None = Field(None, description="paths: only what leads to this stop.")
    around_stop: str | None = Field(
        None, description="paths: as many stops before this one as after it, and this one between."
    )
    pause_minutes: int = Field(30, ge=1, description="paths: a pause this long begins another path.")
    no_lint: tuple[str, ...] = Field((), description="Lint rules that this definition silences.")

    @property
    def window_seconds(self) -> int:
        """From the first step to the last, at most."""
        amount, unit = self.within.split()
        return int(amount) * SECONDS[unit.removesuffix("s")]

    @property
    def met_stop(self) -> str | None:
        """Paths: the stop at which a path is taken up, where its way there is not asked for as a whole."""
        return self.from_stop if self.around_stop is None else self.around_stop

    @property
    def stops_before(self) -> int:
        """Paths: how many stops before that one belong to it, at most."""
        return 0 if self.around_stop is None else (self.longest - 1) // 2

    def away(self, step: int) -> int:
        """Paths around a stop: how far from it a move is; -1 is the last before it, 1 the first after."""
        after = step - self.stops_before
        return after if after > 0 else after - 1

    @classmethod
    def _yaml_key(cls, name: str) -> str:
        return cls.model_fields[name].alias or name

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        needed = NEEDS.get(self.kind)
        if needed and needed not in self.model_fields_set:
            raise ValueError(f"kind: {self.kind} needs `{needed}:`")
        for name, kinds in ONLY_FOR.items():
            if name in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"`{self._yaml_key(name)}:` means nothing for kind: {self.kind}")
        cohorts = sum(name.startswith(COHORT) for name in self.by)
        if cohorts not in (0, len(self.by)):
            raise ValueError("`by:` takes properties or cohorts, not both")
        if self.weigh is not None:
            self._can_be_weighed()
        if self.around_stop is not None:
            self._can_be_met_between()
        steps = len(self.steps)
        named = {"attribution_step": self.attribution_step, "from_step": self.from_step}
        named |= {"to_step": self.to_step or 0, "value": (self.value and self.value.of_step) or 0}
        named |= {"exclude": max((one.to_step or one.from_step for one in self.exclude), default=0)}
        for key, step in named.items():
            if self.kind == "funnel" and steps and key in self.model_fields_set and step > steps:
                raise ValueError(f"`{key}:` names step {step}, and there are {steps}")
        return self

    def _can_be_met_between(self) -> None:
        if self.from_stop is not None or self.to_stop is not None:
            raise ValueError("`around_stop:` takes the place of `from_stop:` and `to_stop:`; leave those out")
        if self.longest < SHORTEST_AROUND:
            raise ValueError(
                f"`around_stop:` needs `longest: {SHORTEST_AROUND}` or more: one before, the stop, one after"
            )

    def _can_be_weighed(self) -> None:
        if self.unit not in ("person", "account"):
            raise ValueError("`weigh:` needs `unit: person` or `unit: account`")
        if self.show == "times":
            raise ValueError("`weigh:` means nothing for `show: times`")
        if self.kind == "trend" and any(
            one.measure not in ACTIVE or one.field is not None for one in self.series
        ):
            raise ValueError(f"`weigh:` needs lines that count who was there: {', '.join(ACTIVE)}")
