"""Which application of the site keeps what people decide about quotes?"""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "quarterdeck.feedback.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
