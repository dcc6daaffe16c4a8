"""Which permission does a page ask for, and what does it say to somebody who lacks it?"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, Protocol

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from quarterdeck.records.models import Person
from quarterdeck.records.permissions import OPENS, Permission, least_role
from quarterdeck.records.remembering import one_moment

Rest = ParamSpec("Rest")
Taken = ParamSpec("Taken")


class View(Protocol[Taken]):
    """What answers a request."""

    def __call__(
        self, request: HttpRequest, *args: Taken.args, **kwargs: Taken.kwargs
    ) -> HttpResponseBase: ...


PUBLIC = "public"


def door(permission: Permission) -> Callable[[View[Rest]], View[Rest]]:
    """Let in only who has the permission: others are asked to sign in, or told what they lack."""

    def guard(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            if not signed_in(request).may(permission):
                return refuse(request, permission)
            if request.method not in ("GET", "HEAD"):
                return view(request, *args, **kwargs)
            # Readers of one page see one moment, and need not read again what nobody has changed.
            with one_moment():
                return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def public_door(view: View[Rest]) -> View[Rest]:
    """Let anybody in, and say so, so that a door without a sign is a fault."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    opened.permission = PUBLIC  # type: ignore[attr-defined]
    return opened


def signed_in(request: HttpRequest) -> Person:
    """The person behind a request that passed a door."""
    person = request.user
    if not isinstance(person, Person):
        raise TypeError("this page has no door")
    return person


def refuse(request: HttpRequest, permission: Permission) -> HttpResponse:
    """The page that says what is missing and who can give it."""
    context = {"opens": OPENS[permission], "role": least_role(permission)}
    return render(request, "pages/refused.html", context, status=403)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A fragment must not become a sign-in form in the middle of a page.
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = request.headers.get("HX-Current-URL", "/")
        return answer
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
