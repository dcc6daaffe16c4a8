"""Which tags go with a tag: does a part count for its whole, or beside it?"""

from collections.abc import Mapping, Sequence


def without_wholes(tags: Sequence[str], above: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Tags without those whose part is among them: a part counts for its whole.

    >>> without_wholes(("billing", "refund"), {"refund": ("billing",)})
    ('refund',)
    """
    held = {whole for tag in tags for whole in above.get(tag, ())}
    return tuple(tag for tag in tags if tag not in held)


def with_wholes(tags: Sequence[str], above: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Tags and everything that they are a part of, each once."""
    return tuple(dict.fromkeys(each for tag in tags for each in (tag, *above.get(tag, ()))))
