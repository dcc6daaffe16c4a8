"""Which definitions does a company of this stage start from?"""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from quarterdeck.definitions.settings import Stage

STAGES: tuple[Stage, ...] = ("startup", "scaleup", "enterprise")


def starter_definitions(stage: Stage) -> Mapping[str, str]:
    """Texts by their path in the workspace; a later stage adds to the earlier ones and replaces some."""
    texts: dict[str, str] = {}
    for each in STAGES[: STAGES.index(stage) + 1]:
        texts |= folder_texts(files("quarterdeck.definitions") / "starters" / each)
    return texts


def folder_texts(folder: Traversable, prefix: str = "") -> dict[str, str]:
    """Every YAML file of a packaged folder, by its path inside it."""
    texts: dict[str, str] = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            texts |= folder_texts(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            texts[f"{prefix}{entry.name}"] = entry.read_text("utf-8")
    return texts
