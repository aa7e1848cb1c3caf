"""Prompts, events, preferences, steering, replays and figures."""

from recommendations.models.feedback import Event, Preferences, Prompt
from recommendations.models.figures import (
    ImageFigures,
    ImagePopularity,
    PopularityState,
    PromptFigures,
    ShopFigures,
    Watermark,
)
from recommendations.models.replays import Replay, ReplayedPrompt
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
    "Replay",
    "ReplayedPrompt",
    "Rule",
    "ShopFigures",
    "Watermark",
]
