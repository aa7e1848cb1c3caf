"""What an index is measured with: prompts for clothing, for what its shop sells, for neither."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import cycle

from catalog.models import Category
from core.ml.colours import BASIC_COLOURS

# No clothing shop sells any of these. The things that evaluations ask for are others.
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
class Sold:
    """What a shop says of an image; empty where it says nothing."""

    name: str
    colour: str
    category: str


def clothing_prompts() -> list[str]:
    """Return the basic colours, the default kinds, and each kind in some colour."""
    rows = Category.objects.filter(shop=None).order_by("name")
    kinds = [name.lower() for name in rows.values_list("name", flat=True)]
    pairs = [f"{colour} {kind}" for colour, kind in zip(cycle(BASIC_COLOURS), kinds, strict=False)]
    return [*BASIC_COLOURS, *kinds, *pairs]


def prompts_for_sold(images: Collection[Sold]) -> list[list[str]]:
    """Return what finds these images, by each way of asking: titles, "red dress", "dress".

    A way of asking that nothing is known for is left out.
    """
    titles = [image.name for image in images]
    pairs = [f"{i.colour} {i.category}" for i in images if i.colour and i.category]
    kinds = [image.category for image in images]
    ways = (
        list(dict.fromkeys(prompt.lower() for prompt in way if prompt))
        for way in (titles, pairs, kinds)
    )
    return [way for way in ways if way]
