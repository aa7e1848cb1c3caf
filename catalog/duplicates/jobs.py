"""Hash photos that were embedded, and find the shop's other photos that are nearly the same.

Only the nearest neighbours by embedding are compared, which the vector store finds quickly in any
number of images. Embeddings are float32 (d,) with norm 1.
"""

import io
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from PIL import Image as Pillow

from catalog.duplicates.limits import LIMITS
from catalog.duplicates.pairs import NearPhoto, find_partners, store_pairs
from catalog.duplicates.perceptual_hash import compute_hash, count_differences
from catalog.indexing.indexes import decode_embedding, get_live_index
from catalog.models import Image, IndexEntry, PhotoHash, VectorIndex
from catalog.models.duplicates import PHOTO_HASHES
from catalog.search.candidates import find_nearest
from catalog.search.filters import FacetFilter
from core.jobs.runner import Overtaken, Postponed, run_waiting
from core.ml.vector_store import Vectors
from core.storage import read_file

NEIGHBOURS = 20
REPAIR_WAIT = timedelta(minutes=1)


def find_all_duplicates() -> int:
    """Hash and compare all photos that wait; return how many."""
    return run_waiting(PHOTO_HASHES, find_duplicates, size=8)


def find_duplicates(row: PhotoHash) -> dict[str, Any]:
    """Hash an image's photo and store its near-duplicates; return the fields to store."""
    image: Image | None = Image.objects.live().filter(pk=row.image_id).first()
    if image is None:
        raise Overtaken
    bits = _find_hash(row, image)
    # Stored before it is compared: of two new photos in two workers, one then finds the other.
    if not row.if_current().update(bits=bits, image_version=image.version):
        raise Overtaken
    index = get_live_index(row.shop_id)
    own = _read_embeddings(index, [image.pk]).get(image.pk)
    if own is None:
        return {"index": None}
    if not index.is_complete:
        # Without the collection, every embedding of the shop would be read for each photo.
        raise Postponed(REPAIR_WAIT)
    store_pairs(image, [] if bits is None else list(_find_near(index, image, bits, own)))
    return {"index": index}


def _find_hash(row: PhotoHash, image: Image) -> int | None:
    """Return the photo's hash; it is decoded only if no image of the shop has the same bytes."""
    if row.bits is not None and row.image_version == image.version:
        return row.bits
    same = PhotoHash.objects.filter(
        image__digest=image.digest, image_version=F("image__version"), bits__isnull=False
    )
    known: int | None = same.values_list("bits", flat=True).first()
    if known is not None:
        return known
    data = read_file(str(image.photo.name))
    with Pillow.open(io.BytesIO(data), formats=["JPEG"]) as photo:
        return compute_hash(photo)


def _find_near(index: VectorIndex, image: Image, bits: int, own: Vectors) -> Iterator[NearPhoto]:
    nearest = find_nearest(index=index, vector=own, count=NEIGHBOURS + 1, facets=FacetFilter())
    same = Image.objects.live().filter(digest=image.digest).order_by("pk")
    ids = {*nearest.ids, *same.values_list("pk", flat=True)[:NEIGHBOURS], *find_partners(image)}
    vectors = _read_embeddings(index, ids - {image.pk})
    hashes = PhotoHash.objects.filter(
        image__in=vectors, image_version=F("image__version"), bits__isnull=False
    )
    for pk, version, other in hashes.values_list("image_id", "image_version", "bits"):
        distance, similarity = count_differences(bits, other), float(own @ vectors[pk])
        if LIMITS.accept(distance, similarity):
            yield NearPhoto(pk, version, distance, similarity)


def _read_embeddings(index: VectorIndex, ids: Collection[UUID]) -> dict[UUID, Vectors]:
    """Return the embeddings of the photos that live images have now, as far as they are made."""
    entries = IndexEntry.objects.filter(
        index=index,
        image__in=ids,
        image__deleted_at=None,
        embedded_digest=F("image__digest"),
    )
    rows = entries.embedded().values_list("image_id", "embedding")
    return {pk: decode_embedding(data) for pk, data in rows}
