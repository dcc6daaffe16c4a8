"""Which version of which table does somebody ask for?"""

from collections.abc import Iterable

from quarterdeck.errors import FactError, QuarterdeckError

MOST_PINS = 40


def parse_pins(texts: Iterable[str]) -> dict[str, int]:
    """Table versions from texts such as "events=12".

    >>> parse_pins(["events=12"])
    {'events': 12}
    """
    pins: dict[str, int] = {}
    for text in texts:
        table, _, version = text.partition("=")
        if not version.isdecimal():
            raise FactError(
                f"{text!r} names no table version.", "Write TABLE=VERSION, for example events=12."
            )
        pins[table.strip()] = int(version)
    return pins


def pins_of(text: str) -> dict[str, int]:
    """Table versions from an address: "events.12~people.3"."""
    pins: dict[str, int] = {}
    for each in text.split("~")[:MOST_PINS]:
        table, _, version = each.partition(".")
        if not (version.isascii() and version.isdecimal() and len(version) < 10):
            raise QuarterdeckError(f"'{each[:60]}' names no table version.", "Pins look like events.12.")
        pins[table] = int(version)
    return pins
