"""How is a fact written for a reader, and what of it is hidden from who may not see personal data?"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from quarterdeck.facts.browsing import NewestRows
from quarterdeck.facts.schema import Table

WIDEST = 80
HIDDEN = "hidden"
# Beside the ids of people: what people wrote, and properties, which may hold anything that was sent.
FREE = frozenset({"text", "title", "raw", "reason", "header", "properties", "properties_rest"})


def shown_rows(table: Table, found: NewestRows, *, sees_personal: bool) -> list[list[str]]:
    """Rows as a page writes them; what is about people says "hidden" to who may not see it."""
    hidden = frozenset() if sees_personal else FREE | set(table.personal_columns)
    return [
        [
            HIDDEN if name in hidden and value is not None else written(value)
            for name, value in zip(found.columns, row, strict=True)
        ]
        for row in found.rows
    ]


def told_reasons(reasons: Mapping[str, int], *, sees_personal: bool) -> list[tuple[str, int]]:
    """Why rows wait, and how many; the value for example stood in a row, which may be about a person."""
    if sees_personal:
        return list(reasons.items())
    return [(reason.partition(", such as ")[0], count) for reason, count in reasons.items()]


def written(value: object, *, widest: int = WIDEST) -> str:
    """A value of a fact in one line."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        text = f"{value:%Y-%m-%d %H:%M:%S}"
    elif isinstance(value, dict | list):
        text = json.dumps(_known(value), ensure_ascii=False, default=str)
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= widest else f"{text[: widest - 1]}…"


def _known(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {key: each for key, each in value.items() if each is not None}
