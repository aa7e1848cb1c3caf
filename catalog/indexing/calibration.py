"""Measure which similarity is a match in one index, with its own vectors and its shop's words.

The cosines of a dual encoder lie in a narrow range that differs by model and by shop. So we search
for the shop's own titles, colours and kinds, which have a right answer: other prompts must reach
the same similarity. An encoder also finds some image for any text. So we compare prompts for
clothing with prompts for other things (`clothing_axis`), and count which prompts find a garment of
another kind first: a strong match must be more similar than nearly all of these.

`VectorIndex.calibration` gets `method` (the version of this measurement), `count` (number of
embeddings), `weak` and `strong` (least cosine of a weak or strong match between text and image),
`photo_weak` and `photo_strong` (the same between two photos), `axis` and `axis_least`. The axis is
float16 (d,) in base64: a text is about clothing if the dot product of its vector with the axis is
at least `axis_least`.
"""

import base64
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.indexing.clothing_axis import ClothingAxis, measure_axis
from catalog.indexing.garment_vectors import PhotoVectors
from catalog.indexing.prompts import (
    Prompts,
    SoldItem,
    make_clothing_prompts,
    make_sold_prompts,
    read_foreign_prompts,
)
from catalog.indexing.samples import read_sample
from catalog.models import IndexEntry, VectorIndex
from catalog.vocabulary.kinship import contradict, find_kinds
from core.ml.batching import get_batcher
from core.ml.encoder import Embeddings
from core.tenancy import all_shops

PROMPTED = 500  # images of the sample that we search for; fewer leave the thresholds to chance
PASS_SIZE = 32
CACHED_PROMPTS = 8  # lists of prompts: those that all shops share, and those of the last shop
# Shares of the prompts for the shop's own images that may have no match, and no strong match.
NO_MATCH, NOT_STRONG = 0.01, 0.25
# Share of the prompts that may find another kind first with a strong match, as far as the
# threshold of strong matches decides; it leaves half of the shop's own prompts strong.
WRONG_KIND, ALWAYS_STRONG = 0.01, 0.5
ROUNDING = 1e-4  # search rounds similarities to four places
# Few pairs of a shop's photos show the same kind in the same colour.
PHOTO_QUANTILES = (0.90, 0.98)  # weak, strong
# An index is calibrated again after it has grown or shrunk by a quarter.
MAX_GROWTH = 0.25

Encode = Callable[[Prompts], Embeddings]


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
    (vectors,), sold = read_sample(index)
    if not sold:
        return  # the last image was just deleted
    measured = measure_calibration(vectors, sold, partial(encode_prompts, index.checkpoint))
    index.calibration = {"method": VectorIndex.CALIBRATION_METHOD, "count": count, **measured}
    index.save(update_fields=["calibration"])


def measure_calibration(
    vectors: PhotoVectors, sold: Sequence[SoldItem], encode: Encode
) -> dict[str, Any]:
    """Return the numbers and the axis of a calibration, from what is known of each photo."""
    prompts = make_sold_prompts(sold[:PROMPTED])
    texts = [encode(some) for some in prompts]
    clothing = encode(make_clothing_prompts())
    own = _name_kinds(prompts, texts, dimensions=clothing.shape[1])
    axis = measure_axis(clothing, encode(read_foreign_prompts()), own)
    # For each type of prompt, the best similarity of each prompt that the encoder understands:
    # it takes numbers and words of other languages for foreign.
    understood = [some[axis.accepts(some)] for some in texts]
    best = [
        vectors.score(some).max(axis=1)
        for some in ([some for some in understood if len(some)] or [clothing])
    ]
    every = np.concatenate(best)
    mistakes = _find_mistakes(
        [*make_clothing_prompts(), *(prompt for some in prompts for prompt in some)],
        np.concatenate((clothing, *texts)),
        axis,
        vectors,
        sold,
    )
    usual, highest = np.quantile(every, [NOT_STRONG, 1 - ALWAYS_STRONG])
    photo_weak, photo_strong = np.quantile(_compare_pairs(vectors.whole), PHOTO_QUANTILES)
    return {
        # Titles are longer than other prompts and reach other cosines: the lowest type counts.
        "weak": min(float(np.quantile(some, NO_MATCH)) for some in best),
        "strong": max(float(usual), min(mistakes, float(highest))),
        "photo_weak": float(photo_weak),
        "photo_strong": float(photo_strong),
        "axis": base64.b64encode(axis.direction.tobytes()).decode(),
        "axis_least": axis.least,
    }


def _name_kinds(
    prompts: Sequence[Prompts], texts: Sequence[Embeddings], *, dimensions: int
) -> Embeddings:
    """Return the texts (m, d) of the prompts that name a kind: these are about clothing."""
    rows = [
        text
        for some, vectors in zip(prompts, texts, strict=True)
        for prompt, text in zip(some, vectors, strict=True)
        if find_kinds(prompt)
    ]
    return np.stack(rows) if rows else np.empty((0, dimensions), np.float32)


def _find_mistakes(
    prompts: Sequence[str],
    texts: Embeddings,
    axis: ClothingAxis,
    vectors: PhotoVectors,
    sold: Sequence[SoldItem],
) -> float:
    """Return the similarity that few prompts exceed whose first image is of another kind.

    Only prompts that name a kind count, and images whose kinds are known.
    """
    rows = [row for row, known in enumerate(axis.accepts(texts)) if known]
    wanted = [find_kinds(prompts[row]) for row in rows]
    scores = vectors.score(texts[rows])
    first = scores.argmax(axis=1)
    pairs = [(kinds, sold[place].kinds) for kinds, place in zip(wanted, first, strict=True)]
    judged = [bool(kinds and known) for kinds, known in pairs]
    wrong = [contradict(kinds, known) for kinds, known in pairs]
    similarities = np.sort(scores.max(axis=1)[wrong])[::-1]
    allowed = int(WRONG_KIND * sum(judged))
    return float(similarities[allowed]) + ROUNDING if len(similarities) > allowed else -1.0


def _compare_pairs(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the similarities (n (n - 1) / 2,) of all pairs; 1 for a single image."""
    if len(vectors) == 1:
        return np.ones(1, np.float32)
    pairs: NDArray[np.float32] = (vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)]
    return pairs


@lru_cache(maxsize=CACHED_PROMPTS)
def encode_prompts(checkpoint: tuple[str, str], prompts: Prompts) -> Embeddings:
    """Encode in small passes, so that a shopper's prompt does not wait for all of them."""
    batcher = get_batcher(*checkpoint)
    parts = [prompts[start : start + PASS_SIZE] for start in range(0, len(prompts), PASS_SIZE)]
    return np.concatenate([batcher.encode_texts(part) for part in parts])
