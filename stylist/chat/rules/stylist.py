"""The stylist without a language model: rules understand a message and answer it."""

from collections.abc import Callable, Iterator, Mapping

from core.redaction import redact
from stylist.chat.rules.answers.advice import advise_care, advise_colours
from stylist.chat.rules.answers.context import Part, QuestionContext
from stylist.chat.rules.answers.garments import compare_items, describe_items, describe_wardrobe
from stylist.chat.rules.answers.outfits import find_matches, suggest_outfits
from stylist.chat.rules.answers.search import find_items
from stylist.chat.rules.follow_ups import FOLLOWED_KINDS
from stylist.chat.rules.interpretation import understand
from stylist.chat.shared.answer import Answer, EndPiece, Piece, TextPiece
from stylist.chat.shared.intent import IntentKind
from stylist.chat.shared.question import Question
from stylist.chat.shared.tools import Tools
from stylist.outfits.colour_phrases import list_names

CAN = (
    "I can find things in this shop, say what goes with what you own, put outfits together for an "
    "occasion, and advise on colours and care."
)
REFUSALS = {
    "service": (
        "Orders, delivery, returns and payment are for the shop's customer service; I know only "
        "its clothes. ",
    ),
    "private": (
        "I can speak only about this shop's clothes and your own wardrobe, nobody else's, and not "
        "about how I am set up. ",
    ),
    "outside": (
        "That is outside what I know: I am here for clothes. ",
        "I would rather not guess about that; clothes are what I know. ",
    ),
}


def _greet(context: QuestionContext) -> Iterator[Part]:
    yield context.choose("Hello! ", "Hi there! ", "Good to see you! ") + CAN


def _accept_thanks(context: QuestionContext) -> Iterator[Part]:
    yield context.choose(
        "You are welcome. Just ask if there is more.",
        "Gladly. Have fun wearing it.",
        "My pleasure. I am here when you need me.",
    )


def _give_help(context: QuestionContext) -> Iterator[Part]:
    yield f"I am this shop's stylist, a program and not a person. {CAN}"
    yield (
        " Try “red dress under 80”, “what goes with my blue jeans?”, “an outfit for a wedding in "
        "summer” or “how do I wash wool?”."
    )


def _refuse(context: QuestionContext) -> Iterator[Part]:
    yield context.choose(*REFUSALS[context.intent.topic]) + CAN


def _ask_for_clarification(context: QuestionContext) -> Iterator[Part]:
    if missed := context.intent.missed:
        yield f"I do not know {list_names([f'“{word}”' for word in missed[:3]])}. "
    opening = context.choose(
        "I am not sure what you would like. ", "I did not quite understand that. "
    )
    yield f"{opening}Tell me a garment, a colour or an occasion, such as “a blue shirt for work”."


ANSWERS: Mapping[IntentKind, Callable[[QuestionContext], Iterator[Part]]] = {
    IntentKind.FIND: find_items,
    IntentKind.MATCH: find_matches,
    IntentKind.OUTFIT: suggest_outfits,
    IntentKind.OCCASION: suggest_outfits,
    IntentKind.COLOUR: advise_colours,
    IntentKind.CARE: advise_care,
    IntentKind.COMPARE: compare_items,
    IntentKind.DETAILS: describe_items,
    IntentKind.WARDROBE: describe_wardrobe,
    IntentKind.GREETING: _greet,
    IntentKind.THANKS: _accept_thanks,
    IntentKind.HELP: _give_help,
    IntentKind.OFF_TOPIC: _refuse,
    IntentKind.UNCLEAR: _ask_for_clarification,
}


def answer_by_rules(question: Question, tools: Tools) -> Iterator[Piece]:
    """Yield the answer in pieces, the last an `EndPiece`; the first comes before any tool call."""
    text, memory = redact(question.text), question.memory
    intent = understand(text, memory, taxonomy=question.taxonomy, currency=question.currency)
    answer = Answer(memory.with_message("shopper", text))
    for part in ANSWERS[intent.kind](QuestionContext(question, intent, tools)):
        piece = TextPiece(part) if isinstance(part, str) else part
        answer.add(piece)
        yield piece
    # Follow-ups change the last intent of these kinds, whatever small talk comes between.
    followed = intent if intent.kind in FOLLOWED_KINDS else memory.intent
    yield EndPiece(answer.build_memory(intent=followed), spoken_by="rules")
