"""How does somebody come in by the company's own sign-in?"""

import re
import time
from dataclasses import asdict

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.definitions.settings import SingleSignOn
from quarterdeck.errors import QuarterdeckError
from quarterdeck.records import signing_in
from quarterdeck.records.doors import door, public_door, signed_in
from quarterdeck.records.models import Person
from quarterdeck.records.permissions import Permission
from quarterdeck.records.single_sign_on import NotLetIn, let_in, sign_in_provider, untie
from quarterdeck.site.openid import (
    Knock,
    ProviderDown,
    ProviderTrouble,
    address_to_ask,
    identity_of,
    new_knock,
)
from quarterdeck.site.origin import origin_of
from quarterdeck.site.web.entering import enter, following_of

KNOCKS = "single_sign_on"
MOST_KNOCKS = 5
KNOCK_LASTS_SECONDS = 600
WORD = re.compile(r"[a-z_]{1,60}")


@public_door
@never_cache
@require_GET
def ask_provider(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider; three secrets of this sign-in wait in the session."""
    provider = _provider()
    following = following_of(request)
    if request.user.is_authenticated:
        return redirect(following)
    knock = new_knock()
    try:
        address = address_to_ask(provider, knock, back=_back(request))
    except QuarterdeckError as error:
        return _told(request, provider, error)
    waiting = dict(list(request.session.get(KNOCKS, {}).items())[1 - MOST_KNOCKS :])
    waiting[knock.state] = {**asdict(knock), "following": following, "at": time.time()}
    request.session[KNOCKS] = waiting
    return redirect(address)


@public_door
@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """The browser is back with a code: it counts once, in the session that asked, for ten minutes."""
    provider = _provider()
    try:
        with signing_in.counted_at_origin(origin_of(request), but=ProviderDown):
            knock, following = _take_knock(request)
            if error := request.GET.get("error", ""):
                said = error if WORD.fullmatch(error) else "an error"
                raise ProviderTrouble(f"The provider did not let you in: {said}.", "Sign in again.")
            identity = identity_of(
                provider,
                knock,
                code=request.GET.get("code", ""),
                said_issuer=request.GET.get("iss", ""),
                secret=settings.QUARTERDECK_SSO_CLIENT_SECRET,
                back=_back(request),
            )
            person = let_in(identity, provider)
    except QuarterdeckError as error:
        return _told(request, provider, error)
    return enter(request, person, following)


@door(Permission.ADMINISTER)
@require_POST
def untie_account(request: HttpRequest, number: int) -> HttpResponse:
    untie(person=get_object_or_404(Person, pk=number), by=signed_in(request))
    return redirect("person", number=number)


def _provider() -> SingleSignOn:
    provider = sign_in_provider()
    if provider is None:
        raise Http404
    return provider


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("come_back"))


def _take_knock(request: HttpRequest) -> tuple[Knock, str]:
    waiting = dict(request.session.get(KNOCKS, {}))
    kept = waiting.pop(request.GET.get("state", ""), None)
    request.session[KNOCKS] = waiting
    if kept is None or time.time() - kept["at"] > KNOCK_LASTS_SECONDS:
        raise NotLetIn("This sign-in was not begun here, is over, or took too long.", "Begin again.")
    return Knock(state=kept["state"], nonce=kept["nonce"], verifier=kept["verifier"]), kept["following"]


def _told(request: HttpRequest, provider: SingleSignOn, error: QuarterdeckError) -> HttpResponse:
    guessing = isinstance(error, signing_in.TooManyAttempts)
    status = 429 if guessing else 502 if isinstance(error, ProviderTrouble) else 403
    context = {"trouble": error, "provider": provider, "next": "/"}
    return render(request, "site/sign_in.html", context, status=status)
