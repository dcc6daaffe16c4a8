"""Which Django application holds the pages of metrics?"""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "quarterdeck.insights.metrics"
    label = "metrics"
