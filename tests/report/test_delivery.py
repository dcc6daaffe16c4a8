"""Letters reach a real SMTP server, messages a real receiver that answers 500, hangs, or hangs up."""

import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from quarterdeck.report.brief.models import Message
from quarterdeck.report.brief.service import outbox, ritual, sending


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Letterbox:
    def __init__(self):
        self.letters = []
        self.refusing = 0

    async def handle_DATA(self, server, session, envelope):
        if self.refusing:
            self.refusing -= 1
            return "451 try later"
        self.letters.append(envelope)
        return "250 taken"


@pytest.fixture
def letterbox(settings):
    box = Letterbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5
    settings.EMAIL_PORT = controller.port
    yield box
    controller.stop()


class Receiver(BaseHTTPRequestHandler):
    behaviour = "take"
    taken: ClassVar[list] = []

    def do_POST(self):
        # Once: a slow answer must not become another one because the test went on.
        behaviour = type(self).behaviour
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if behaviour == "hang":
            time.sleep(1.5)
            return
        if behaviour == "hang up":
            self.connection.close()
            return
        if behaviour == "redirect":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            return
        self.send_response(500 if behaviour == "500" else 200)
        self.end_headers()
        if behaviour == "take":
            type(self).taken.append((self.headers["Idempotency-Key"], body))

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver(settings, monkeypatch):
    handler = type("Fresh", (Receiver,), {"taken": [], "behaviour": "take"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.QUARTERDECK_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/hook"
    monkeypatch.setattr(sending, "WEBHOOK_SECONDS", 0.5)
    yield handler
    server.shutdown()
    server.server_close()


def test_everybody_gets_one_letter_however_often_it_is_tried(edition, alice, bob, dave, letterbox):
    dave.is_active = False
    dave.save()
    ritual.publish(edition=edition, by=alice)
    assert outbox.deliver_due() == (2, 0)
    assert outbox.deliver_due() == (0, 0)
    assert sorted(letter.rcpt_tos[0] for letter in letterbox.letters) == ["alice@acme.test", "bob@acme.test"]
    text = letterbox.letters[0].content.decode()
    assert f"brief.{edition.as_of}" in text.replace("\r\n ", "")
    assert ritual.delivered(edition) == {"sent": 2}


def test_a_server_that_is_busy_gets_the_same_letter_later(edition, alice, letterbox, time_machine):
    letterbox.refusing = 1
    ritual.publish(edition=edition, by=alice)
    assert outbox.deliver_due() == (0, 1)
    waiting = Message.objects.get()
    assert "451" in waiting.trouble
    assert outbox.deliver_due() == (0, 0)
    time_machine.move_to(timezone.now() + timedelta(seconds=11), tick=True)
    assert outbox.deliver_due() == (1, 0)
    assert len(letterbox.letters) == 1


@pytest.mark.parametrize("behaviour", ["500", "hang", "hang up", "redirect"])
def test_a_receiver_in_trouble_gets_the_same_message_later(
    behaviour,
    edition,
    alice,
    letterbox,
    receiver,
    time_machine,
):
    receiver.behaviour = behaviour
    ritual.publish(edition=edition, by=alice)
    assert outbox.deliver_due() == (1, 1)
    receiver.behaviour = "take"
    time_machine.move_to(timezone.now() + timedelta(minutes=1), tick=True)
    assert outbox.deliver_due() == (1, 0)
    assert [key for key, _ in receiver.taken] == [f"brief/{edition.as_of}/webhook"]
    assert b'"text"' in receiver.taken[0][1]


def test_a_receiver_that_never_recovers_is_given_up_and_said_so(
    edition, alice, letterbox, receiver, time_machine
):
    receiver.behaviour = "500"
    ritual.publish(edition=edition, by=alice)
    for _ in range(outbox.MOST_ATTEMPTS):
        outbox.deliver_due()
        time_machine.move_to(timezone.now() + timedelta(hours=2), tick=True)
    assert outbox.deliver_due() == (0, 0)
    assert ritual.delivered(edition) == {"sent": 1, "given up": 1}
    assert Message.objects.get(channel="webhook").trouble == "The receiver answered 500."


def test_a_message_is_claimed_by_one_of_two_senders(edition, alice):
    ritual.publish(edition=edition, by=alice)
    assert outbox._claim() is not None
    assert outbox._claim() is None


def test_where_no_mail_server_is_configured_no_letter_is_said_to_be_sent(edition, alice, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    ritual.publish(edition=edition, by=alice)
    assert outbox.deliver_due() == (0, 0)
    assert ritual.delivered(edition) == {}
