"""What happens to every request: headers that keep it safe, a line in the log, trouble said plainly?"""

import logging
import time
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.middleware.http import ConditionalGetMiddleware
from django.template.loader import render_to_string

from quarterdeck.errors import Conflict, DefinitionError, QuarterdeckError
from quarterdeck.records.turns import Turns
from quarterdeck.site.problems import problem

Answer = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MULTIPART = "multipart/form-data"
log = logging.getLogger("quarterdeck.requests")


class SecurityHeaders:
    """A strict content security policy on every answer; a page may not be kept by what lies between."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class ApiAnswers:
    """An ETag on what the API gives out, 304 for who has it already, and trouble always as problem+json."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._tagged = ConditionalGetMiddleware(self._told)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return self._answer(request)
        return cast("HttpResponse", self._tagged(request))

    def _told(self, request: HttpRequest) -> HttpResponse:
        """What Django itself answers before any operation is asked: no such address, or no such method."""
        answer = self._answer(request)
        if answer.status_code not in (404, 405) or "json" in answer.headers.get("Content-Type", ""):
            return answer
        told = problem(answer.status_code, "")
        if "Allow" in answer.headers:
            told["Allow"] = answer["Allow"]
        return told


class RefuseNul:
    """Refuses texts with a NUL character, which PostgreSQL does not keep, before anything is done."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refuse(request) if self._holds_nul(request) else self._answer(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Fields beside a file: read once it is known who sends it, for a stranger's is never written."""
        if request.content_type != MULTIPART or request.path.startswith("/api/"):
            return None
        sent = (value for values in dict(request.POST.lists()).values() for value in values)
        return self._refuse(request) if any("\x00" in str(value) for value in sent) else None

    def _holds_nul(self, request: HttpRequest) -> bool:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return True
        # The API reads any body as JSON, whatever it is called.
        if request.path.startswith("/api/") and request.content_type != MULTIPART:
            return b"\x00" in request.body or b"\\u0000" in request.body
        return request.content_type == "application/x-www-form-urlencoded" and (
            b"\x00" in request.body or b"%00" in request.body
        )

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        told = QuarterdeckError("A text holds a NUL character.", "Send it without.")
        if request.path.startswith("/api/"):
            return problem(400, told.message, told.hint)
        return HttpResponse(render_to_string("pages/trouble.html", {"error": told}), status=400)


class FewAtOnce:
    """Lets few pages at a time be made in a process; the others wait, and what is sent waits for nobody."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._turns = Turns()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self._answer(request)
        with self._turns.one():
            return self._answer(request)


class RequestLog:
    """One line for each request: never its query, body or person."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self._answer(request)
        if not request.path.startswith(("/static/", "/health/")):
            log.info(
                "%s %s %s",
                request.method,
                _without_secrets(request.path),
                response.status_code,
                extra={
                    "status": response.status_code,
                    "milliseconds": round(1000 * (time.perf_counter() - began), 1),
                },
            )
        return response


class ExpectedTrouble:
    """Turns expected trouble into a page, a fragment or problem+json that says what to do."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, QuarterdeckError):
            return None
        status = _status(error)
        if request.path.startswith("/api/"):
            return problem(status, error.message, error.hint)
        # Without the request: what stands around a page may be what is broken.
        return HttpResponse(render_to_string("pages/trouble.html", {"error": error}), status=status)


def _status(error: QuarterdeckError) -> int:
    if isinstance(error, Conflict):
        return 409
    return 500 if isinstance(error, DefinitionError) else 400


def _without_secrets(path: str) -> str:
    """Links that sign in carry their secret in the path."""
    for start in ("/sign-in/link/", "/invitation/"):
        if path.startswith(start):
            return f"{start}…"
    return path
