"""Prompts, events, preferences, steering and figures."""

from recommendations.models.feedback import Event, Preferences, Prompt
from recommendations.models.figures import (
    ImageFigures,
    ImagePopularity,
    PopularityState,
    PromptFigures,
    ShopFigures,
    Watermark,
)
from recommendations.models.steering import Experiment, RankingSettings, Rule

__all__ = [
    "Event",
    "Experiment",
    "ImageFigures",
    "ImagePopularity",
    "PopularityState",
    "Preferences",
    "Prompt",
    "PromptFigures",
    "RankingSettings",
    "Rule",
    "ShopFigures",
    "Watermark",
]
