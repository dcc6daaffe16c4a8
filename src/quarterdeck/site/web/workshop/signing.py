"""How is a definition proposed, objected to and signed in the browser?"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.permissions import Permission
from quarterdeck.records.workshop import signing_off
from quarterdeck.records.workshop.models import Objection
from quarterdeck.site.web.workshop.reading import find_place, render_one


@door(Permission.CONTRIBUTE)
@require_POST
def propose(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    here, place = find_place(kind, name)
    version = request.POST.get("version", "")
    return _done(
        request,
        kind,
        name,
        lambda: signing_off.propose(shelf=here, place=place, version=version, by=signed_in(request)),
    )


@door(Permission.CONTRIBUTE)
@require_POST
def object_to(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    here, place = find_place(kind, name)
    version, words = request.POST.get("version", ""), request.POST.get("words", "")
    return _done(
        request,
        kind,
        name,
        lambda: signing_off.object_to(
            shelf=here, place=place, version=version, words=words, by=signed_in(request)
        ),
    )


@door(Permission.CONTRIBUTE)
@require_POST
def resolve(request: HttpRequest, kind: str, name: str, number: int) -> HttpResponse:
    here, place = find_place(kind, name)
    objection = get_object_or_404(Objection, pk=number, kind=place.kind.name, name=place.name)
    answer = request.POST.get("answer", "")
    return _done(
        request,
        kind,
        name,
        lambda: signing_off.resolve(
            shelf=here, place=place, objection=objection, answer=answer, by=signed_in(request)
        ),
    )


@door(Permission.CONTRIBUTE)
@require_POST
def sign(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    here, place = find_place(kind, name)
    version = request.POST.get("version", "")
    return _done(
        request,
        kind,
        name,
        lambda: signing_off.sign(shelf=here, place=place, version=version, by=signed_in(request)),
    )


def _done(request: HttpRequest, kind: str, name: str, act: Callable[[], object]) -> HttpResponse:
    """Back to the definition, or there with what went wrong."""
    here, place = find_place(kind, name)
    try:
        act()
    except QuarterdeckError as error:
        status = 409 if isinstance(error, Conflict) else 400
        return render_one(request, here, place, status=status, signing_trouble=error)
    return redirect(f"{place.path}#signing")
