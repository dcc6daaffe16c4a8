"""Which Django application keeps the briefs that people annotate and publish?"""

from django.apps import AppConfig


class BriefConfig(AppConfig):
    name = "quarterdeck.report.brief"
    label = "brief"
    default_auto_field = "django.db.models.BigAutoField"
