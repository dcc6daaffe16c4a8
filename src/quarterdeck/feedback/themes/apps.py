"""Which Django application holds the pages of themes?"""

from django.apps import AppConfig


class ThemesConfig(AppConfig):
    name = "quarterdeck.feedback.themes"
    label = "themes"
