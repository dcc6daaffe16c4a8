"""What may a notebook import from here? Nothing is loaded before it is asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quarterdeck.notebook import open_workspace

__all__ = ["open_workspace"]


def __getattr__(name: str) -> Any:
    if name == "open_workspace":
        from quarterdeck import notebook

        return notebook.open_workspace
    raise AttributeError(f"module 'quarterdeck' has no attribute {name!r}")
