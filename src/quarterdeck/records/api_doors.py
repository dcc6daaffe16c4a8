"""Which permission does an operation of the API ask for, and who is it that asks?"""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer

from quarterdeck.records.models import Person
from quarterdeck.records.permissions import OPENS, Permission, least_role
from quarterdeck.records.tokens import find_token, opens


class TokenDoor(HttpBearer):
    """`Authorization: Bearer qd_...`: the person behind the token, as far as its scopes go."""

    def __init__(self, permission: Permission) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        found = find_token(token)
        if found is None:
            return None
        if self.permission not in opens(found):
            raise HttpError(403, f"This token does not open '{self.permission}'.")
        return found.person


class SessionDoor(APIKeyCookie):
    """The session of somebody who signed in; writes need the CSRF token as any form does."""

    param_name = "sessionid"

    def __init__(self, permission: Permission) -> None:
        super().__init__(csrf=True)
        self.permission = permission

    def _get_key(self, request: HttpRequest) -> str | None:
        # A request without a session is nobody's, not a forged one: CSRF is asked of those who have one.
        if self.param_name not in request.COOKIES or not request.user.is_authenticated:
            return None
        return super()._get_key(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        person = request.user
        if key is None or not isinstance(person, Person):
            return None
        if not person.may(self.permission):
            role = least_role(self.permission)
            raise HttpError(403, f"Only a {role} may {OPENS[self.permission]}.")
        return person


def needs(permission: Permission) -> Sequence[Callable[[HttpRequest], Any]]:
    """The `auth` of an operation: a token or a session that has the permission."""
    return [TokenDoor(permission), SessionDoor(permission)]


def asking(request: HttpRequest) -> Person:
    """The person behind a request that passed a door."""
    person = getattr(request, "auth", None)
    if not isinstance(person, Person):
        raise TypeError("this operation has no door")
    return person
