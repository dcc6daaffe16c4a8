"""Who may do what?"""

from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """What a door asks for; each permission has a sentence that says what it opens."""

    READ = "read"
    CONTRIBUTE = "contribute"
    EDIT = "edit"
    ADMINISTER = "administer"


class Role(StrEnum):
    """What a person is here; a later role may do all that an earlier one may."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    ADMIN = "admin"


OPENS: Final = {
    Permission.READ: "read every page",
    Permission.CONTRIBUTE: "comment, annotate, draft, ask and answer",
    Permission.EDIT: "import facts, promote definitions, publish the brief",
    Permission.ADMINISTER: "invite people, give roles, run jobs",
}

GIVES: Final = {
    Role.VIEWER: frozenset({Permission.READ}),
    Role.CONTRIBUTOR: frozenset({Permission.READ, Permission.CONTRIBUTE}),
    Role.EDITOR: frozenset({Permission.READ, Permission.CONTRIBUTE, Permission.EDIT}),
    Role.ADMIN: frozenset(Permission),
}


def least_role(permission: Permission) -> Role:
    """The first role that gives a permission, for the message that names it."""
    return next(role for role in Role if permission in GIVES[role])
