"""Answers without any look-up: greetings, thanks, help, refusals, questions back."""

from collections.abc import Iterator

from stylist.chat.rules.answers.context import Part, QuestionContext
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


def greet(context: QuestionContext) -> Iterator[Part]:
    """Greet, and explain what can be asked."""
    yield context.choose("Hello! ", "Hi there! ", "Good to see you! ") + CAN


def accept_thanks(context: QuestionContext) -> Iterator[Part]:
    """Answer thanks."""
    yield context.choose(
        "You are welcome. Just ask if there is more.",
        "Gladly. Have fun wearing it.",
        "My pleasure. I am here when you need me.",
    )


def give_help(context: QuestionContext) -> Iterator[Part]:
    """Explain what can be asked, with examples."""
    yield f"I am this shop's stylist, a program and not a person. {CAN}"
    yield (
        " Try “red dress under 80”, “what goes with my blue jeans?”, “an outfit for a wedding in "
        "summer” or “how do I wash wool?”."
    )


def refuse(context: QuestionContext) -> Iterator[Part]:
    """Refuse what is not about clothes and this shop, and explain what can be asked."""
    yield context.choose(*REFUSALS[context.intent.topic]) + CAN


def ask_for_clarification(context: QuestionContext) -> Iterator[Part]:
    """Admit that the message was not understood, and ask for a garment, colour or occasion."""
    missed = context.intent.missed
    if missed:
        yield f"I do not know {list_names([f'“{word}”' for word in missed[:3]])}. "
    opening = context.choose(
        "I am not sure what you would like. ", "I did not quite understand that. "
    )
    yield f"{opening}Tell me a garment, a colour or an occasion, such as “a blue shirt for work”."
