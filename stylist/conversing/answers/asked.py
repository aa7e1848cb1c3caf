"""All that an answer is made from."""

from __future__ import annotations

from dataclasses import dataclass

from stylist.conversing.memory import Memory
from stylist.conversing.profile import Profile
from stylist.conversing.speaking import Voice
from stylist.conversing.tools import Tools
from stylist.conversing.wish import Wish
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
