"""How does a session begin, and where does it lead?"""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from quarterdeck.records.models import Person

BACKEND = "django.contrib.auth.backends.ModelBackend"


def enter(request: HttpRequest, person: Person, following: str) -> HttpResponse:
    """Begin a session: a new key, and the same end for every way in."""
    login(request, person, backend=BACKEND)
    return redirect(following)


def following_of(request: HttpRequest) -> str:
    """Where to after signing in: a page of this server, or the first one."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else "/"
