"""Two images of the catalogue side by side."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from catalog.indexing.indexes import live_index
from catalog.models import Image
from recommendations.query.queries import ImageNotIndexed
from recommendations.ranking.candidate_pool import embeddings_of
from recommendations.ranking.match import Match, thresholds_for
from tenants.models import Shop


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two images are: the cosine, what it means, and which facets they share.

    `shared` says of category, colour and pattern whether both have the same; None where one of
    them does not say.
    """

    similarity: float
    match: Match | None
    shared: dict[str, bool | None]


def compare(*, shop: Shop, first: UUID, second: UUID) -> Comparison:
    """Compare two images; raises `Http404` and `ImageNotIndexed`."""
    images = {
        image.pk: image
        for image in Image.objects.live().filter(pk__in=(first, second)).select_related("category")
    }
    if not {first, second} <= images.keys():
        raise Http404
    index = live_index(shop.pk)
    vectors = embeddings_of(index, [first, second])
    if missing := [pk for pk in (first, second) if pk not in vectors]:
        raise ImageNotIndexed(missing)
    similarity = float(vectors[first] @ vectors[second])
    thresholds = thresholds_for(index.calibration, text=None, by_text=0.0)
    one, other = _features(images[first]), _features(images[second])
    shared = {name: one[name] == other[name] if one[name] and other[name] else None for name in one}
    return Comparison(
        round(similarity, 4), thresholds.judge(similarity) if thresholds else None, shared
    )


def _features(image: Image) -> dict[str, str]:
    return {
        "category": image.category.name.lower() if image.category else "",
        "colour": image.colour.lower(),
        "pattern": str(image.attributes.get("pattern", "")).lower(),
    }
