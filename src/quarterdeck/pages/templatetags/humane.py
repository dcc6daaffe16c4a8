"""How does a page write a count?"""

from collections.abc import Mapping

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from quarterdeck.stats.figures import whole

register = template.Library()


@register.filter
def thousands(value: float | None) -> str:
    """A count with its thousands separated.

    >>> thousands(12345)
    '12,345'
    """
    return "" if value is None else whole(value)


@register.filter
def amount(counts: Mapping[str, int]) -> str:
    """The sum of counts by reason.

    >>> amount({"no time": 1200, "no person": 3})
    '1,203'
    """
    return whole(sum(counts.values()))


@register.filter
def ticked(words: str) -> str:
    """Words in which what stands between backticks is code.

    >>> ticked("`time` is not <a> time")
    '<code>time</code> is not &lt;a&gt; time'
    """
    parts = escape(words).split("`")
    marked = [
        f"<code>{part}</code>" if place % 2 and place < len(parts) - 1 else part
        for place, part in enumerate(parts)
    ]
    return SafeString("".join(marked))
