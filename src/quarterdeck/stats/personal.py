"""Does a value of a property name a person, whatever its key is called, and what stands in its place?"""

import re

HIDDEN = "hidden"  # what stands in its place
ADDRESS = re.compile(r"[^\s@<>\"',;]+@[^\s@<>\"',;]+\.[^\W\d]{2,}")
# Beginning as numbers of other countries do; or grouped, or with the 0 of one's own country.
ABROAD = re.compile(r"(?:\+|00)[1-9][\d ()./-]{6,22}")
AT_HOME = re.compile(r"[(0]\d{1,5}\)?(?:[ /-]\d{2,8}){1,4}|\d{2,5}(?:[ /-]\d{2,8}){2,4}|0\d{8,11}")
DAY = re.compile(r"(?:\d{4}[-/ ]\d{1,2}[-/ ]\d{1,2}|\d{1,2}[-/ ]\d{1,2}[-/ ]\d{4})(?!\d)")
FEWEST_ABROAD, FEWEST_AT_HOME, MOST = 8, 9, 15


def names_person(value: str) -> bool:
    """Whether a text holds an e-mail address, or is a telephone number.

    Days, versions and plain numbers are none; where it is not clear, a number with the look of one is.

    >>> [names_person(text) for text in ("ann@acme.test", "+49 30 1234567", "555-123-4567", "01711234567")]
    [True, True, True, True]
    >>> [names_person(text) for text in ("android", "2026-11-16", "4.12.2026", "10.15.7", "1234567890", "")]
    [False, False, False, False, False, False]
    """
    text = value.strip()
    if "@" in text and ADDRESS.search(text):
        return True
    digits = sum(character.isdigit() for character in text)
    if digits > MOST or DAY.match(text):
        return False
    if ABROAD.fullmatch(text):
        return digits >= FEWEST_ABROAD
    return digits >= FEWEST_AT_HOME and AT_HOME.fullmatch(text) is not None


def masked_value(value: str, *, sees_personal: bool, place: int) -> str:
    """A value of a property as somebody may see it: addresses and telephone numbers are hidden."""
    return value if sees_personal or not names_person(value) else f"{HIDDEN} {place}"
