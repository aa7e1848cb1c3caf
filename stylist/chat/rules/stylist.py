"""The stylist without a language model: rules understand a message and answer it."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from stylist.chat.rules.answers.advice import advise_care, advise_colours
from stylist.chat.rules.answers.context import Part, QuestionContext
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
from stylist.chat.shared.answer import Answer, EndPiece, Piece, TextPiece
from stylist.chat.shared.intent import IntentKind
from stylist.chat.shared.question import Question
from stylist.chat.shared.redaction import redact
from stylist.chat.shared.tools import Tools

ANSWERS: Mapping[IntentKind, Callable[[QuestionContext], Iterator[Part]]] = MappingProxyType(
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


def answer_by_rules(question: Question, tools: Tools) -> Iterator[Piece]:
    """Yield the answer in pieces, the last an `EndPiece`; the first comes before any tool call."""
    text, memory = redact(question.text), question.memory
    intent = understand(text, memory, taxonomy=question.taxonomy)
    answer = Answer(memory.with_message("shopper", text))
    for part in ANSWERS[intent.kind](QuestionContext(question, intent, tools)):
        piece = TextPiece(part) if isinstance(part, str) else part
        answer.add(piece)
        yield piece
    # Follow-ups change the last intent of these kinds, whatever small talk comes between.
    followed = intent if intent.kind in FOLLOWED_KINDS else memory.intent
    yield EndPiece(answer.build_memory(intent=followed), spoken_by="rules")
