"""Compare a collection with Postgres: the ids, and the vectors and facets under each id.

Vectors are float32 (n, d). Postgres stores them as float16, which turns them a little.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from catalog.indexing.garment_vectors import find_image_id, read_vector_ids
from catalog.indexing.indexes import decode_embedding, lock_writing, make_copy
from catalog.models import CollectionAddress, IndexEntry, VectorIndex
from core.ml.vector_store import CALL_SIZE, StoredVectors, Vectors, get_vector_store

# Rounding to float16 leaves a cosine of more than 0.999999.
MIN_SAME_SIMILARITY = 0.9999


@dataclass(frozen=True, slots=True)
class Drift:
    """Differences of a collection from Postgres, as ids of vectors; `common` ids are in both."""

    missing: frozenset[str]
    extra: frozenset[str]
    common: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra)


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of vectors that differ from Postgres under the same id, or whose facets do."""

    vectors: frozenset[str] = frozenset()
    facets: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.vectors or self.facets)

    def __or__(self, other: "Changes") -> "Changes":
        return Changes(self.vectors | other.vectors, self.facets | other.facets)

    @property
    def image_ids(self) -> set[str]:
        """The images of these vectors."""
        return {find_image_id(pk) for pk in self.vectors | self.facets}


def measure_drift(index: VectorIndex) -> Drift:
    """Compare ids in the collection with those in Postgres.

    Raises `VectorStoreUnavailable` and `CollectionUnusable`.
    """
    return compare_ids(index, index.address)


def compare_ids(index: VectorIndex, address: CollectionAddress) -> Drift:
    """Compare ids in one of the index's collections with Postgres; raises like `measure_drift`."""
    entries = IndexEntry.objects.filter(index=index).embedded()
    settled = read_vector_ids(index, entries.filter(state=IndexEntry.State.INDEXED))
    found = get_vector_store(address.node).ids(address.name)
    # Read after the collection, so that no image indexed in between counts as extra.
    known = read_vector_ids(index, entries)
    return Drift(
        missing=frozenset(settled - found),
        extra=frozenset(found - known),
        common=frozenset(settled & found),
    )


def find_changes(
    index: VectorIndex, address: CollectionAddress, vector_ids: Collection[str]
) -> Changes:
    """Compare the vectors and facets in a collection with those in Postgres.

    Images that wait for a worker are left out. Raises like `measure_drift`.
    """
    changes = Changes()
    for image_ids in split({find_image_id(pk) for pk in vector_ids}):
        found = _compare(index, address, image_ids)
        if found:
            # Perhaps a worker is between Chroma and Postgres.
            with lock_writing(index):
                found = _compare(index, address, sorted(found.image_ids))
        changes |= found
    return changes


def split(image_ids: Collection[str]) -> Iterator[list[str]]:
    """Yield the ids in order, a few hundred at a time."""
    ordered = sorted(image_ids)
    for start in range(0, len(ordered), CALL_SIZE):
        yield ordered[start : start + CALL_SIZE]


def read_copy(
    index: VectorIndex, image_ids: Collection[str | UUID], *, state: str = ""
) -> StoredVectors:
    """Return what a collection has to hold of these images, of those in one state if it is set."""
    entries = IndexEntry.objects.filter(index=index, image_id__in=image_ids).embedded()
    if state:
        entries = entries.filter(state=state)
    rows = list(entries.select_related("image__facts").prefetch_related("image__styles"))
    if not rows:
        return StoredVectors([], np.empty((0, 0), np.float32), [])
    vectors = np.stack([decode_embedding(entry.embedding) for entry in rows])
    return make_copy(index, [entry.image for entry in rows], vectors)


def _compare(index: VectorIndex, address: CollectionAddress, image_ids: list[str]) -> Changes:
    wanted = read_copy(index, image_ids, state=IndexEntry.State.INDEXED)
    store = get_vector_store(address.node)
    stored = store.read(address.name, wanted.ids) if wanted.ids else wanted
    places = {pk: place for place, pk in enumerate(stored.ids)}
    common = [(row, places[pk]) for row, pk in enumerate(wanted.ids) if pk in places]
    if not common:
        return Changes()
    rows, found = (list(column) for column in zip(*common, strict=True))
    similar = _compare_directions(wanted.vectors[rows], stored.vectors[found])
    return Changes(
        frozenset(
            wanted.ids[row] for row, is_same in zip(rows, similar, strict=True) if not is_same
        ),
        frozenset(
            wanted.ids[row]
            for row, place in common
            if _without_order(wanted.facets[row]) != _without_order(stored.facets[place])
        ),
    )


def _compare_directions(vectors: Vectors, others: Vectors) -> list[bool]:
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(others, axis=1)
    products = np.einsum("nd,nd->n", vectors, others)
    return [bool(same) for same in products >= MIN_SAME_SIMILARITY * lengths]


def _without_order(facets: dict[str, object]) -> dict[str, object]:
    return {
        name: frozenset(value) if isinstance(value, list) else value
        for name, value in facets.items()
    }
