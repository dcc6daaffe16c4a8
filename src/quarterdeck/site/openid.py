"""What does an OpenID Connect provider say of who stands at the door, and is it true?

Authorization code with PKCE, state and nonce. Addresses come from the provider's discovery document; the
signature of the id token is checked by the provider's published keys, and its issuer, audience, time and
nonce by what was asked. Nothing here is imported before somebody signs in this way.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from quarterdeck.definitions.settings import SingleSignOn, is_safe_address
from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.single_sign_on import Identity

SCOPE = "openid email profile"
TIMEOUT_SECONDS = 8
KNOWN_FOR_SECONDS = 600
LEEWAY_SECONDS = 60
# Signed with a key that only the provider holds: never `none`, never a secret that two sides share.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_known: dict[str, tuple[float, dict[str, Any]]] = {}


class ProviderTrouble(QuarterdeckError):  # noqa: N818 -- what people say
    """The provider refuses, or answers what it may not."""


class ProviderDown(ProviderTrouble):
    """The provider does not answer; nobody here is to blame."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Knock:
    """What is kept in the session while somebody is at the provider; it counts once."""

    state: str
    nonce: str
    verifier: str


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("authlib") is not None and find_spec("requests") is not None


def need_installed() -> None:
    """An error that says which extra is missing."""
    if not is_installed():
        raise QuarterdeckError(
            "Sign-in by OpenID Connect is set up, and its libraries are not installed.",
            "Install them: pip install 'quarterdeck[sso]'.",
        )


def new_knock() -> Knock:
    """Three secrets for one sign-in."""
    return Knock(
        state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48)
    )


def address_to_ask(provider: SingleSignOn, knock: Knock, *, back: str) -> str:
    """Where the browser goes to sign in."""
    need_installed()
    from authlib.integrations.requests_client import OAuth2Session  # slow import

    session = OAuth2Session(provider.client_id, scope=SCOPE, redirect_uri=back, code_challenge_method="S256")
    address, _ = session.create_authorization_url(
        discover(provider)["authorization_endpoint"],
        state=knock.state,
        nonce=knock.nonce,
        code_verifier=knock.verifier,
    )
    return str(address)


def identity_of(
    provider: SingleSignOn, knock: Knock, *, code: str, said_issuer: str, secret: str, back: str
) -> Identity:
    """Who a code stands for, once; whatever is wrong with it or with the answer is a ProviderTrouble."""
    need_installed()
    from authlib.integrations.requests_client import OAuth2Session  # slow import

    told = discover(provider)
    if said_issuer != provider.issuer and (
        said_issuer or told.get("authorization_response_iss_parameter_supported")
    ):
        raise ProviderTrouble("The answer does not come from the provider that was asked.", "Sign in again.")
    with (
        _plainly(provider),
        OAuth2Session(
            provider.client_id,
            secret or None,
            redirect_uri=back,
            token_endpoint_auth_method=_proof(told, secret),
        ) as session,
    ):
        token = session.fetch_token(
            told["token_endpoint"],
            code=code,
            code_verifier=knock.verifier,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        claims = _verified(provider, told, token, knock.nonce)
        if "email" not in claims and "userinfo_endpoint" in told:
            more = session.get(told["userinfo_endpoint"], timeout=TIMEOUT_SECONDS, allow_redirects=False)
            more.raise_for_status()
            if more.json()["sub"] == claims["sub"]:
                claims = {**more.json(), **claims}
    return Identity(
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        email=str(claims.get("email") or ""),
        is_verified=_is_true(claims.get("email_verified")),
        name=str(claims.get("name") or ""),
    )


def discover(provider: SingleSignOn) -> Mapping[str, Any]:
    """The provider's discovery document, read again after ten minutes; it must be of that very issuer."""
    since, known = _known.get(provider.issuer, (0.0, {}))
    if known and time.monotonic() - since < KNOWN_FOR_SECONDS:
        return known
    with _plainly(provider):
        told = _fetch(f"{provider.issuer}/.well-known/openid-configuration")
        if str(told["issuer"]).rstrip("/") != provider.issuer:
            raise ProviderTrouble(
                f"The provider calls itself {told['issuer']}, not {provider.issuer}.",
                "Write the issuer in quarterdeck.yaml as the provider does.",
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe_address(told[name]):
                raise ProviderTrouble(f"The provider's {name} is not safe: {told[name]}.", "It needs https.")
    _known[provider.issuer] = (time.monotonic(), told)
    return told


def forget_providers() -> None:
    """Ask every provider anew."""
    _known.clear()


def _verified(
    provider: SingleSignOn, told: Mapping[str, Any], token: Mapping[str, Any], nonce: str
) -> dict[str, Any]:
    from authlib.oidc.core import CodeIDToken  # slow import
    from joserfc import jwt  # slow import
    from joserfc.jwk import KeySet  # slow import

    said = told.get("id_token_signing_alg_values_supported", ["RS256"])
    algorithms = [name for name in ALGORITHMS if name in said]
    published: Any = _fetch(told["jwks_uri"])
    keys = KeySet.import_key_set(published)
    signed = jwt.decode(token["id_token"], keys, algorithms=algorithms)
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        options={
            "iss": {"essential": True, "value": told["issuer"]},
            "aud": {"essential": True, "value": provider.client_id},
        },
        params={
            "nonce": nonce,
            "client_id": provider.client_id,
            "access_token": token.get("access_token"),
        },
    )
    claims.validate(leeway=LEEWAY_SECONDS)
    return dict(claims)


def _is_true(said: object) -> bool:
    """Some providers write the word; nothing else counts, 1 neither."""
    return said is True or said == "true"


def _proof(told: Mapping[str, Any], secret: str) -> str:
    """How this installation proves who it is; one without a secret has PKCE alone."""
    if not secret:
        return "none"
    offered = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"


def _fetch(address: str) -> dict[str, Any]:
    import requests  # slow import

    answer = requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    answer.raise_for_status()
    if answer.status_code != 200:
        raise ValueError(f"answered {answer.status_code}")
    told = answer.json()
    if not isinstance(told, dict):
        raise TypeError("the answer is no object")
    return told


@contextmanager
def _plainly(provider: SingleSignOn) -> Iterator[None]:
    """What can go wrong between here and the provider, in words."""
    from authlib.common.errors import AuthlibBaseError  # slow import
    from joserfc.errors import JoseError  # slow import
    from requests import ConnectionError as NoConnection  # slow import
    from requests import RequestException, Timeout

    try:
        yield
    except (NoConnection, Timeout) as error:
        raise ProviderDown(
            f"{provider.issuer} does not answer.", "Try again in a while; it is not this server that is down."
        ) from error
    except JoseError as error:
        raise ProviderTrouble(
            f"What the provider said of you is not to be believed: {error}.",
            "Sign in again. If it stays, tell an administrator.",
        ) from error
    except AuthlibBaseError as error:
        raise ProviderTrouble(
            f"The provider refused: {error.error}.", "Sign in again. If it stays, tell an administrator."
        ) from error
    except (RequestException, LookupError, TypeError, ValueError) as error:
        raise ProviderTrouble(
            f"{provider.issuer} answered what cannot be understood.",
            "An administrator should check `sso` in quarterdeck.yaml.",
        ) from error
