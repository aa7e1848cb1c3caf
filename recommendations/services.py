"""Recommend products, and compare two images: the public functions of this package."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.http import Http404

from catalog.indexing.indexes import get_live_index, load_live_index, select_live_index
from catalog.models import Image, VectorIndex
from catalog.search.public_images import read_embeddings
from core.postgres.trips import run_together
from recommendations.answers.answer import Recommendation, find_answer, record_answer
from recommendations.answers.context import Stopwatch
from recommendations.answers.facets import count_answer
from recommendations.answers.results import Result
from recommendations.demand.relations import find_related
from recommendations.models import Prompt
from recommendations.query import ImageNotIndexed, Query, find_thresholds
from recommendations.ranking.match import Match
from recommendations.steering.weights import Steering, load_steering, select_steering
from tenants.models import Shop

__all__ = ["Recommendation", "Result", "recommend"]


def recommend(
    *, shop: Shop, query: Query, source: Prompt.Source = Prompt.Source.SEARCH
) -> Recommendation:
    """Return the shop's images that fit a query best, and record the answer.

    Raises `NothingWanted`, `ImageNotIndexed`, `EncoderUnavailable` for an encoder that is not
    configured, `EncoderBusy` when no worker encodes the query in time, and `UnknownPage`.
    """
    watch = Stopwatch()
    with watch.measure("total"):
        index, steering = _read_settings(shop)
        context, direction, found = find_answer(
            shop=shop, index=index, query=query, watch=watch, steering=steering
        )
        counts = count_answer(context, direction) if query.counted else None
        related = find_related(query.words) if query.with_related else None
    answer = record_answer(context, found, source=source, feed=query.cursor)
    return replace(answer, facets=counts, related=related)


def _read_settings(shop: Shop) -> tuple[VectorIndex, Steering]:
    """Return the live index and the steering, in one round trip if the shop has no rules."""
    index, steering = run_together(select_live_index(shop.pk), select_steering(shop))
    return load_live_index(shop.pk, index), load_steering(shop, steering)


@dataclass(frozen=True, slots=True)
class ImageComparison:
    """How similar two images are: the cosine, the match it stands for, and the shared facets.

    `shared`: whether both have the same category, colour and pattern; None where one of them has
    no value.
    """

    similarity: float
    match: Match | None
    shared: dict[str, bool | None]


def compare_images(*, shop: Shop, first: UUID, second: UUID) -> ImageComparison:
    """Compare two images; raises `Http404` and `ImageNotIndexed`."""
    images = Image.objects.live().select_related("category").in_bulk((first, second))
    if not {first, second} <= images.keys():
        raise Http404
    index = get_live_index(shop.pk)
    vectors = read_embeddings(index, [first, second])
    if missing := [pk for pk in (first, second) if pk not in vectors]:
        raise ImageNotIndexed(missing)
    similarity = float(vectors[first] @ vectors[second])
    thresholds = find_thresholds(index.calibration, text=None, by_text=0.0)
    one, other = _read_facets(images[first]), _read_facets(images[second])
    shared = {name: one[name] == other[name] if one[name] and other[name] else None for name in one}
    return ImageComparison(
        round(similarity, 4), thresholds.judge(similarity) if thresholds else None, shared
    )


def _read_facets(image: Image) -> dict[str, str]:
    return {
        "category": image.category.name.lower() if image.category else "",
        "colour": image.colour.lower(),
        "pattern": str(image.attributes.get("pattern", "")).lower(),
    }
