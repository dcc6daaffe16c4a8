"""Which day did somebody write on the command line?"""

from datetime import datetime

from quarterdeck.errors import QuarterdeckError


def read_day(text: str) -> datetime:
    """The beginning of a day; what is none is told with an example.

    >>> read_day("2026-11-10")
    datetime.datetime(2026, 11, 10, 0, 0)
    """
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d")  # noqa: DTZ007 -- a day, of no zone
    except ValueError as error:
        raise QuarterdeckError(f"'{text[:40]}' is no day.", "Write the day like 2026-11-10.") from error
