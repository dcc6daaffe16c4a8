"""Which Django application holds the pages that belong to no capability?"""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "quarterdeck.site"
    label = "site"
