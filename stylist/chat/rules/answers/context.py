"""All that an answer is made from."""

from dataclasses import dataclass

from stylist.chat.shared.intent import Wish
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.phrasing import Voice
from stylist.chat.shared.profile import Profile
from stylist.chat.shared.tools import Tools
from stylist.tagging.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: what it asks for, of whom, and with which tools it is answered."""

    wish: Wish
    profile: Profile
    memory: Memory
    tools: Tools
    voice: Voice
    taxonomy: Taxonomy
