"""Prompts, events, preferences, steering, synonyms, replays, figures, affinity and demand."""

from recommendations.models.affinity import AffinityState, ProductAffinity
from recommendations.models.demand import CommonPrompt, RelatedSearches, SynonymSuggestion
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
from recommendations.models.synonyms import Synonym

__all__ = [
    "AffinityState",
    "CommonPrompt",
    "Event",
    "Experiment",
    "ImageFigures",
    "ImagePopularity",
    "PopularityState",
    "Preferences",
    "ProductAffinity",
    "Prompt",
    "PromptFigures",
    "RankingSettings",
    "RelatedSearches",
    "Replay",
    "ReplayedPrompt",
    "Rule",
    "ShopFigures",
    "Synonym",
    "SynonymSuggestion",
    "Watermark",
]
