"""How does a template become a page that stands alone: no request, no script, no other file?"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.template import Engine

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STYLESHEET = HERE / "static" / "quarterdeck.css"


def render(template: str, context: Mapping[str, object], *, folder: Path, beside: Path | None = None) -> str:
    """The page of a template in a capability's `folder`; it may extend and include those of this kernel.

    `beside` is the folder of another capability whose parts it includes.
    """
    from django.template import Context  # slow import
    from django.utils.safestring import SafeString  # slow import

    style = stylesheet()
    shown = {**context, "style": SafeString(style), "policy": SafeString(policy(style))}
    text = _engine(folder, beside).get_template(template).render(Context(shown, use_l10n=False, use_tz=False))
    return _tidied(text) + "\n"


def render_part(
    template: str, context: Mapping[str, object], *, folder: Path, beside: Path | None = None
) -> str:
    """A part of a page, markup that a template of the application may print as it is."""
    from django.template import Context  # slow import
    from django.utils.safestring import SafeString  # slow import

    shown = Context(dict(context), use_l10n=False, use_tz=False)
    return SafeString(_tidied(_engine(folder, beside).get_template(template).render(shown)))


@cache
def stylesheet() -> str:
    """The one stylesheet, to be written into each page."""
    return _tidied(STYLESHEET.read_text(encoding="utf-8"))


def policy(style: str) -> str:
    """A content security policy that lets this one style in and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _engine(folder: Path, beside: Path | None) -> "Engine":
    from django.template import Engine  # slow import

    return Engine(
        dirs=[str(each) for each in (folder, beside, TEMPLATES) if each is not None], autoescape=True
    )


def _tidied(text: str) -> str:
    """Without the blank lines that template tags leave; the style must pass unchanged, for its digest."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())
