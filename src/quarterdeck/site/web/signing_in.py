"""How does somebody come in, and go?"""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records import invitations, signing_in
from quarterdeck.records.doors import public_door
from quarterdeck.records.single_sign_on import refuse_other_ways, sign_in_provider
from quarterdeck.site.origin import origin_of
from quarterdeck.site.web.entering import enter, following_of


@public_door
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    following = following_of(request)
    trouble: QuarterdeckError | None = None
    if request.method == "POST":
        email = request.POST.get("email", "")
        try:
            refuse_other_ways()
            person = signing_in.sign_in(
                email=email, password=request.POST.get("password", ""), origin=origin_of(request)
            )
        except QuarterdeckError as error:
            trouble = error
        else:
            return enter(request, person, following)
    elif request.user.is_authenticated:
        return redirect(following)
    guessing = isinstance(trouble, signing_in.TooManyAttempts)
    return render(
        request,
        "site/sign_in.html",
        {
            "trouble": trouble,
            "email": request.POST.get("email", ""),
            "next": following,
            "provider": sign_in_provider(),
        },
        status=429 if guessing else 400 if trouble else 200,
    )


@public_door
@never_cache
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A person presses the button: programs that look at links in letters do not use them up."""
    if request.method == "GET":
        return render(request, "site/by_link.html")
    try:
        refuse_other_ways()
        person = signing_in.use_link(secret)
    except QuarterdeckError as error:
        return render(request, "site/by_link.html", {"trouble": error}, status=400)
    return enter(request, person, "/")


@public_door
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    invitation = invitations.find_invitation(secret)
    trouble: QuarterdeckError | None = None
    if request.method == "POST":
        try:
            refuse_other_ways()
            person = invitations.accept(
                secret=secret, name=request.POST.get("name", ""), password=request.POST.get("password", "")
            )
        except QuarterdeckError as error:
            trouble = error
        else:
            return enter(request, person, "/")
    return render(
        request,
        "site/invitation.html",
        {
            "invitation": invitation,
            "trouble": trouble,
            "name": request.POST.get("name", ""),
            "provider": sign_in_provider(),
        },
        status=200 if invitation and not trouble else 400 if invitation else 404,
    )


@public_door
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign_in")
