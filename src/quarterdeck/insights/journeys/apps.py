"""Which Django application holds the pages of journeys?"""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "quarterdeck.insights.journeys"
    label = "journeys"
