"""Store pairs of near-duplicates, and find those of an image; all need the shop's scope."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from catalog.models import DuplicatePair, Image


@dataclass(frozen=True, slots=True)
class NearPhoto:
    """An image whose photo is nearly the same: in how many bits of the hash, with which cosine."""

    image_id: UUID
    version: int
    distance: int
    similarity: float


def find_partners(image: Image) -> set[UUID]:
    """Return the images that an image has pairs with."""
    pairs = DuplicatePair.objects.of(image).values_list("first_id", "second_id")
    return {pk for pair in pairs for pk in pair} - {image.pk}


def store_pairs(image: Image, near: Sequence[NearPhoto]) -> None:
    """Replace the pairs of an image; the shop's decisions on the same photos stay.

    Can run twice. Does nothing if the image is deleted or has another photo by now.
    """
    with transaction.atomic():
        images = Image.objects.live().select_for_update(no_key=True)
        if not images.filter(pk=image.pk, version=image.version).exists():
            return
        stored = DuplicatePair.objects.of(image)
        found = {photo.image_id for photo in near}
        current = {
            pair.pk
            for pair in stored.current()
            if pair.dismissed_at or ({pair.first_id, pair.second_id} & found)
        }
        stored.exclude(pk__in=current).delete()
        rows = [_make_pair(image, photo) for photo in near]
        DuplicatePair.objects.bulk_create(rows, ignore_conflicts=True)


def _make_pair(image: Image, photo: NearPhoto) -> DuplicatePair:
    first, second = sorted(((image.pk, image.version), (photo.image_id, photo.version)))
    return DuplicatePair(
        shop_id=image.shop_id,
        first_id=first[0],
        first_version=first[1],
        second_id=second[0],
        second_version=second[1],
        distance=photo.distance,
        similarity=round(photo.similarity, 4),
    )


def find_duplicates_of(image_ids: Collection[UUID]) -> set[UUID]:
    """Return the images that are near-duplicates of these; makes two queries."""
    ids = set(image_ids)
    near = Q(first__in=ids) | Q(second__in=ids)
    pairs = DuplicatePair.objects.current().filter(near)
    decided: defaultdict[bool, set[UUID]] = defaultdict(set)
    for *pair, dismissed_at in pairs.values_list("first_id", "second_id", "dismissed_at"):
        decided[dismissed_at is not None].update(pair)
    own = Image.objects.filter(pk__in=ids).exclude(digest="").values("digest")
    same = set(Image.objects.live().filter(digest__in=own).values_list("pk", flat=True))
    return (decided[False] | (same - decided[True])) - ids
