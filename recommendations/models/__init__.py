"""What was asked and answered, what shoppers did with it, what the shop wants, and the figures."""

from recommendations.models.asked import Prompt
from recommendations.models.events import Event
from recommendations.models.figures import (
    ImageFigures,
    ImagePopularity,
    PopularityState,
    PromptFigures,
    ShopFigures,
    Watermark,
)
from recommendations.models.steering import Experiment, RankingSettings, Rule
from recommendations.models.taste import Preferences

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
