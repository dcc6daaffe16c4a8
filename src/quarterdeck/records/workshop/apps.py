"""Which Django application keeps the drafts, objections and signatures of definitions?"""

from django.apps import AppConfig


class WorkshopConfig(AppConfig):
    name = "quarterdeck.records.workshop"
    label = "workshop"
    default_auto_field = "django.db.models.BigAutoField"
