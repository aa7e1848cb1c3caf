"""The API shows the state of a shop's index, and repairs it."""

from uuid import UUID, uuid4

import numpy as np
import pytest

from catalog.indexing.indexes import get_live_index
from catalog.indexing.repair import rebuild_index
from catalog.models import IndexEntry
from catalog.tests.factories import make_image
from core.ml.checkpoints import current_revision
from core.ml.vector_store import get_vector_store
from core.tenancy import shop_scope
from tenants.models import Shop

INDEX = "/api/v1/index/"
STATES = ("pending", "indexed", "failed", "removing")


def set_state(image, state: str, **fields: object) -> None:
    with shop_scope(image.shop_id):
        IndexEntry.objects.filter(image=image).update(state=state, **fields)


def make_vector(seed: int = 0) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=8).astype(np.float32)
    return vector / np.linalg.norm(vector)


def make_indexed(shop: Shop, seed: int = 0):
    """Return an image with an embedding, as a worker leaves it."""
    image = make_image(shop)
    embedding = make_vector(seed).astype(np.float16).tobytes()
    set_state(image, "indexed", embedding=embedding, embedded_digest=image.digest)
    return image


def mirror(shop: Shop) -> str:
    """Fill the shop's collection from Postgres; return its name."""
    with shop_scope(shop.pk):
        index = get_live_index(shop.pk)
        assert rebuild_index(index)
        return str(index.collection)


def counts(client) -> dict[str, int]:
    body = client.get(INDEX).json()
    return {state: body[state] for state in STATES}


def test_new_shop_has_an_empty_index(shop, settings):
    body = shop.client.get(INDEX).json()
    assert body == {
        "encoder": settings.DEFAULT_ENCODER,
        "revision": current_revision(settings.DEFAULT_ENCODER),
        "languages": settings.ENCODERS[settings.DEFAULT_ENCODER]["languages"],
        "is_complete": False,
        "is_rebuilding": False,
        "is_calibrated": False,
        **dict.fromkeys(STATES, 0),
        "switch": None,
    }


def test_counts_only_the_shops_own_images_by_state(shop, rival):
    for number, state in enumerate(STATES, start=1):
        for _ in range(number):
            set_state(make_image(shop.shop), state)
    make_image(rival.shop)
    assert counts(shop.client) == {"pending": 1, "indexed": 2, "failed": 3, "removing": 4}
    assert counts(rival.client) == {"pending": 1, "indexed": 0, "failed": 0, "removing": 0}


def test_deleting_moves_an_image_to_removing(shop):
    image = make_image(shop.shop)
    shop.client.delete(f"/api/v1/images/{image.pk}/")
    assert counts(shop.client) == {"pending": 0, "indexed": 0, "failed": 0, "removing": 1}


def test_no_drift_if_the_collection_equals_postgres(shop):
    make_indexed(shop.shop)
    mirror(shop.shop)
    assert shop.client.get(f"{INDEX}drift/").json() == {"missing": [], "extra": []}
    assert shop.client.get(INDEX).json()["is_complete"] is True


def test_drift_lists_missing_and_extra_vectors(shop, rival):
    lost, other = make_indexed(shop.shop, 1), make_indexed(shop.shop, 2)
    collection = mirror(shop.shop)
    stray = str(uuid4())
    store = get_vector_store("main")
    store.delete(collection, [str(lost.pk)])
    store.upsert(collection, [stray], make_vector(3)[None], [{"version": 1}])

    drift = shop.client.get(f"{INDEX}drift/").json()
    assert drift == {"missing": [str(lost.pk)], "extra": [stray]}
    assert str(other.pk) not in str(drift)
    assert rival.client.get(f"{INDEX}drift/").json() == {"missing": [], "extra": []}


def test_all_images_of_a_lost_collection_are_missing(shop):
    images = [make_indexed(shop.shop, seed) for seed in range(3)]
    get_vector_store("main").drop(mirror(shop.shop))
    drift = shop.client.get(f"{INDEX}drift/").json()
    assert sorted(drift["missing"]) == sorted(str(image.pk) for image in images)
    assert drift["extra"] == []


def test_waiting_images_are_no_drift(shop):
    make_image(shop.shop)
    mirror(shop.shop)
    assert shop.client.get(f"{INDEX}drift/").json() == {"missing": [], "extra": []}


def test_drift_lists_ids_that_are_not_uuids(shop):
    """A check of the collection must not fail on unexpected ids."""
    collection = mirror(shop.shop)
    get_vector_store("main").upsert(collection, ["not-ours"], make_vector()[None], [{"version": 1}])
    response = shop.client.get(f"{INDEX}drift/")
    assert response.status_code == 200
    assert response.json()["extra"] == ["not-ours"]


def test_retry_requests_failed_images_of_this_shop(shop, rival):
    failed = [make_image(shop.shop) for _ in range(2)]
    theirs = make_image(rival.shop)
    for image in (*failed, theirs):
        set_state(image, "failed", reason=IndexEntry.Reason.PHOTO_MISSING, attempts=5)
    address = f"/api/v1/images/{failed[0].pk}/"
    before = shop.client.get(address).json()
    assert before["index_state"] == "failed"
    assert before["index_error"]["code"] == "photo_missing"
    assert before["index_error"]["detail"]

    response = shop.client.post(f"{INDEX}retry/")

    assert response.status_code == 202
    assert response.json() == {"retried": 2}
    after = shop.client.get(address).json()
    assert (after["index_state"], after["index_error"]) == ("pending", None)
    assert counts(shop.client)["pending"] == 2
    assert counts(rival.client)["failed"] == 1
    with shop_scope(shop.shop.pk):
        assert set(IndexEntry.objects.values_list("attempts", flat=True)) == {0}


def test_retry_does_not_change_other_images(shop):
    for state in ("pending", "indexed", "removing"):
        set_state(make_image(shop.shop), state)
    with shop_scope(shop.shop.pk):
        before = list(IndexEntry.objects.order_by("pk").values())
    assert shop.client.post(f"{INDEX}retry/").json() == {"retried": 0}
    with shop_scope(shop.shop.pk):
        assert list(IndexEntry.objects.order_by("pk").values()) == before


def test_rebuild_returns_at_once_and_the_old_collection_answers(shop):
    make_indexed(shop.shop)
    mirror(shop.shop)
    response = shop.client.post(f"{INDEX}rebuild/")
    assert response.status_code == 202
    body = response.json()
    assert body == shop.client.get(INDEX).json()
    assert (body["is_complete"], body["is_rebuilding"]) == (True, True)


def test_rebuild_does_not_change_other_shops(shop, rival):
    for cast in (shop, rival):
        make_indexed(cast.shop)
        mirror(cast.shop)
    shop.client.post(f"{INDEX}rebuild/")
    assert rival.client.get(INDEX).json()["is_rebuilding"] is False


@pytest.mark.parametrize("path", ["retry/", "rebuild/"])
def test_commands_refuse_get(shop, path):
    assert shop.client.get(f"{INDEX}{path}").status_code == 405


def test_creates_one_live_index_on_first_use(shop):
    shop.client.get(INDEX)
    shop.client.get(INDEX)
    with shop_scope(shop.shop.pk):
        assert isinstance(get_live_index(shop.shop.pk).pk, UUID)
        assert type(get_live_index(shop.shop.pk)).objects.count() == 1


# --- The ids in the vector store ------------------------------------------------------


def list_ids(client, address: str = f"{INDEX}ids/") -> dict:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.json()


def test_lists_what_the_vector_store_holds_newest_first(shop, rival):
    images = [make_indexed(shop.shop, seed) for seed in range(3)]
    collection = mirror(shop.shop)
    store = get_vector_store("main")
    garment = f"{images[0].pk}.0"
    store.upsert(collection, [garment, "not-ours"], np.stack([make_vector(8)] * 2), [{"v": 1}] * 2)
    make_indexed(shop.shop)  # not mirrored
    ordered = [{"id": str(image.pk), "vectors": 1} for image in reversed(images)]
    ordered[-1]["vectors"] = 2
    body = list_ids(shop.client)
    assert body == {
        "next": None,
        "previous": None,
        "results": [{"id": "not-ours", "vectors": 1}, *ordered],
    }
    assert list_ids(rival.client)["results"] == []


def test_pages_of_ids_lead_forwards_and_backwards(shop):
    for seed in range(5):
        make_indexed(shop.shop, seed)
    mirror(shop.shop)
    everything = list_ids(shop.client)["results"]
    pages = [list_ids(shop.client, f"{INDEX}ids/?page_size=2")]
    while pages[-1]["next"]:
        pages.append(list_ids(shop.client, pages[-1]["next"]))
    assert [len(page["results"]) for page in pages] == [2, 2, 1]
    assert [image for page in pages for image in page["results"]] == everything
    assert list_ids(shop.client, pages[2]["previous"])["results"] == pages[1]["results"]
    assert list_ids(shop.client, pages[1]["previous"])["results"] == pages[0]["results"]
    assert pages[0]["previous"] is None


def test_an_id_that_is_deleted_between_two_pages_hides_no_other(shop):
    images = [make_indexed(shop.shop, seed) for seed in range(4)]
    collection = mirror(shop.shop)
    first = list_ids(shop.client, f"{INDEX}ids/?page_size=2")
    get_vector_store("main").delete(collection, [str(images[3].pk), str(images[2].pk)])
    rest = list_ids(shop.client, first["next"])["results"]
    assert [image["id"] for image in rest] == [str(images[1].pk), str(images[0].pk)]


@pytest.mark.parametrize(
    ("query", "code"), [("cursor=nonsense", "unknown_cursor"), ("page_size=1001", "invalid")]
)
def test_pages_of_ids_refuse_wrong_parameters(shop, query, code):
    response = shop.client.get(f"{INDEX}ids/?{query}")
    assert response.status_code == 400
    assert code in response.content.decode()


@pytest.mark.parametrize(("method", "path"), [("get", "ids/"), ("post", "rebuild/")])
def test_answers_503_while_the_vector_store_is_down(shop, settings, method, path):
    shop.client.get(INDEX)
    settings.CHROMA_NODES = {"main": "http://127.0.0.1:9"}
    get_vector_store.cache_clear()
    response = getattr(shop.client, method)(f"{INDEX}{path}")
    get_vector_store.cache_clear()
    assert response.status_code == 503 and response["Retry-After"]
    assert response.json()["code"] == "vector_store_unavailable"
