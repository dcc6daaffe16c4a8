"""How does one message reach its receiver?"""

import json
from http.client import HTTPException
from smtplib import SMTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from quarterdeck.report.brief.models import Channel, Message

WEBHOOK_SECONDS = 10
MOST_CHARACTERS = 2900


def send(message: Message) -> str | None:
    """Send it; None where the receiver took it, else what went wrong."""
    return _post(message) if message.channel == Channel.WEBHOOK else _mail(message)


def _mail(message: Message) -> str | None:
    letter = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[message.address],
        headers={
            "Message-ID": f"<{message.key.replace('/', '.')}@{_domain()}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    if message.html:
        letter.attach_alternative(message.html, "text/html")
    try:
        letter.send()
    except (OSError, SMTPException) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _post(message: Message) -> str | None:
    """To a Slack-compatible webhook; the address itself is a secret, and stays in the environment."""
    address = settings.QUARTERDECK_WEBHOOK_URL
    if urlsplit(address).scheme not in ("http", "https"):
        return "QUARTERDECK_WEBHOOK_URL is not set, or is no http address."
    body = {
        "text": message.subject,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": message.text[:MOST_CHARACTERS]}},
        ],
    }
    request = Request(  # noqa: S310 -- the scheme is checked above
        address,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": message.key},
        method="POST",
    )
    try:
        with build_opener(_NoRedirect).open(request, timeout=WEBHOOK_SECONDS) as answer:
            answer.read(1024)
    except HTTPError as error:
        return f"The receiver answered {error.code}."
    except (URLError, HTTPException, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return None


class _NoRedirect(HTTPRedirectHandler):
    """A webhook that sends elsewhere is a fault, not a way out of the company."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _domain() -> str:
    return urlsplit(settings.QUARTERDECK_URL).hostname or "quarterdeck"
