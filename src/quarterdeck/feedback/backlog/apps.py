"""Which application of the site keeps recommendations, insights briefs and what customers were told?"""

from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class BacklogConfig(AppConfig):
    name = "quarterdeck.feedback.backlog"
    label = "backlog"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """The records stand in several files, and a folder's own file is empty, as everywhere."""
        super().import_models()
        folder = import_module(f"{self.name}.models")
        for file in iter_modules(folder.__path__):
            import_module(f"{folder.__name__}.{file.name}")
