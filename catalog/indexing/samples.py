"""A random sample of a shop's images: their vectors in one or more indexes, and what is known."""

from typing import Any

import numpy as np
from django.db.models import Exists, F, OuterRef

from catalog.indexing.garment_vectors import PhotoVectors, join_vectors, read_garments
from catalog.indexing.indexes import decode_embedding
from catalog.indexing.prompts import SoldItem
from catalog.models import IndexEntry, VectorIndex
from catalog.vocabulary.kinship import find_known_kinds

SAMPLE_SIZE = 1_000


def read_sample(*indexes: VectorIndex) -> tuple[list[PhotoVectors], list[SoldItem]]:
    """Return images that are embedded in every index: their vectors in each, and their facts."""
    first, *others = indexes
    entries = IndexEntry.objects.filter(index=first).embedded().order_by("?")
    for other in others:
        own = IndexEntry.objects.filter(index=other, image=OuterRef("image")).embedded()
        entries = entries.filter(Exists(own))
    rows = list(
        entries.annotate(
            name=F("image__name"),
            colour=F("image__colour"),
            category=F("image__category__name"),
            image_version=F("image__version"),
            seen_version=F("image__facts__image_version"),
            seen_garments=F("image__facts__garments"),
        ).values()[:SAMPLE_SIZE]
    )
    embeddings = [{row["image_id"]: row["embedding"] for row in rows}]
    for other in others:
        own = IndexEntry.objects.filter(index=other, image_id__in=embeddings[0]).embedded()
        embeddings.append(dict(own.values_list("image_id", "embedding")))
    # An image may have been deleted between two queries.
    rows = [row for row in rows if all(row["image_id"] in known for known in embeddings)]
    image_ids = [row["image_id"] for row in rows]
    vectors = [
        _join(index, image_ids, known) for index, known in zip(indexes, embeddings, strict=True)
    ]
    return vectors, [_describe(row) for row in rows]


def _join(index: VectorIndex, image_ids: list[Any], embeddings: dict[Any, bytes]) -> PhotoVectors:
    if not image_ids:
        return join_vectors(np.empty((0, 0), np.float32))
    whole = np.stack([decode_embedding(embeddings[pk]) for pk in image_ids])
    garments = read_garments(index, image_ids)
    none = np.empty((0, whole.shape[1]), np.float32)
    return join_vectors(whole, [garments.get(pk, none) for pk in image_ids] if garments else [])


def _describe(row: dict[str, Any]) -> SoldItem:
    category = row["category"] or ""
    is_current = row["seen_version"] == row["image_version"]
    kinds = find_known_kinds(
        category=category,
        name=row["name"],
        garments=row["seen_garments"] if is_current else (),
    )
    return SoldItem(row["name"], row["colour"], category, kinds)
