"""People who walk through four steps, and a browser that looks at what they did."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from quarterdeck.jobs import worker
from quarterdeck.jobs.worker import Worker

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
STEPS = ("signed_up", "invited", "planned", "worked")
FUNNEL = "/journeys/explore/?" + "&".join(f"step={step}" for step in STEPS) + "&within=7+days"


def walk(person, steps, days_ago, device="web"):
    """A person who does so many steps, one an hour."""
    begin = NOW - days_ago * DAY
    return [
        (person, "", step, (begin + number * timedelta(hours=1)).isoformat(), {"device": device})
        for number, step in enumerate(STEPS[:steps])
    ]


def work():
    """Everything that was asked for is done."""
    # A database in memory is one thread's: where kernels are compiled meanwhile, no other may renew a lease.
    with patch.object(worker, "RENEW_SECONDS", 600):
        while Worker().run_one():
            pass


def shown(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()[-3000:]
    return answer.content.decode()
