"""What similarity means in one index: measured on its own vectors against usual prompts.

Cosines of a dual encoder lie in a narrow band that differs by model and by shop. Prompts for
every colour and kind of garment are compared with a sample of the shop's images, and these with
each other: most such pairs do not belong together, so a similarity that few reach is a match.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.models import Category, IndexEntry, VectorIndex
from core.ml.batching import get_batcher
from core.ml.colours import BASIC_COLOURS
from core.ml.encoder import Embeddings
from tenants.scope import all_shops

SAMPLE = 1_000
PASS_SIZE = 32
# One image in fourteen has the right colour and about one in twenty the right kind: above
# the 90th percentile at least one of the two fits, above the 98th as a rule both do.
QUANTILES = (0.90, 0.98)  # weak, strong
# Measured again once the index has grown or shrunk by a quarter.
GROWTH = 0.25


def calibrate_indexes(index_ids: Collection[UUID]) -> None:
    """Measure those of the indexes that were never measured or have changed much since."""
    with all_shops():
        for index in VectorIndex.objects.filter(pk__in=index_ids):
            count = IndexEntry.objects.filter(index=index).embedded().count()
            # Measured before photos were, or never: measured now.
            measured = index.calibration.get("count", 0) if is_measured(index) else 0
            if count and abs(count - measured) > GROWTH * measured:
                calibrate(index, count=count)


def is_measured(index: VectorIndex) -> bool:
    """Return whether the index knows what similarity means, for texts and for photos."""
    return "photo_strong" in index.calibration


def calibrate(index: VectorIndex, *, count: int) -> None:
    """Measure and store the thresholds of an index with `count` embeddings; needs the encoder."""
    entries = IndexEntry.objects.filter(index=index).embedded().order_by("?")
    rows = list(entries.values_list("embedding", flat=True)[:SAMPLE])
    vectors = np.frombuffer(b"".join(rows), np.float16).reshape(len(rows), -1)
    prompts = _encode(index.encoder, _usual_prompts())
    similarities: NDArray[np.float32] = vectors.astype(np.float32) @ prompts.T
    weak, strong = np.quantile(similarities, QUANTILES)
    photo_weak, photo_strong = np.quantile(_among_themselves(vectors.astype(np.float32)), QUANTILES)
    index.calibration = {
        "count": count,
        "weak": float(weak),
        "strong": float(strong),
        "photo_weak": float(photo_weak),
        "photo_strong": float(photo_strong),
    }
    index.save(update_fields=["calibration"])


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


def _usual_prompts() -> list[str]:
    kinds = Category.objects.filter(shop=None).order_by("name").values_list("name", flat=True)
    pairs = [f"{colour} {kind}".lower() for colour, kind in product(BASIC_COLOURS, kinds)]
    return [*BASIC_COLOURS, *pairs]
