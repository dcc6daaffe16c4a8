"""Which Django application holds the templates and files that all pages share?"""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "quarterdeck.pages"
    label = "pages"
