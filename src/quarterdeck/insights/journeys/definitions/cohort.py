"""What may a cohort's YAML say?"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from quarterdeck.insights.journeys.definitions.conditions import Condition, Pick

JourneyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Behaviour(Pick):
    """What people did, so often and so lately, that makes them part of a cohort."""

    times: int = Field(1, ge=1, description="At least so many times.")
    since: str = Field("all", description="From then on: 2026-01-31, -30d, mStart, all.")
    until: str | None = Field(None, description="Until then; now unless told.")


class Cohort(BaseModel):
    """Some of the people; a file `cohorts/NAME.yaml`, it has the file's name."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    title: str = Field(max_length=80, description="How people call it.")
    description: str = Field("", description="One sentence that says who is in it.")
    owner: str = Field("", description="The role that answers for it.")
    people: tuple[str, ...] | None = Field(None, min_length=1, description="These, and nobody else.")
    accounts: tuple[str, ...] | None = Field(None, min_length=1, description="These accounts, and no other.")
    where: tuple[Condition, ...] | None = Field(
        None, min_length=1, description="Who passed every condition in their last event."
    )
    did: Behaviour | None = Field(None, description="Who did something.")
    did_not: Behaviour | None = Field(None, description="Who did not do something.")
    journey: JourneyName | None = Field(None, description="Who came through this saved funnel.")
    reached: int | None = Field(None, ge=1, description="journey: who reached this step, counted from 1.")
    lost_before: int | None = Field(None, ge=2, description="journey: who was lost just before this step.")
    unit: Literal["person", "account"] | None = Field(
        None,
        description="where, did, did_not: who is decided about; whoever walks unless told. People belong to "
        "a cohort of accounts with their account, accounts to one of people with any of theirs.",
    )
    no_lint: tuple[str, ...] = Field((), description="Lint rules that this definition silences.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.people, self.accounts, self.where, self.did, self.did_not, self.journey]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("a cohort needs exactly one of people, accounts, where, did, did_not or journey")
        if self.unit is not None and (self.people or self.accounts or self.journey) is not None:
            raise ValueError("`unit:` means nothing here: people, accounts and a journey say it themselves")
        if self.journey is not None and (self.reached is None) == (self.lost_before is None):
            raise ValueError("a cohort of a journey needs either `reached:` or `lost_before:`")
        asked = [
            *(self.where or ()),
            *(each for pick in (self.did, self.did_not) if pick for each in pick.where),
        ]
        if any(names_a_cohort(condition) for condition in asked):
            raise ValueError("a cohort is not made of others: name both in the journey's `where:`")
        return self


def names_a_cohort(condition: Condition) -> bool:
    """Does a condition, or one inside it, ask who is in a cohort?"""
    inside = (*(condition.all_of or ()), *(condition.one_of or ()))
    return bool(condition.cohort or condition.outside_cohort) or any(map(names_a_cohort, inside))
