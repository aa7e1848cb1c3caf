"""All that an answer is made from."""

from dataclasses import dataclass

from stylist.chat.shared.intent import Intent
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.phrasing import Voice
from stylist.chat.shared.profile import ShopperProfile
from stylist.chat.shared.tools import Tools
from stylist.tagging.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """One question: what it asks for, of whom, and with which tools it is answered."""

    intent: Intent
    profile: ShopperProfile
    memory: Memory
    tools: Tools
    voice: Voice
    taxonomy: Taxonomy
