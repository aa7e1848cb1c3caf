"""Prompts that calibrate an index: for clothing, for other things, and for a shop's own images.

`clothing.txt` and `foreign.txt` have one prompt a line; lines that begin with "#" are remarks.
Evaluations search for other things, so that their figures hold for prompts that nobody has tried.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.words import MATERIALS, SEASONS, STYLES, Use, texts_for
from core.ml.colours import BASIC_COLOURS

Prompts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SoldItem:
    """What is known of an image that the shop sells; "" and no kinds where nothing is."""

    name: str
    colour: str
    category: str
    kinds: frozenset[str] = frozenset()


def read_prompts(path: Path) -> Prompts:
    """Return the prompts of a text file, in its order."""
    lines = path.read_text("utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@cache
def read_foreign_prompts() -> Prompts:
    """Return prompts for things that no clothing shop sells."""
    return read_prompts(Path(__file__).with_name("foreign.txt"))


@cache
def make_clothing_prompts() -> Prompts:
    """Return the prompts for clothing, and the words of the vocabulary for it.

    These are kinds, colours, colours with kinds, materials, seasons and styles.
    """
    phrases = dict.fromkeys(phrase for kind in KINDS.values() for phrase in kind.phrases)
    pairs = (f"{colour} {name}" for colour, name in zip(cycle(BASIC_COLOURS), KINDS, strict=False))
    listed = read_prompts(Path(__file__).with_name("clothing.txt"))
    habits = [
        text
        for group in (MATERIALS, SEASONS, STYLES)
        for words in group.values()
        for text in texts_for(Use.PROMPT, words)
    ]
    return tuple(dict.fromkeys((*listed, *BASIC_COLOURS, *KINDS, *phrases, *pairs, *habits)))


def make_sold_prompts(images: Collection[SoldItem]) -> list[Prompts]:
    """Return prompts that should find these images, by type: titles, "red dress", "dress".

    Types without a prompt are left out.
    """
    titles = [image.name for image in images]
    pairs = [f"{i.colour} {i.category}" for i in images if i.colour and i.category]
    categories = [image.category for image in images]
    unique = (
        tuple(dict.fromkeys(prompt.lower() for prompt in prompts if prompt))
        for prompts in (titles, pairs, categories)
    )
    return [prompts for prompts in unique if prompts]
