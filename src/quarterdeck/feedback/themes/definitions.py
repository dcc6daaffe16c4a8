"""What may a taxonomy's YAML say?"""

from collections.abc import Mapping, Sequence
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
    was: tuple[TagName, ...] = Field(
        (), description="Earlier names: what people tagged by them has this tag."
    )
    owner: str = Field("", description="The role that answers for it.")
    product_area: str = Field("", description="The part of the product that it is about.")
    journeys: tuple[str, ...] = Field((), description="Journeys in which customers meet it: `journeys/NAME`.")


class Taxonomy(BaseModel):
    """What customers speak of, in the company's own words; the file `themes/taxonomy.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tags: tuple[Tag, ...] = Field(min_length=1, description="The tags, in the order in which they are shown.")
    no_lint: tuple[str, ...] = Field((), description="Lint rules that this definition silences.")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the tags, in their order."""
        return tuple(tag.name for tag in self.tags)

    @property
    def above(self) -> Mapping[str, tuple[str, ...]]:
        """For each tag those that it is a part of, the nearest first."""
        parents = {tag.name: tag.parent for tag in self.tags}
        found = {}
        for name in parents:
            chain: list[str] = []
            parent = parents[name]
            while parent in parents and parent not in (name, *chain):
                chain.append(parent)
                parent = parents[parent]
            found[name] = tuple(chain)
        return found

    @property
    def became(self) -> Mapping[str, str]:
        """Earlier names of tags, and what each is called now; a name that is in use means itself."""
        names = frozenset(self.names)
        return {old: tag.name for tag in self.tags for old in tag.was if old not in names}

    def named_now(self, tags: Sequence[str]) -> tuple[str, ...]:
        """Tags under the names that they have now, each once."""
        became = self.became
        return tuple(dict.fromkeys(became.get(tag, tag) for tag in tags))
