"""The vectors of the garments in photos, and the ids of an image's vectors in a collection.

In a collection, the whole photo has the image's id, and its garments have "<image id>.<number>",
the main one 0. Vectors are float32, those of a photo's garments (k, d), stored as float16 bytes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from catalog.models import GarmentVectors, VectorIndex
from core.ml.vector_store import Vectors

CHUNK = 5_000


@dataclass(frozen=True)
class PhotoVectors:
    """Vectors `rows` (m, d) of n photos; each photo's begin at `starts` (n,), the whole photo's
    first.
    """

    rows: Vectors
    starts: NDArray[np.intp]

    @property
    def whole(self) -> Vectors:
        """Return (n, d), the vectors of the whole photos."""
        return self.rows[self.starts]

    def of(self, photos: Sequence[int]) -> "PhotoVectors":
        """Return the vectors of some of the photos."""
        parts = np.split(self.rows, self.starts[1:])
        chosen = [parts[photo] for photo in photos]
        return join_vectors(np.stack([part[0] for part in chosen]), [part[1:] for part in chosen])

    def score(self, queries: Vectors) -> Vectors:
        """Return (q, n): the best similarity of any vector of a photo, as a search scores it."""
        return np.maximum.reduceat(queries @ self.rows.T, self.starts, axis=1)


def join_vectors(whole: Vectors, garments: Sequence[Vectors] = ()) -> PhotoVectors:
    """Return the vectors of whole photos (n, d), with those of each photo's garments (k, d)."""
    if not garments:
        return PhotoVectors(whole, np.arange(len(whole)))
    parts = [np.vstack([photo[None], found]) for photo, found in zip(whole, garments, strict=True)]
    lengths = [len(part) for part in parts]
    return PhotoVectors(np.concatenate(parts), np.cumsum([0, *lengths[:-1]]))


def make_vector_ids(image_id: UUID | str, garments: int) -> list[str]:
    """Return the ids of the vectors of an image with that many garments."""
    return [str(image_id), *(f"{image_id}.{number}" for number in range(garments))]


def find_image_id(vector_id: str) -> str:
    """Return the id of the image that a vector is of."""
    return vector_id.partition(".")[0]


def decode_garments(data: bytes | memoryview, count: int) -> Vectors:
    """Return the embeddings of a row of `GarmentVectors`, float16 bytes, as float32 (k, d)."""
    return np.frombuffer(data, np.float16).reshape(count, -1).astype(np.float32)


def read_garments(index: VectorIndex, image_ids: Collection[UUID]) -> dict[UUID, Vectors]:
    """Return the vectors (k, d) of the garments in the images' current photos.

    Makes no query while no photo of the index has garments.
    """
    if not index.max_garments or not image_ids:
        return {}
    rows = GarmentVectors.objects.of(index).current().filter(image_id__in=image_ids)
    return {
        pk: decode_garments(data, count)
        for pk, data, count in rows.values_list("image_id", "embeddings", "count")
    }


def join_garments(
    image_ids: Sequence[UUID], vectors: Vectors, garments: Mapping[UUID, Vectors]
) -> tuple[list[str], Vectors]:
    """Return the ids and the vectors of photos (n, d) and of the garments in them."""
    parts = [
        np.concatenate((vector[None], garments[pk])) if pk in garments else vector[None]
        for pk, vector in zip(image_ids, vectors, strict=True)
    ]
    ids = [
        vector_id
        for pk, part in zip(image_ids, parts, strict=True)
        for vector_id in make_vector_ids(pk, len(part) - 1)
    ]
    return ids, np.concatenate(parts)


def read_vector_ids(index: VectorIndex, entries: Any) -> set[str]:
    """Return the ids that the vectors of these entries have in a collection, in one query."""
    rows = entries.values_list("image_id", flat=True)
    if not index.max_garments:
        return {str(pk) for pk in rows.iterator(chunk_size=CHUNK)}
    found = GarmentVectors.objects.of(index).filter(
        image=OuterRef("image"), image_version=OuterRef("image__version")
    )
    counts = entries.annotate(garments=Coalesce(Subquery(found.values("count")), 0))
    rows = counts.values_list("image_id", "garments").iterator(chunk_size=CHUNK)
    return {vector_id for pk, count in rows for vector_id in make_vector_ids(pk, count)}
