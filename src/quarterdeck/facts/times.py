"""Does a text look like a point in time, and can a format of times be used at all?"""

import re
from collections.abc import Callable
from datetime import datetime

_ISO = re.compile(r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}")
_EPOCH = re.compile(r"\s*\d{6,16}(\.\d+)?\s*$")


def looks_like_time(time_format: str | None) -> Callable[[str], bool]:
    """A quick judge of texts; it only tells rows from prose and does not parse."""
    if time_format is None:
        return lambda text: _ISO.match(text) is not None
    if time_format.startswith("epoch_"):
        return lambda text: _EPOCH.match(text) is not None
    return lambda text: _parses(text.strip(), time_format)


def format_fault(time_format: str) -> str | None:
    """What is wrong with a strptime format, if anything."""
    import duckdb  # slow import

    with duckdb.connect() as connection:
        try:
            connection.execute("SELECT try_strptime('', $1)", [time_format])
        except duckdb.Error as error:
            return str(error).rpartition(": ")[2].strip()
    return None


def _parses(text: str, time_format: str) -> bool:
    try:
        datetime.strptime(text, time_format)  # noqa: DTZ007
    except ValueError:
        return False
    return True
