"""Prompts, events, preferences, steering and figures."""

from recommendations.models.event import Event
from recommendations.models.figures import (
    ImageFigures,
    ImagePopularity,
    PopularityState,
    PromptFigures,
    ShopFigures,
    Watermark,
)
from recommendations.models.preferences import Preferences
from recommendations.models.prompt import Prompt
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
