"""What similarity means in one index: measured on its own vectors and its shop's own words.

Cosines of a dual encoder lie in a narrow band that differs by model and by shop. So the shop's
titles, colours and kinds are asked for, which have an answer: how near the best image then is, is
what a prompt for something else has to reach as well. And since an encoder brings any text near to
something, prompts for clothing and for quite other things tell which way from these to those is.

`VectorIndex.calibration` then holds `count` (the embeddings there were), `weak` and `strong` (the
cosines between a text and an image from which on they match), `photo_weak` and `photo_strong` (the
same between two photos), `axis` and `axis_least`. The axis is float16 (d,) in base64: the dot
product of a text's vector with it is at least `axis_least` when the text speaks of clothing.
"""

import base64
from collections.abc import Collection
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.indexing.calibration_prompts import FOREIGN, Sold, clothing_prompts, prompts_for_sold
from catalog.models import IndexEntry, VectorIndex
from core.ml.batching import get_batcher
from core.ml.encoder import Embeddings
from core.tenancy import all_shops

SAMPLE = 1_000
ASKED_FOR = 200  # images of the sample
PASS_SIZE = 32
# Of the prompts for what is sold, so many may find no match, and no strong one.
NO_MATCH, NOT_STRONG = 0.02, 0.25
# Few pairs of a shop's photos show the same kind in the same colour.
PHOTO_QUANTILES = (0.90, 0.98)  # weak, strong
# Measured again once the index has grown or shrunk by a quarter.
GROWTH = 0.25


def calibrate_indexes(index_ids: Collection[UUID]) -> None:
    """Measure those of the indexes that were never measured or have changed much since."""
    with all_shops():
        for index in VectorIndex.objects.filter(pk__in=index_ids):
            count = IndexEntry.objects.filter(index=index).embedded().count()
            measured = index.calibration["count"] if index.is_calibrated else 0
            if count and abs(count - measured) > GROWTH * measured:
                calibrate(index, count=count)


def calibrate(index: VectorIndex, *, count: int) -> None:
    """Measure and store what matches in an index with `count` embeddings; needs the encoder."""
    vectors, sold = _sample(index)
    clothing = _encode(index.encoder, clothing_prompts())
    axis, least = _axis(clothing, _encode(index.encoder, list(FOREIGN)))
    # The best similarity of each prompt that the encoder understands, by way of asking.
    best = [
        (texts @ vectors.T).max(axis=1)
        for texts in _understood(index.encoder, sold, axis, least) or [clothing]
    ]
    photo_weak, photo_strong = np.quantile(_among_themselves(vectors), PHOTO_QUANTILES)
    index.calibration = {
        "count": count,
        # Titles are longer than what shoppers type, and reach more or less: each way by itself.
        "weak": min(float(np.quantile(way, NO_MATCH)) for way in best),
        "strong": float(np.quantile(np.concatenate(best), NOT_STRONG)),
        "photo_weak": float(photo_weak),
        "photo_strong": float(photo_strong),
        "axis": base64.b64encode(axis.tobytes()).decode(),
        "axis_least": least,
    }
    index.save(update_fields=["calibration"])


def _sample(index: VectorIndex) -> tuple[NDArray[np.float32], list[Sold]]:
    """Return the vectors (n, d) of images drawn by lot, and what is said of some of them."""
    entries = IndexEntry.objects.filter(index=index).embedded().order_by("?")
    fields = ("embedding", "image__name", "image__colour", "image__category__name")
    rows = list(entries.values_list(*fields)[:SAMPLE])
    vectors = np.frombuffer(b"".join(row[0] for row in rows), np.float16).reshape(len(rows), -1)
    sold = [
        Sold(name=name, colour=colour, category=category or "")
        for _, name, colour, category in rows[:ASKED_FOR]
    ]
    return vectors.astype(np.float32), sold


def _axis(clothing: Embeddings, foreign: Embeddings) -> tuple[NDArray[np.float16], float]:
    """Return the way from foreign texts to clothing, and the middle between them on it."""
    axis = (clothing.mean(axis=0) - foreign.mean(axis=0)).astype(np.float16)
    middle = (clothing @ axis).mean() / 2 + (foreign @ axis).mean() / 2
    return axis, float(middle)


def _understood(
    encoder: str, sold: list[Sold], axis: NDArray[np.float16], least: float
) -> list[Embeddings]:
    """Encode what finds the images, by way of asking; numbers and other languages are left out."""
    ways = (_encode(encoder, prompts) for prompts in prompts_for_sold(sold))
    clear = (texts[texts @ axis >= least] for texts in ways)
    return [texts for texts in clear if len(texts)]


def _among_themselves(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the similarities of all pairs; of a single image, 1."""
    if len(vectors) == 1:
        return np.ones(1, np.float32)
    pairs: NDArray[np.float32] = (vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)]
    return pairs


def _encode(encoder: str, texts: list[str]) -> Embeddings:
    """Encode in small passes, so that a shopper's prompt never waits for all of them."""
    batcher = get_batcher(encoder)
    parts = [texts[start : start + PASS_SIZE] for start in range(0, len(texts), PASS_SIZE)]
    return np.concatenate([batcher.encode_texts(part) for part in parts])
