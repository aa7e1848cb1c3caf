"""The stylist without a language model: it understands by rules, looks things up, and says why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from stylist.chat.rules.answers.advice import advise_colours, care, compare
from stylist.chat.rules.answers.context import Asked
from stylist.chat.rules.answers.details import tell_details
from stylist.chat.rules.answers.matches import match
from stylist.chat.rules.answers.outfits import dress
from stylist.chat.rules.answers.search import find
from stylist.chat.rules.answers.smalltalk import accept_thanks, ask_back, greet, help_out, refuse
from stylist.chat.rules.answers.wardrobe import tell_wardrobe
from stylist.chat.rules.interpretation import understand
from stylist.chat.shared.intent import Asks
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.phrasing import Voice
from stylist.chat.shared.pieces import Done, Piece
from stylist.chat.shared.profile import Profile
from stylist.chat.shared.redaction import redact
from stylist.chat.shared.tools import Tools
from stylist.chat.shared.transcript import Answer
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
