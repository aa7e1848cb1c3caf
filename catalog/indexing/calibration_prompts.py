"""Prompts for calibration: for clothing, for a shop's own images, and for other things."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import cycle

from catalog.models import Category
from core.ml.colours import BASIC_COLOURS

# Things that no clothing shop sells. Evaluations search for others.
FOREIGN = (
    "bicycle", "power drill", "watering can", "laptop", "pizza", "mortgage", "electric guitar",
    "sofa", "dinner plate", "car battery", "dog food", "house plant", "printer ink", "wall paint",
    "bed frame", "headphones", "tennis racket", "novel by a swedish author", "cheese", "shampoo",
    "power bank", "coffee beans", "plumber", "train ticket", "credit card", "lamp shade",
    "kitchen sink", "ceiling fan", "wheelbarrow", "chainsaw", "drum kit", "microscope", "toaster",
    "fridge freezer", "mattress", "bookcase", "picture frame", "wall clock", "garden fence",
    "lawn seed", "motorcycle", "engine oil", "tent", "sleeping mat", "bird cage", "goldfish",
    "crossword book", "board game", "toy train", "video game console", "memory card",
    "security camera", "router", "keyboard and mouse", "projector", "candle", "wine glasses",
    "saucepan", "dish soap", "vitamins", "insurance policy", "hotel room", "language course",
    "concert tickets", "concrete blocks", "copper pipe", "light bulb", "screwdriver set", "ladder",
    "firewood",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SoldItem:
    """The facts of an image that the shop sells; "" where there is none."""

    name: str
    colour: str
    category: str


def make_clothing_prompts() -> list[str]:
    """Return the basic colours, the default kinds, and each kind with a colour."""
    rows = Category.objects.filter(shop=None).order_by("name")
    kinds = [name.lower() for name in rows.values_list("name", flat=True)]
    pairs = [f"{colour} {kind}" for colour, kind in zip(cycle(BASIC_COLOURS), kinds, strict=False)]
    return [*BASIC_COLOURS, *kinds, *pairs]


def make_sold_prompts(images: Collection[SoldItem]) -> list[list[str]]:
    """Return prompts that should find these images, by kind: titles, "red dress", "dress".

    Kinds without a prompt are left out.
    """
    titles = [image.name for image in images]
    pairs = [f"{i.colour} {i.category}" for i in images if i.colour and i.category]
    kinds = [image.category for image in images]
    unique = (
        list(dict.fromkeys(prompt.lower() for prompt in prompts if prompt))
        for prompts in (titles, pairs, kinds)
    )
    return [prompts for prompts in unique if prompts]
