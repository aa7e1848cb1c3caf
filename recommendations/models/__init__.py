"""What was asked and answered, what shoppers did with it, and what the shop wants of it."""

from recommendations.models.asked import Prompt
from recommendations.models.events import Event
from recommendations.models.steering import Experiment, RankingSettings, Rule
from recommendations.models.taste import Preferences

__all__ = ["Event", "Experiment", "Preferences", "Prompt", "RankingSettings", "Rule"]
