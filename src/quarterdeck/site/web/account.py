"""What may somebody change about themselves: their password, and the programs that act for them?"""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.models import ApiToken, Person
from quarterdeck.records.people import set_password
from quarterdeck.records.permissions import GIVES, OPENS, Permission, Role
from quarterdeck.records.single_sign_on import only_by_provider, refuse_other_ways
from quarterdeck.records.tokens import make_token, revoke_token

LASTS_DAYS = (30, 90, 365)


@door(Permission.READ)
@require_http_methods(["GET"])
def show_account(request: HttpRequest) -> HttpResponse:
    return render(request, "site/account.html", _account(signed_in(request)))


@door(Permission.READ)
@sensitive_post_parameters("old", "new")
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    try:
        refuse_other_ways()
        if person.has_usable_password() and not person.check_password(request.POST.get("old", "")):
            raise QuarterdeckError("The present password is wrong.", "Try again.")
        set_password(person=person, password=request.POST.get("new", ""), by=person)
    except QuarterdeckError as error:
        return render(request, "site/account.html", _account(person, password_trouble=error), status=400)
    update_session_auth_hash(request, person)
    return render(request, "site/account.html", _account(person, changed=True))


@door(Permission.READ)
@require_POST
def add_token(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    days = request.POST.get("days", "")
    try:
        token, secret = make_token(
            person=person,
            name=request.POST.get("name", ""),
            scopes=[scope for scope in Permission if scope in request.POST.getlist("scopes")],
            lasts_days=int(days) if days.isdecimal() else 0,
            by=person,
        )
    except QuarterdeckError as error:
        return render(request, "site/account.html", _account(person, token_trouble=error), status=400)
    return render(request, "site/account.html", _account(person, made=token, secret=secret))


@door(Permission.READ)
@require_POST
def end_token(request: HttpRequest, number: int) -> HttpResponse:
    person = signed_in(request)
    tokens = ApiToken.objects.all() if person.may(Permission.ADMINISTER) else person.tokens.all()
    revoke_token(token=get_object_or_404(tokens, pk=number), by=person)
    return redirect("account")


def _account(person: Person, **more: object) -> dict[str, object]:
    allowed = GIVES[Role(person.role)]
    return {
        "tokens": person.tokens.all(),
        "scopes": [(scope, OPENS[scope]) for scope in Permission if scope in allowed],
        "lasts": LASTS_DAYS,
        "by_provider": only_by_provider(),
        "has_password": person.has_usable_password(),
        **more,
    }
