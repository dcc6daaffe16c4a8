"""Which Django application does long work outside of requests?"""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "quarterdeck.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
