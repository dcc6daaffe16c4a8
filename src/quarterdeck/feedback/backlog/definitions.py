"""What may the YAML of the loop say: which statuses mean what, and how customers are told?"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

StageName = Literal["to do", "doing", "done", "dropped"]


class Loop(BaseModel):
    """How the loop from a customer's wish to the news that it shipped is closed; `backlog/loop.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statuses: dict[str, StageName] = Field(
        {}, description="The stage of a status whose name does not tell it, or tells it wrongly."
    )
    cooldown_days: int = Field(
        14, ge=0, le=365, description="How long nobody is told of a second thing after a first."
    )
    effect_days: int = Field(
        28, ge=7, le=182, description="How many days before and after shipping are compared."
    )
    asked_within_days: int = Field(
        365, ge=28, le=3650, description="How long before shipping words about a linked theme still count."
    )
    sender: str = Field("", max_length=120, description="Who signs the drafts; else the company.")
    no_lint: tuple[str, ...] = Field((), description="Lint rules that this definition silences.")
