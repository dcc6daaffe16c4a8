"""Which version of which table does somebody ask for?"""

from collections.abc import Iterable

from quarterdeck.errors import FactError


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
