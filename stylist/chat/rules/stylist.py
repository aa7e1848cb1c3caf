"""The stylist without a language model: it understands by rules, looks things up, and says why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from stylist.chat.rules.answers.advice import advise_colours, care, compare
from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.rules.answers.details import describe_items
from stylist.chat.rules.answers.matches import match
from stylist.chat.rules.answers.outfits import dress
from stylist.chat.rules.answers.search import find
from stylist.chat.rules.answers.smalltalk import (
    accept_thanks,
    ask_for_clarification,
    give_help,
    greet,
    refuse,
)
from stylist.chat.rules.answers.wardrobe import describe_wardrobe
from stylist.chat.rules.interpretation import understand
from stylist.chat.shared.intent import IntentKind
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.phrasing import Voice
from stylist.chat.shared.pieces import EndPiece, Piece
from stylist.chat.shared.profile import ShopperProfile
from stylist.chat.shared.redaction import redact
from stylist.chat.shared.tools import Tools
from stylist.chat.shared.transcript import Answer
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy

ANSWERS: Mapping[IntentKind, Callable[[AnswerContext], Iterator[Piece]]] = MappingProxyType(
    {
        IntentKind.FIND: find,
        IntentKind.MATCH: match,
        IntentKind.OUTFIT: dress,
        IntentKind.OCCASION: dress,
        IntentKind.COLOUR: advise_colours,
        IntentKind.CARE: care,
        IntentKind.COMPARE: compare,
        IntentKind.DETAILS: describe_items,
        IntentKind.WARDROBE: describe_wardrobe,
        IntentKind.GREETING: greet,
        IntentKind.THANKS: accept_thanks,
        IntentKind.HELP: give_help,
        IntentKind.OFF_TOPIC: refuse,
        IntentKind.UNCLEAR: ask_for_clarification,
    }
)
# What a wish that changes the last one may come after: small talk between them does not matter.
_KEPT = frozenset(
    {IntentKind.FIND, IntentKind.MATCH, IntentKind.OUTFIT, IntentKind.OCCASION, IntentKind.WARDROBE}
)


@dataclass(frozen=True)
class RuleStylist:
    """A stylist by rules, for one shop and shopper, whose tools these are."""

    tools: Tools
    taxonomy: Taxonomy = DEFAULT_TAXONOMY

    def answer(
        self, text: str, *, profile: ShopperProfile, memory: Memory, message_id: str
    ) -> Iterator[Piece]:
        """Yield the answer in pieces, the last `EndPiece`.

        The first words come before any tool is asked. The same message id gives the same words.
        """
        text = redact(text)
        intent = understand(text, memory, taxonomy=self.taxonomy)
        context = AnswerContext(
            intent, profile, memory, self.tools, Voice(message_id), self.taxonomy
        )
        answer = Answer(memory.with_message("shopper", text))
        for piece in ANSWERS[intent.kind](context):
            answer.add(piece)
            yield piece
        kept = intent if intent.kind in _KEPT else memory.intent
        yield EndPiece(answer.build_memory(intent=kept), spoken_by="rules")
