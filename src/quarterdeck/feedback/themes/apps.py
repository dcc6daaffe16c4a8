"""Which Django application holds the pages of themes, and what people say of themes that were found?"""

from django.apps import AppConfig


class ThemesConfig(AppConfig):
    name = "quarterdeck.feedback.themes"
    label = "themes"
    default_auto_field = "django.db.models.BigAutoField"
