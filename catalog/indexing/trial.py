"""Compare a second index with the live one before the switch, on the shop's own words.

Both search a sample of the shop's images for the titles and the facets of these images, which have
a right answer. `VectorIndex.trial` gets `images` (of the sample), `overlap` (mean share of the
first results that both indexes have), and for `titles` and `facets` the `count` of prompts and a
figure of the `live` and the `next` index: for titles the mean reciprocal rank of the first image
with the title, for facets ("red dress") the nDCG at 10, by Järvelin & Kekäläinen (2002). All are 0
to 1. Figures of an encoder that cannot be loaded any more are null.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from catalog.indexing.calibration import encode_prompts
from catalog.indexing.garment_vectors import PhotoVectors
from catalog.indexing.prompts import SoldItem
from catalog.indexing.samples import read_sample
from catalog.models import VectorIndex
from core.ml.checkpoints import EncoderUnavailable

log = structlog.get_logger(__name__)

FIRST = 10
MAX_PROMPTS = 200  # of each type

# The images of the sample that each prompt means, by their places.
Wanted = dict[str, set[int]]
Rankings = NDArray[np.intp]  # (prompts, n): places, the best first


def run_trial(live: VectorIndex, building: VectorIndex) -> dict[str, Any] | None:
    """Return the figures of both indexes; None if no image is in both. Needs the encoders."""
    vectors, sold = read_sample(live, building)
    if not sold:
        return None
    titles, facets = find_wanted(sold)
    prompts = (*titles, *facets)
    rankings = [
        _rank(index, found, prompts) for index, found in zip((live, building), vectors, strict=True)
    ]
    return {"images": len(sold), **measure_rankings(titles, facets, *rankings)}


def find_wanted(sold: Sequence[SoldItem]) -> tuple[Wanted, Wanted]:
    """Return the prompts that are titles, and those of facets, with the images that they mean."""
    titles: defaultdict[str, set[int]] = defaultdict(set)
    facets: defaultdict[str, set[int]] = defaultdict(set)
    for place, item in enumerate(sold):
        if title := " ".join(item.name.split()).lower():
            titles[title].add(place)
        if item.category:
            facets[item.category.lower()].add(place)
            if item.colour:
                facets[f"{item.colour} {item.category}".lower()].add(place)
    return _limit(titles), _limit(facets)


def measure_rankings(
    titles: Wanted, facets: Wanted, live: Rankings | None, building: Rankings | None
) -> dict[str, Any]:
    """Return the figures of two rankings for the titles and then the facets."""
    split = len(titles)

    def compare(wanted: Wanted, rows: slice, measure: Any) -> dict[str, Any]:
        figures: dict[str, Any] = {"count": len(wanted)}
        for name, rankings in (("live", live), ("next", building)):
            figures[name] = None
            if rankings is not None and wanted:
                figures[name] = _mean(measure, rankings[rows], wanted)
        return figures

    overlap = None
    if live is not None and building is not None and len(live):
        pairs = zip(live[:, :FIRST], building[:, :FIRST], strict=True)
        overlap = _round(np.mean([len(np.intersect1d(*pair)) / len(pair[0]) for pair in pairs]))
    return {
        "overlap": overlap,
        "titles": compare(titles, slice(split), _reciprocal_rank),
        "facets": compare(facets, slice(split, None), _ndcg),
    }


def _rank(index: VectorIndex, vectors: PhotoVectors, prompts: tuple[str, ...]) -> Rankings | None:
    if not prompts:
        return None
    try:
        texts = encode_prompts(index.checkpoint, prompts)
    except EncoderUnavailable as error:
        log.warning(
            "trial_without_encoder", shop=str(index.shop_id), index=str(index.pk), error=error
        )
        return None
    ranking: Rankings = np.argsort(-vectors.score(texts), axis=1, kind="stable")
    return ranking


def _limit(wanted: dict[str, set[int]]) -> Wanted:
    return dict(list(wanted.items())[:MAX_PROMPTS])


def _mean(measure: Any, rankings: Rankings, wanted: Wanted) -> float:
    pairs = zip(rankings, wanted.values(), strict=True)
    return _round(np.mean([measure(np.isin(ranking, list(places))) for ranking, places in pairs]))


def _reciprocal_rank(is_relevant: NDArray[np.bool_]) -> float:
    return 1 / (1 + int(is_relevant.argmax()))


def _ndcg(is_relevant: NDArray[np.bool_]) -> float:
    discounts = 1 / np.log2(np.arange(2, 2 + min(FIRST, len(is_relevant))))
    ideal = discounts[: int(is_relevant.sum())].sum()
    return float(discounts[is_relevant[:FIRST]].sum() / ideal)


def _round(value: Any) -> float:
    return round(float(value), 4)
