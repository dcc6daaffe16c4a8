"""What stands in the place of a value that names a person, for who may not see such names?"""

from quarterdeck.insights.metrics.calc.personal import HIDDEN, names_person


def masked_value(value: str, *, sees_personal: bool, place: int) -> str:
    """A value of a property as somebody may see it: addresses and telephone numbers are hidden."""
    return value if sees_personal or not names_person(value) else f"{HIDDEN} {place}"
