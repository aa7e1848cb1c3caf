"""Pages beyond what one search in the collection returns."""

from typing import Any

import numpy as np
import pytest

from catalog.indexing.indexes import get_live_index
from catalog.indexing.repair import repair_index
from catalog.models import Image, IndexEntry, Product
from core.tenancy import shop_scope
from recommendations.ranking import candidate_pool
from recommendations.tests.test_recommendations_api import ask, cache_prompt, make_vector

PRODUCTS, PHOTOS = 180, 2


@pytest.fixture
def stocked(shop):
    """Return a shop of many products, whose collection in Chroma is complete."""
    cache_prompt(shop.shop)
    products = [
        Product(shop=shop.shop, external_id=f"P{number}", name="Dress")
        for number in range(PRODUCTS)
    ]
    images = [
        Image(shop=shop.shop, product=product, photo="a.jpg", name="Dress", width=1, height=1)
        for product in products
        for _ in range(PHOTOS)
    ]
    with shop_scope(shop.shop.pk):
        index = get_live_index(shop.shop.pk)
        Product.objects.bulk_create(products)
        Image.objects.bulk_create(images)
        IndexEntry.objects.bulk_create(
            IndexEntry(
                shop=shop.shop,
                index=index,
                image=image,
                state=IndexEntry.State.INDEXED,
                embedding=make_vector(1, number / 100).astype(np.float16).tobytes(),
            )
            for number, image in enumerate(images)
        )
        assert repair_index(index)
    return shop


def walk(client: Any, **fields: Any) -> tuple[list[str], set[str]]:
    """Return the products of all pages, and what answered."""
    found: list[str] = []
    searchers: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        body = ask(client, number_of_images=50, **fields, **cursor).json()
        found += [result["external_id"] for result in body["results"]]
        searchers.update(body["answered_by"])
        if body["next"] is None:
            return found, searchers
        cursor = {"cursor": body["next"]}


@pytest.mark.django_db(transaction=True)
def test_pages_go_on_until_the_last_product(stocked):
    found, searchers = walk(stocked.client)
    assert "index" in searchers
    assert sorted(found) == sorted(f"P{number}" for number in range(PRODUCTS))
    assert "P0" in found[:50]


@pytest.mark.django_db(transaction=True)
def test_pages_go_on_beyond_the_reach_of_the_collection(stocked, monkeypatch):
    monkeypatch.setattr(candidate_pool, "MAX_REACH", 130)
    found, searchers = walk(stocked.client)
    assert searchers >= {"index", "exact"}
    assert sorted(found) == sorted(f"P{number}" for number in range(PRODUCTS))


@pytest.mark.django_db(transaction=True)
def test_sorted_pages_divide_the_nearest_images(stocked):
    found, _ = walk(stocked.client, sort="newest")
    nearest = candidate_pool.MAX_CANDIDATES // PHOTOS
    assert len(found) == len(set(found)) == nearest
    assert found[:2] == [f"P{nearest - 1}", f"P{nearest - 2}"]
