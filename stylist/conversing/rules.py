"""The stylist without a language model: it understands by rules, looks things up, and says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from stylist.conversing.answers.advice import advise_colours, care, compare
from stylist.conversing.answers.asked import Asked
from stylist.conversing.answers.dressing import dress
from stylist.conversing.answers.finding import find
from stylist.conversing.answers.matching import match
from stylist.conversing.answers.owning import tell_wardrobe
from stylist.conversing.answers.smalltalk import accept_thanks, ask_back, greet, help_out, refuse
from stylist.conversing.answers.telling import tell_details
from stylist.conversing.memory import Memory
from stylist.conversing.pieces import Done, Piece
from stylist.conversing.profile import Profile
from stylist.conversing.redaction import redact
from stylist.conversing.remembering import Answer
from stylist.conversing.speaking import Voice
from stylist.conversing.tools import Tools
from stylist.conversing.understanding import understand
from stylist.conversing.wish import Asks
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy

ANSWERS: Mapping[Asks, Callable[[Asked], Iterator[Piece]]] = MappingProxyType(
    {
        Asks.FIND: find,
        Asks.MATCH: match,
        Asks.OUTFIT: dress,
        Asks.OCCASION: dress,
        Asks.COLOUR: advise_colours,
        Asks.CARE: care,
        Asks.COMPARE: compare,
        Asks.DETAILS: tell_details,
        Asks.WARDROBE: tell_wardrobe,
        Asks.GREETING: greet,
        Asks.THANKS: accept_thanks,
        Asks.HELP: help_out,
        Asks.OFF_TOPIC: refuse,
        Asks.UNCLEAR: ask_back,
    }
)
# What a wish that changes the last one may come after: small talk between them does not matter.
_KEPT = frozenset({Asks.FIND, Asks.MATCH, Asks.OUTFIT, Asks.OCCASION, Asks.WARDROBE})


@dataclass(frozen=True)
class RuleStylist:
    """A stylist by rules, for one shop and shopper, whose tools these are."""

    tools: Tools
    taxonomy: Taxonomy = DEFAULT_TAXONOMY

    def answer(
        self, text: str, *, profile: Profile, memory: Memory, message_id: str
    ) -> Iterator[Piece]:
        """Yield the answer in pieces, the last `Done`.

        The first words come before any tool is asked. The same message id gives the same words.
        """
        text = redact(text)
        wish = understand(text, memory, taxonomy=self.taxonomy)
        asked = Asked(wish, profile, memory, self.tools, Voice(message_id), self.taxonomy)
        answer = Answer(memory.heard("shopper", text))
        for piece in ANSWERS[wish.kind](asked):
            answer.add(piece)
            yield piece
        kept = wish if wish.kind in _KEPT else memory.wish
        yield Done(answer.remembered(wish=kept), spoken_by="rules")
