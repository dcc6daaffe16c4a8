"""How is one day, week or month of a metric written, in a table and beside a chart?"""

from collections.abc import Sequence
from datetime import date

from quarterdeck.insights.metrics.calc.dossier import Bucket, SliceSeries
from quarterdeck.insights.metrics.calc.measures import Measure
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.stats.figures import (
    MONTHS,
    Notation,
    day_name,
    in_sentence,
    notation,
    opening,
    short_date,
    whole,
)


def bucket_table(
    measure: Measure, buckets: Sequence[Bucket], *, grain: Grain = "day", slices: Sequence[SliceSeries] = ()
) -> dict[str, object]:
    """The rows behind a chart, newest first, with a column for each slice."""
    values = [value for bucket in buckets for value in (bucket.value, bucket.low, bucket.high)]
    written = notation(measure.unit, values, currency=measure.currency)
    by_day = [{day.start: day for day in part.days} for part in slices]
    rows = [
        {
            "start": bucket_name(bucket.start, grain),
            "value": bucket_value(written, bucket),
            "base": whole(bucket.base) if bucket.base is not None else "",
            "expected": bucket_range(written, bucket),
            "outside": bucket.outside,
            "slices": [
                bucket_value(written, days[bucket.start]) if bucket.start in days else "" for days in by_day
            ],
        }
        for bucket in reversed(buckets)
    ]
    return {
        "rows": rows,
        "has_base": any(bucket.base is not None for bucket in buckets),
        "names": [part.value for part in slices],
        "dimension": opening(in_sentence(slices[0].dimension)) if slices else "",
    }


def bucket_name(start: date, grain: Grain) -> str:
    """A bucket by its first day; a month by its name."""
    if grain == "month":
        return f"{MONTHS[start.month - 1]} {start.year}"
    return f"{day_name(start)[:3]} {short_date(start)}"


def bucket_value(written: Notation, bucket: Bucket) -> str:
    """A value, or why there is none."""
    if not bucket.known:
        return "not known yet"
    return written.full(bucket.value) if bucket.value is not None else "no data"


def bucket_range(written: Notation, bucket: Bucket) -> str:
    """The expected range; nothing where there is none."""
    if bucket.low is None or bucket.high is None:
        return ""
    return written.table_range(bucket.low, bucket.high)
