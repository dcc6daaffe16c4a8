"""Killed at any moment of publishing, a brief is published once or not at all, and then delivered once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from quarterdeck.definitions.workspace import init_workspace
from tests.report.test_delivery import Letterbox, free_port

FIRST = date(2026, 8, 3)
ROOT = Path(__file__).parents[2]
KILLS = 4
PEOPLE = 4

BEGIN = """
import sys
from datetime import date, timedelta
from pathlib import Path
from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.site.start import bring_up
bring_up(open_workspace(Path(sys.argv[1])))
from quarterdeck.records.models import Person
from quarterdeck.report.brief.models import Edition, Message
from quarterdeck.report.brief.service import outbox, ritual
"""
PREPARE = """

from django.utils import timezone
from quarterdeck.records.people import add_person
from quarterdeck.records.permissions import Role
from tests.report.readings import eventful
from tests.report.week import week_of
for number in range(int(sys.argv[2])):
    add_person(email=f"p{number}@acme.test", name=f"P{number}", role=Role.ADMIN, by=None)
week = week_of(eventful())
for number in range(int(sys.argv[3])):
    Edition.objects.create(
        as_of=date.fromisoformat(sys.argv[4]) + timedelta(7 * number), week_start=week.week_start,
        headline="h", reading=ritual.READING.dump_json(week).decode(), drafted_at=timezone.now())
"""
PUBLISH = """
print("ready", flush=True)
edition = Edition.objects.get(as_of=sys.argv[2])
ritual.publish(edition=edition, by=Person.objects.first())
# As if the minute of a dead sender were over.
Message.objects.filter(sent_at=None).update(next_at=edition.drafted_at)
outbox.deliver_due()
"""
TELL = """
for edition in Edition.objects.order_by("as_of"):
    print(edition.as_of, edition.state, edition.files.count() > 0, edition.messages.count(),
          edition.messages.exclude(sent_at=None).count())
"""


@pytest.fixture
def post(tmp_path):
    box = Letterbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    workspace = tmp_path / "workspace"
    init_workspace(workspace, company="Acme", timezone="UTC")
    environment = {
        **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
        "EMAIL_URL": f"smtp://127.0.0.1:{controller.port}",
    }

    def started(program, *arguments):
        return subprocess.Popen(
            [sys.executable, "-c", BEGIN + program, str(workspace), *map(str, arguments)],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(program, *arguments):
        with started(program, *arguments) as process:
            said = process.communicate()[0]
        assert process.returncode == 0
        return said.splitlines()

    yield started, run, box
    controller.stop()


def test_published_once_or_not_at_all_and_delivered_once(post):
    started, run, box = post
    run(PREPARE, PEOPLE, KILLS, FIRST)
    dice = random.Random(7)
    took = 0.0
    for number in range(KILLS):
        as_of = FIRST + timedelta(7 * number)
        with started(PUBLISH, as_of) as victim:
            assert victim.stdout.readline() == "ready\n"
            began = time.perf_counter()
            if number:
                time.sleep(dice.uniform(0, took))
                victim.send_signal(signal.SIGKILL)
            victim.wait()
        took = took or time.perf_counter() - began
        for line in run(TELL):
            _, state, frozen, messages, _ = line.split()
            assert (state == "published") == (frozen == "True") == (messages == str(PEOPLE))
        run(PUBLISH, as_of)
    assert [line.split()[1:] for line in run(TELL)] == [
        ["published", "True", str(PEOPLE), str(PEOPLE)]
    ] * KILLS
    known = Counter(message_from_bytes(letter.content)["Message-ID"] for letter in box.letters)
    assert len(known) == KILLS * PEOPLE
    # A kill may fall between the server's word and our note of it: one letter then goes twice, as the same.
    assert sum(known.values()) <= KILLS * PEOPLE + KILLS - 1
