"""Which Django application keeps what people write and decide here?"""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "quarterdeck.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
