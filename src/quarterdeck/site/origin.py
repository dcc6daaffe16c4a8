"""Where does a request come from?"""

from django.conf import settings
from django.http import HttpRequest


def origin_of(request: HttpRequest) -> str:
    """The client's address; behind a proxy (QUARTERDECK_URL begins with https) the last one it names."""
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if settings.SECURE and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
