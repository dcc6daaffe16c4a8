"""What does a web server call for each request?"""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarterdeck.site.settings")

application = get_wsgi_application()
# Loaded before the workers part, so that the first request waits for no import.
get_resolver().url_patterns  # noqa: B018
