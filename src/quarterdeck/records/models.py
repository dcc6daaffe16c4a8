"""What do people write, decide and sign here that cannot be loaded again?

People and what lets them in; then what joins and explains all records: links, comments, the change log.
"""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from quarterdeck.records.permissions import GIVES, Permission, Role

MOST_KEY = 200


class People(BaseUserManager["Person"]):
    """Finds people by their e-mail address, however it is spelled."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who signs in. Shared pages name people by `title`, what they are, not by their name."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, default=Role.VIEWER.value)
    sees_personal = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name_plural = "people"
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_person_per_address")]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        return self.title or self.name

    def may(self, permission: Permission) -> bool:
        return self.is_active and permission in GIVES[Role(self.role)]


class Invitation(models.Model):
    """A letter that lets one person in; only a digest of its secret is kept."""

    email = models.EmailField()
    role = models.CharField(max_length=20)
    title = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    # None: by whoever runs the command on the server's own machine.
    invited_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-invited_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class SignInLink(models.Model):
    """A link that signs one person in, once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_in_links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link of {self.person}"


class OutsideAccount(models.Model):
    """The account at a sign-in provider that is this person; addresses change owners, subjects do not."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="outside_account")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    known_since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_per_outside_account")
        ]

    def __str__(self) -> str:
        return f"account of {self.person} at {self.issuer}"


class SignInAttempt(models.Model):
    """One wrong password, counted for the address it named and for where it came from."""

    subject = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "at"], name="attempts_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject} at {self.at}"


class ApiToken(models.Model):
    """A program's key, shown once; only its digest is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    begins = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.begins}…)"


class Change(models.Model):
    """Who changed what, when, from what to what. Nothing alters or deletes an entry."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="changes")
    verb = models.CharField(max_length=40)
    type = models.CharField(max_length=40)
    key = models.CharField(max_length=MOST_KEY)
    title = models.CharField(max_length=300)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["type", "key", "at"], name="changes_by_subject")]

    def __str__(self) -> str:
        return f"{self.verb} {self.type} {self.title}"


class Link(models.Model):
    """One edge of the graph, across the stores, by key: from, verb, to."""

    from_type = models.CharField(max_length=40)
    from_key = models.CharField(max_length=MOST_KEY)
    verb = models.CharField(max_length=40)
    to_type = models.CharField(max_length=40)
    to_key = models.CharField(max_length=MOST_KEY)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["from_type", "from_key", "verb", "to_type", "to_key"], name="one_link_of_a_kind"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["to_type", "to_key"], name="links_by_target")]

    def __str__(self) -> str:
        return f"{self.from_type} {self.from_key} {self.verb} {self.to_type} {self.to_key}"


class Comment(models.Model):
    """What somebody said about a thing; withdrawn comments keep their place and lose their words."""

    type = models.CharField(max_length=40)
    key = models.CharField(max_length=MOST_KEY)
    text = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="comments")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [models.Index(fields=["type", "key", "at"], name="comments_by_subject")]

    def __str__(self) -> str:
        return f"comment on {self.type} {self.key}"
