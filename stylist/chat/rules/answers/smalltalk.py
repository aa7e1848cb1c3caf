"""Answers that look nothing up: greetings, thanks, help, refusals, and honest incomprehension."""

from collections.abc import Iterator

from stylist.chat.rules.answers.context import Asked
from stylist.chat.shared.pieces import Piece, Words
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


def greet(asked: Asked) -> Iterator[Piece]:
    """Greet, and say what can be asked."""
    yield Words(asked.voice.choose("Hello! ", "Hi there! ", "Good to see you! ") + CAN)


def accept_thanks(asked: Asked) -> Iterator[Piece]:
    """Answer thanks."""
    yield Words(asked.voice.choose(
        "You are welcome. Just ask if there is more.", "Gladly. Have fun wearing it.",
        "My pleasure. I am here when you need me.",
    ))  # fmt: skip


def help_out(asked: Asked) -> Iterator[Piece]:
    """Say what can be asked, with examples."""
    yield Words(f"I am this shop's stylist, a program and not a person. {CAN}")
    yield Words(
        " Try “red dress under 80”, “what goes with my blue jeans?”, “an outfit for a wedding in "
        "summer” or “how do I wash wool?”."
    )


def refuse(asked: Asked) -> Iterator[Piece]:
    """Refuse what is outside fashion and this shop, and offer what is not."""
    yield Words(asked.voice.choose(*REFUSALS[asked.wish.topic]) + CAN)


def ask_back(asked: Asked) -> Iterator[Piece]:
    """Say honestly that it was not understood."""
    missed = asked.wish.missed
    if missed:
        yield Words(f"I do not know {list_names([f'“{word}”' for word in missed[:3]])}. ")
    yield Words(asked.voice.choose(
        "I am not sure what you would like. ", "I did not quite understand that. ",
    ) + "Tell me a garment, a colour or an occasion, such as “a blue shirt for work”.")  # fmt: skip
