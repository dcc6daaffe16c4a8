"""How is somebody called in a list, for who may see personal data and who may not?"""

from __future__ import annotations

from quarterdeck.insights.journeys.service.opening import PERSON, Opened
from quarterdeck.stats.personal import masked_value


def name_of(opened: Opened, unit: int, place: int, *, sees_personal: bool) -> str:
    """The name of a unit, or "Person 3" by its place in the list."""
    if opened.question.journey.unit == PERSON and not sees_personal:
        return f"Person {place}"
    return masked_value(str(opened.view.units[unit]), sees_personal=sees_personal, place=place)
