"""Who is here, who is invited, and who may change that?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.change_log import changes_of
from quarterdeck.records.doors import door, refuse, signed_in
from quarterdeck.records.invitations import invite, open_invitations, withdraw_invitation
from quarterdeck.records.models import Invitation, OutsideAccount, Person
from quarterdeck.records.people import change_person, subject_of
from quarterdeck.records.permissions import OPENS, Permission, Role, least_role
from quarterdeck.records.signing_in import make_link
from quarterdeck.records.single_sign_on import only_by_provider, refuse_other_ways
from quarterdeck.site.letters import send_invitation

ROLES = tuple(
    (role, "; ".join(OPENS[permission] for permission in Permission if least_role(permission) == role))
    for role in Role
)


@door(Permission.READ)
@require_http_methods(["GET"])
def show_people(request: HttpRequest) -> HttpResponse:
    return render(request, "site/people.html", _people(request))


@door(Permission.ADMINISTER)
@require_POST
def invite_person(request: HttpRequest) -> HttpResponse:
    given = {key: request.POST.get(key, "") for key in ("email", "title", "role")}
    try:
        invitation, secret = invite(
            email=given["email"], title=given["title"], role=_role(given["role"]), by=signed_in(request)
        )
    except QuarterdeckError as error:
        return render(request, "site/people.html", _people(request, trouble=error, given=given), status=400)
    link = request.build_absolute_uri(reverse("accept_invitation", args=[secret]))
    sent = send_invitation(invitation, link)
    return render(request, "site/people.html", _people(request, invited=invitation, link=link, sent=sent))


@door(Permission.ADMINISTER)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    withdraw_invitation(invitation=get_object_or_404(Invitation, pk=number), by=signed_in(request))
    return redirect("people")


@door(Permission.READ)
@require_http_methods(["GET", "POST"])
def show_person(request: HttpRequest, number: int) -> HttpResponse:
    shown = get_object_or_404(Person, pk=number)
    trouble: QuarterdeckError | None = None
    if request.method == "POST":
        if not signed_in(request).may(Permission.ADMINISTER):
            return refuse(request, Permission.ADMINISTER)
        try:
            change_person(
                person=shown,
                by=signed_in(request),
                role=_role(request.POST.get("role", "")),
                title=request.POST.get("title", "").strip(),
                is_active="is_active" in request.POST,
                sees_personal="sees_personal" in request.POST,
            )
        except QuarterdeckError as error:
            trouble = error
        else:
            return redirect("person", number=number)
    return render(
        request, "site/person.html", _person(request, shown, trouble=trouble), status=400 if trouble else 200
    )


@door(Permission.ADMINISTER)
@require_POST
def make_sign_in_link(request: HttpRequest, number: int) -> HttpResponse:
    shown = get_object_or_404(Person, pk=number, is_active=True)
    refuse_other_ways()
    secret = make_link(person=shown, by=signed_in(request))
    link = request.build_absolute_uri(reverse("sign_in_by_link", args=[secret]))
    return render(request, "site/person.html", _person(request, shown, link=link))


def _people(request: HttpRequest, **more: object) -> dict[str, object]:
    return {
        "people": Person.objects.order_by("-is_active", "name"),
        "invitations": open_invitations(),
        "roles": ROLES,
        "administers": signed_in(request).may(Permission.ADMINISTER),
        **more,
    }


def _person(request: HttpRequest, shown: Person, **more: object) -> dict[str, object]:
    return {
        "shown": shown,
        "roles": ROLES,
        "administers": signed_in(request).may(Permission.ADMINISTER),
        "by_provider": only_by_provider(),
        "outside_account": OutsideAccount.objects.filter(person=shown).first(),
        "history": changes_of(subject_of(shown))[:20],
        **more,
    }


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError as error:
        raise QuarterdeckError(f"'{word}' is no role.", f"Roles: {', '.join(Role)}.") from error
