"""The stylist without a language model: rules understand a message and answer it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from stylist.chat.rules.answers.advice import advise_care, advise_colours
from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.rules.answers.garments import compare_items, describe_items, describe_wardrobe
from stylist.chat.rules.answers.matches import find_matches
from stylist.chat.rules.answers.outfits import suggest_outfits
from stylist.chat.rules.answers.search import find_items
from stylist.chat.rules.answers.smalltalk import (
    accept_thanks,
    ask_for_clarification,
    give_help,
    greet,
    refuse,
)
from stylist.chat.rules.follow_ups import FOLLOWED_KINDS
from stylist.chat.rules.interpretation import understand
from stylist.chat.shared.answer import Answer, EndPiece, Piece
from stylist.chat.shared.intent import IntentKind
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.phrasing import Voice
from stylist.chat.shared.profile import ShopperProfile
from stylist.chat.shared.redaction import redact
from stylist.chat.shared.tools import Tools
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy

ANSWERS: Mapping[IntentKind, Callable[[AnswerContext], Iterator[Piece]]] = MappingProxyType(
    {
        IntentKind.FIND: find_items,
        IntentKind.MATCH: find_matches,
        IntentKind.OUTFIT: suggest_outfits,
        IntentKind.OCCASION: suggest_outfits,
        IntentKind.COLOUR: advise_colours,
        IntentKind.CARE: advise_care,
        IntentKind.COMPARE: compare_items,
        IntentKind.DETAILS: describe_items,
        IntentKind.WARDROBE: describe_wardrobe,
        IntentKind.GREETING: greet,
        IntentKind.THANKS: accept_thanks,
        IntentKind.HELP: give_help,
        IntentKind.OFF_TOPIC: refuse,
        IntentKind.UNCLEAR: ask_for_clarification,
    }
)


@dataclass(frozen=True)
class RuleStylist:
    """A stylist by rules, with the tools of one shop and shopper."""

    tools: Tools
    taxonomy: Taxonomy = DEFAULT_TAXONOMY

    def answer(
        self, text: str, *, profile: ShopperProfile, memory: Memory, message_id: str
    ) -> Iterator[Piece]:
        """Yield the answer in pieces, the last an `EndPiece`.

        The first text comes before any tool call. The same message id gives the same wording.
        """
        text = redact(text)
        intent = understand(text, memory, taxonomy=self.taxonomy)
        voice = Voice(message_id)
        context = AnswerContext(intent, profile, memory, self.tools, voice, self.taxonomy)
        answer = Answer(memory.with_message("shopper", text))
        for piece in ANSWERS[intent.kind](context):
            answer.add(piece)
            yield piece
        # Follow-ups change the last intent of these kinds, whatever small talk comes between.
        followed = intent if intent.kind in FOLLOWED_KINDS else memory.intent
        yield EndPiece(answer.build_memory(intent=followed), spoken_by="rules")
