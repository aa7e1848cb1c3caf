from django.apps import AppConfig
from django.conf import settings

from core.ml.known_words import find_known_words


class RecommendationsConfig(AppConfig):
    name = "recommendations"

    def ready(self) -> None:
        """Read the encoder's words, so that no prompt waits for the disk."""
        find_known_words(settings.DEFAULT_ENCODER)
