"""A small workspace with one made-up kind of definition."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.folder import Kind
from quarterdeck.definitions.lint import check_workspace
from quarterdeck.definitions.workspace import init_workspace


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    share: float = 1.0


class Recipe(BaseModel):
    """A recipe."""

    title: str = Field(description="What it is called.")
    kind: Literal["soup", "cake"] = "soup"
    portions: int = Field(4, ge=1)
    after: tuple[str, ...] | str = ()
    parts: tuple[Part, ...] = ()


def short_title(_name: str, recipe: Recipe, models):
    if len(recipe.title) > 10:
        yield ("title",), "the title is long", "Shorten it."


RECIPE = Kind(
    name="recipe", folder="recipes", model=Recipe, references={"after": "recipe"}, linters=(short_title,)
)
GOOD = """\
# how we make it
title: Pea soup
kind: soup
parts:
  - name: pea
    share: 0.9
"""


@pytest.fixture
def kitchen(tmp_path: Path) -> Path:
    return init_workspace(
        tmp_path / "kitchen",
        company="Made-up Kitchen",
        timezone="Europe/Amsterdam",
        kinds=(RECIPE,),
        definitions={"recipes/pea_soup.yaml": GOOD},
    ).workspace.path


@pytest.fixture
def findings(kitchen: Path) -> Callable[[str, str], list[Finding]]:
    """Replace text in the good recipe, then check."""

    def check(old: str, new: str) -> list[Finding]:
        file = kitchen / "recipes/pea_soup.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        return check_workspace(kitchen, (RECIPE,))

    return check
