"""How is a drawing written as markup that a page can take as it is?"""

from html import escape


class Drawing(str):
    """Markup that is already escaped; templates print it unchanged."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def number(value: float) -> str:
    """A coordinate: a tenth of a pixel is all a screen or a printer can show."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


def element(name: str, *children: str, **attributes: str | float | None) -> Drawing:
    """One element; a trailing or inner underscore in an attribute's name stands for nothing or a hyphen."""
    written = "".join(
        f' {_attribute(key)}="{escape(value if isinstance(value, str) else number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(child if isinstance(child, Drawing) else escape(child) for child in children)
    return Drawing(f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>")


def picture(width: float, height: float, *children: str, sentence: str, kind: str | None = None) -> Drawing:
    """An svg root that a screen reader announces as one sentence."""
    return element(
        "svg",
        *children,
        class_=kind,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=sentence,
    )


def _attribute(key: str) -> str:
    return key.rstrip("_") if key.endswith("_") else key.replace("_", "-")
