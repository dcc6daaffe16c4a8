"""Which definitions does the made-up company keep in its workspace?"""

from collections.abc import Mapping
from importlib.resources import files

from quarterdeck.definitions.starters import folder_texts


def demo_definitions() -> Mapping[str, str]:
    """Texts of the company's definitions by their path in the workspace."""
    return folder_texts(files("quarterdeck.demo") / "definitions")
