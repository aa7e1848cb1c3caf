"""Search remembers what a collection answered until the collection changes."""

from uuid import UUID

import numpy as np
import pytest

from catalog.indexing.indexes import decode_embedding, get_live_index
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.repair import rebuild_index, repair_index
from catalog.models import IndexEntry
from catalog.search import candidates
from catalog.search.candidates import find_nearest
from catalog.search.filters import FacetFilter
from catalog.services import delete_image, update_image
from catalog.tests.factories import make_image
from core.ml.vector_store import Vectors, VectorStore
from core.tenancy import shop_scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]
COLOURS = ("red", "blue", "green")


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> list[str]:
    """The collections that were queried, in order."""
    names: list[str] = []
    query = VectorStore.query

    def count(store, name, *args, **options):
        names.append(name)
        return query(store, name, *args, **options)

    monkeypatch.setattr(VectorStore, "query", count)
    candidates._query_once.cache_clear()
    return names


@pytest.fixture
def scoped(shop):
    """A shop with three indexed images; the test runs in its scope, as a request does."""
    with shop_scope(shop.shop.pk):
        for colour in COLOURS:
            make_image(shop.shop, colour)
        index_all(shop.shop)
        yield shop.shop


def index_all(shop) -> None:
    index_waiting()
    if not get_live_index(shop.pk).is_complete:
        assert repair_index(get_live_index(shop.pk))


def read_vector() -> Vectors:
    entry = IndexEntry.objects.live().order_by("image").first()
    vector = decode_embedding(entry.embedding)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def search(shop, vector: Vectors, *, count: int = 9, facets: FacetFilter | None = None) -> set:
    index = get_live_index(shop.pk)
    found = find_nearest(index=index, vector=vector, count=count, facets=facets or FacetFilter())
    assert found.answered_by == "index"
    return set(found.ids)


def test_the_same_question_is_asked_once(scoped, asked):
    vector = read_vector()
    assert len(search(scoped, vector)) == 3
    assert search(scoped, vector) == search(scoped, vector)
    assert len(asked) == 1
    search(scoped, -vector)
    search(scoped, vector, count=2)
    search(scoped, vector, facets=FacetFilter(colours=("red",)))
    assert len(asked) == 4


def test_every_change_is_found_at_once(scoped):
    vector = read_vector()
    before = search(scoped, vector)
    added = make_image(scoped, "white")
    index_all(scoped)
    assert search(scoped, vector) == before | {added.pk}
    blue = FacetFilter(colours=("Blue",))
    assert added.pk not in search(scoped, vector, facets=blue)
    update_image(image=added, fields={"colour": "Blue"})
    index_all(scoped)
    assert added.pk in search(scoped, vector, facets=blue)
    delete_image(image=added)
    index_all(scoped)
    assert search(scoped, vector) == before


def test_a_repair_and_a_rebuild_are_found_at_once(scoped):
    vector = read_vector()
    before = search(scoped, vector)
    index = get_live_index(scoped.pk)
    store = candidates.get_vector_store(index.node)
    lost = sorted(map(str, before))[0]
    store.delete(index.collection, [lost])
    candidates._query_once.cache_clear()
    assert search(scoped, vector) == before - {UUID(lost)}
    assert repair_index(get_live_index(scoped.pk))
    assert search(scoped, vector) == before
    assert rebuild_index(get_live_index(scoped.pk))
    assert search(scoped, vector) == before


def test_shops_remember_apart(scoped, rival):
    vector = read_vector()
    own = search(scoped, vector)
    with shop_scope(rival.shop.pk):
        theirs = make_image(rival.shop, "red")
        index_all(rival.shop)
        assert search(rival.shop, vector) == {theirs.pk}
    assert search(scoped, vector) == own


def test_remembers_nothing_large(scoped, asked):
    vector = read_vector()
    many = FacetFilter(colours=tuple(f"colour {number}" for number in range(100)))
    for _ in range(2):
        search(scoped, vector, facets=many)
        search(scoped, vector, count=candidates.MAX_REMEMBERED_COUNT + 1)
    assert len(asked) == 4


def test_remembers_for_a_minute_at_most(scoped, asked, monkeypatch):
    vector = read_vector()
    search(scoped, vector)
    now = candidates.time.monotonic() + candidates.MAX_AGE_SECONDS
    monkeypatch.setattr(candidates.time, "monotonic", lambda: now)
    search(scoped, vector)
    assert len(asked) == 2
