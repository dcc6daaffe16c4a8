"""Can letters leave this server?"""

from django.conf import settings


def can_send() -> bool:
    """Whether a mail server is configured; nothing leaves the machine otherwise."""
    return not str(settings.EMAIL_BACKEND).endswith(("console.EmailBackend", "dummy.EmailBackend"))
