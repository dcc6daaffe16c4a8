"""What may a taxonomy's YAML say?"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

SEPARATOR = "|"
"""Stands between tags where several are written in one cell, so that no tag may hold it."""

TagName = Annotated[
    str, Field(pattern=r"^[^|\s]([^|\r\n]*[^|\s])?$", max_length=120, description="As it is shown and filed.")
]


class Tag(BaseModel):
    """One thing that customers speak of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: TagName
    description: str = Field("", description="What belongs under it, in the words customers use.")
    examples: tuple[str, ...] = Field((), description="Sentences that belong under it.")
    parent: str | None = Field(None, description="The tag that this one is a part of.")
    owner: str = Field("", description="The role that answers for it.")
    product_area: str = Field("", description="The part of the product that it is about.")


class Taxonomy(BaseModel):
    """What customers speak of, in the company's own words; the file `themes/taxonomy.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tags: tuple[Tag, ...] = Field(min_length=1, description="The tags, in the order in which they are shown.")
    no_lint: tuple[str, ...] = Field((), description="Lint rules that this definition silences.")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the tags, in their order."""
        return tuple(tag.name for tag in self.tags)
