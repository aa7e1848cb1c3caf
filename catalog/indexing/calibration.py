"""Measure which similarity is a match in one index, with its own vectors and its shop's words.

The cosines of a dual encoder lie in a narrow range that differs by model and by shop. So we search
for the shop's own titles, colours and kinds, which have a right answer: other prompts must reach
the same similarity. An encoder also finds some image for any text. So we compare prompts for
clothing with prompts for other things: the direction between their means separates the two.

`VectorIndex.calibration` gets `count` (number of embeddings), `weak` and `strong` (least cosine of
a weak or strong match between text and image), `photo_weak` and `photo_strong` (the same between
two photos), `axis` and `axis_least`. The axis is float16 (d,) in base64: a text is about clothing
if the dot product of its vector with the axis is at least `axis_least`.
"""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from itertools import cycle
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.models import Category, IndexEntry, VectorIndex
from core.ml.batching import get_batcher
from core.ml.colours import BASIC_COLOURS
from core.ml.encoder import Embeddings
from core.tenancy import all_shops

SAMPLE_SIZE = 1_000
PROMPTED = 200  # images of the sample that we search for
PASS_SIZE = 32
# Shares of the prompts for the shop's own images that may have no match, and no strong match.
NO_MATCH, NOT_STRONG = 0.02, 0.25
# Few pairs of a shop's photos show the same kind in the same colour.
PHOTO_QUANTILES = (0.90, 0.98)  # weak, strong
# An index is calibrated again after it has grown or shrunk by a quarter.
MAX_GROWTH = 0.25
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


def calibrate_indexes(index_ids: Collection[UUID]) -> None:
    """Calibrate those indexes that have no calibration, or have grown or shrunk much since."""
    with all_shops():
        for index in VectorIndex.objects.filter(pk__in=index_ids):
            count = IndexEntry.objects.filter(index=index).embedded().count()
            measured = index.calibration["count"] if index.is_calibrated else 0
            if count and abs(count - measured) > MAX_GROWTH * measured:
                calibrate(index, count=count)


def calibrate(index: VectorIndex, *, count: int) -> None:
    """Calibrate an index with `count` embeddings; needs the encoder."""
    vectors, sold = _sample(index)
    clothing = _encode(index.encoder, make_clothing_prompts())
    axis, least = _measure_axis(clothing, _encode(index.encoder, list(FOREIGN)))
    # For each kind of prompt, the best similarity of each prompt that the encoder understands.
    best = [
        (texts @ vectors.T).max(axis=1)
        for texts in _encode_understood(index.encoder, sold, axis, least) or [clothing]
    ]
    photo_weak, photo_strong = np.quantile(_compare_pairs(vectors), PHOTO_QUANTILES)
    index.calibration = {
        "count": count,
        # Titles are longer than other prompts and reach other cosines: the lowest kind counts.
        "weak": min(float(np.quantile(kind, NO_MATCH)) for kind in best),
        "strong": float(np.quantile(np.concatenate(best), NOT_STRONG)),
        "photo_weak": float(photo_weak),
        "photo_strong": float(photo_strong),
        "axis": base64.b64encode(axis.tobytes()).decode(),
        "axis_least": least,
    }
    index.save(update_fields=["calibration"])


def _sample(index: VectorIndex) -> tuple[NDArray[np.float32], list[SoldItem]]:
    """Return the vectors (n, d) of random images, and the facts of some of them."""
    entries = IndexEntry.objects.filter(index=index).embedded().order_by("?")
    fields = ("embedding", "image__name", "image__colour", "image__category__name")
    rows = list(entries.values_list(*fields)[:SAMPLE_SIZE])
    vectors = np.frombuffer(b"".join(row[0] for row in rows), np.float16).reshape(len(rows), -1)
    sold = [
        SoldItem(name=name, colour=colour, category=category or "")
        for _, name, colour, category in rows[:PROMPTED]
    ]
    return vectors.astype(np.float32), sold


def _measure_axis(clothing: Embeddings, foreign: Embeddings) -> tuple[NDArray[np.float16], float]:
    """Return the direction from foreign texts to clothing, and the midpoint between their means."""
    axis = (clothing.mean(axis=0) - foreign.mean(axis=0)).astype(np.float16)
    middle = (clothing @ axis).mean() / 2 + (foreign @ axis).mean() / 2
    return axis, float(middle)


def _encode_understood(
    encoder: str, sold: list[SoldItem], axis: NDArray[np.float16], least: float
) -> list[Embeddings]:
    """Encode each kind of prompt for the images; drop texts that the encoder takes for foreign.

    These are numbers and words of other languages.
    """
    kinds = (_encode(encoder, prompts) for prompts in make_sold_prompts(sold))
    clear = (texts[texts @ axis >= least] for texts in kinds)
    return [texts for texts in clear if len(texts)]


def _compare_pairs(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the similarities (n (n - 1) / 2,) of all pairs; 1 for a single image."""
    if len(vectors) == 1:
        return np.ones(1, np.float32)
    pairs: NDArray[np.float32] = (vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)]
    return pairs


def _encode(encoder: str, texts: list[str]) -> Embeddings:
    """Encode in small passes, so that a shopper's prompt does not wait for all of them."""
    batcher = get_batcher(encoder)
    parts = [texts[start : start + PASS_SIZE] for start in range(0, len(texts), PASS_SIZE)]
    return np.concatenate([batcher.encode_texts(part) for part in parts])


def make_clothing_prompts() -> list[str]:
    """Return the basic colours, the default kinds, and each kind with a colour."""
    rows = Category.objects.filter(shop=None).order_by("name")
    with all_shops():
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
