"""Which application of the site keeps decisions and promises?"""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "quarterdeck.process.decisions"
    label = "decisions"
    default_auto_field = "django.db.models.BigAutoField"
