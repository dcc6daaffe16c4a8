"""What do decisions and promises give to a week's brief?"""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any, TypeVar

from django.conf import settings

from quarterdeck.report.brief.calc.page import Contribution

Value = TypeVar("Value")


def given_to_brief(as_of: date, week_start: date) -> Sequence[Contribution]:
    """The contribution of every capability that has one for this week."""
    return ()


def with_addresses(given: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """The same, with whole addresses where a page of the application is the evidence: files travel."""
    return tuple(_addressed(each) for each in given)


def _addressed(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(_addressed(each) for each in value)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for field in fields(value):
        inner = getattr(value, field.name)
        if field.name == "evidence" and isinstance(inner, str) and inner.startswith("/"):
            changed[field.name] = settings.QUARTERDECK_URL + inner
        else:
            changed[field.name] = _addressed(inner)
    return replace(value, **changed)
