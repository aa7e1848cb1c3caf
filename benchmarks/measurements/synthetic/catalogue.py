"""A shop with thousands of images with random embeddings, to search in."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.measurements.uploads import BenchShop
from benchmarks.stack import vacuum, wait_for
from catalog.indexing.calibration import calibrate
from catalog.indexing.indexes import get_live_index
from catalog.indexing.repair import repair_index
from catalog.models import Category, Image, IndexEntry, VectorIndex
from core.ml.vector_store import VectorStoreUnavailable
from core.tenancy import shop_scope

SEED = 11
CLUSTERS, SPREAD = 60, 0.6
BUILD_TIMEOUT_SECONDS = 1_200  # for 100,000 vectors on a busy machine


def fill_shop(shop: BenchShop, *, count: int, dimensions: int) -> VectorIndex:
    """Create images with embeddings, and let the product build and calibrate their index."""
    with shop_scope(shop.id):
        index = get_live_index(shop.id)
        images = make_images(shop, count)
        embeddings = _clusters(count, dimensions).astype(np.float16)
        entries = [
            IndexEntry(
                shop_id=shop.id,
                index=index,
                image=image,
                state=IndexEntry.State.INDEXED,
                embedding=embedding.tobytes(),
            )
            for image, embedding in zip(images, embeddings, strict=True)
        ]
        Image.objects.bulk_create(images, batch_size=1_000)
        IndexEntry.objects.bulk_create(entries, batch_size=1_000)
        vacuum()
        calibrate(index, count=count)
        wait_for(
            "Building the collection",
            lambda: _is_built(index),
            seconds=BUILD_TIMEOUT_SECONDS,
            every=5,
        )
    return index


def _is_built(index: VectorIndex) -> bool:
    """Continue to build the collection; return False if a busy server timed out."""
    try:
        return repair_index(index)
    except VectorStoreUnavailable:
        return False


def make_images(shop: BenchShop, count: int) -> list[Image]:
    """Return unsaved images without photo files."""
    categories = list(Category.objects.filter(shop=None))
    return [
        Image(
            shop_id=shop.id,
            photo=f"shops/{shop.id}/photos/{number}.jpg",
            width=400,
            height=533,
            name=f"Garment {number}",
            description="A garment that is here to be found.",
            category_id=categories[number % len(categories)].pk,
            price="59.90",
            currency="EUR",
        )
        for number in range(count)
    ]


def _clusters(count: int, dimensions: int) -> NDArray[np.float64]:
    """Return unit vectors (count, d) in clusters, like those of a catalogue."""
    rng = np.random.default_rng(SEED)
    centres = rng.normal(size=(CLUSTERS, dimensions))
    vectors = centres[rng.integers(CLUSTERS, size=count)]
    vectors = vectors + SPREAD * rng.normal(size=vectors.shape)
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
