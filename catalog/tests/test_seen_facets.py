"""Filters match what the shop states, and where it states nothing what the photo surely shows."""

from typing import Any

import numpy as np
import pytest

from catalog.facts.precedence import find_wanted_kind
from catalog.indexing.indexes import get_live_index
from catalog.indexing.repair import repair_index
from catalog.models import Category, Image, IndexEntry
from catalog.products.specs import ProductSpec
from catalog.search.candidates import find_exactly, find_nearest
from catalog.search.filters import FacetFilter
from catalog.services import update_image, upsert_products
from catalog.tests.factories import (
    make_garment,
    make_image,
    make_stated_image,
    record_garments,
)
from catalog.vocabulary.words import find_pattern
from core.tenancy import shop_scope

IMAGES = "/api/v1/images/"
VECTOR = np.eye(1, 8, dtype=np.float32)[0]

# Name, what the shop states, what the photo shows (None: not looked at yet).
CATALOGUE: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = [
    ("states nothing", {}, {"kind": "denim jacket", "colour": "navy", "pattern": "striped"}),
    ("unsure", {}, {"kind": "jacket", "colour": "navy", "is_kind_sure": False,
                    "is_colour_sure": False, "is_pattern_sure": False}),
    ("not looked at", {}, None),
    ("nothing to see", {}, {"kind": "", "colours": (), "pattern": ""}),
    ("states others", {"category": "dress", "colour": "Red", "attributes": {"pattern": "Floral"}},
     {"kind": "jacket", "colour": "navy", "pattern": "striped"}),
    ("states these", {"category": "jacket", "colour": "Navy", "attributes": {"pattern": "stripes"}},
     {"kind": "dress", "colour": "red", "pattern": "floral"}),
    ("states a colour", {"colour": "red"}, {"kind": "jacket", "colour": "navy"}),
    ("blank pattern", {"attributes": {"pattern": " "}}, {"kind": "dress", "pattern": "striped"}),
    ("odd pattern", {"attributes": {"pattern": ["x"]}}, {"kind": "dress", "pattern": "striped"}),
    ("no pattern", {"attributes": {"pattern": None}}, {"kind": "dress", "pattern": "striped"}),
]  # fmt: skip
# Filters, the images that match, and those that match with `only_stated`.
FILTERS: list[tuple[dict[str, str], set[str], set[str]]] = [
    (
        {"kind": "jacket"},
        {"states nothing", "states these", "states a colour"},
        {"states these"},
    ),
    ({"kind": "Denim Jackets"}, {"states nothing"}, set()),
    (
        {"kind": "dress"},
        {"states others", "blank pattern", "odd pattern", "no pattern"},
        {"states others"},
    ),
    (
        {"colour": "NAVY"},
        {"states nothing", "states these", "blank pattern", "odd pattern", "no pattern"},
        {"states these"},
    ),
    (
        {"pattern": "stripy"},
        {"states nothing", "states these", "blank pattern", "no pattern"},
        {"states these"},
    ),
    ({"kind": "jacket", "colour": "red"}, {"states a colour"}, set()),
    ({"kind": "jacket", "pattern": "plain"}, {"states a colour"}, set()),
]


def make_seen(shop, name: str, stated: dict[str, Any], seen: dict[str, Any] | None) -> Image:
    image = make_stated_image(shop, name=name, **stated)
    if seen is not None:
        record_garments(image, make_garment(**seen))
    return image


@pytest.fixture
def stocked(shop):
    for row in CATALOGUE:
        make_seen(shop.shop, *row)
    return shop


def list_names(client, **query: Any) -> set[str]:
    answer = client.get(IMAGES, query)
    assert answer.status_code == 200, answer.content
    return {image["name"] for image in answer.json()["results"]}


@pytest.mark.django_db
def test_lists_images_by_stated_values_and_by_seen_ones_where_none_is_stated(stocked):
    for filters, found, stated in FILTERS:
        assert list_names(stocked.client, **filters) == found, filters
        assert list_names(stocked.client, **filters, only_stated="false") == found
        assert list_names(stocked.client, **filters, only_stated="true") == stated, filters


def search_names(shop, *, only_stated: bool, filters: dict[str, str]) -> set[str]:
    """Search in Chroma and in Postgres, check that they agree, and return the names."""
    facets = FacetFilter(
        kinds=tuple(filter(None, [find_wanted_kind(filters.get("kind", ""))])),
        colours=(filters["colour"],) if "colour" in filters else (),
        patterns=tuple(filter(None, [find_pattern(filters.get("pattern", ""))])),
        only_stated=only_stated,
    )
    arguments = {"index": get_live_index(shop.pk), "vector": VECTOR, "count": 20}
    found, exact = (search(**arguments, facets=facets) for search in (find_nearest, find_exactly))
    assert (found.answered_by, exact.answered_by) == ("index", "exact")
    assert set(found.ids) == set(exact.ids), filters
    return set(Image.objects.filter(pk__in=found.ids).values_list("name", flat=True))


def mirror(shop) -> None:
    """Give every image an embedding, and write the collection again."""
    embedding = VECTOR.astype(np.float16).tobytes()
    IndexEntry.objects.update(state="indexed", embedding=embedding)
    index = get_live_index(shop.pk)
    assert repair_index(index)


@pytest.mark.django_db(transaction=True)
def test_chroma_and_postgres_filter_alike(stocked):
    with shop_scope(stocked.shop.pk):
        mirror(stocked.shop)
        for filters, found, stated in FILTERS:
            arguments: dict[str, Any] = {"filters": filters}
            assert search_names(stocked.shop, only_stated=False, **arguments) == found
            assert search_names(stocked.shop, only_stated=True, **arguments) == stated


@pytest.mark.django_db(transaction=True)
def test_a_photo_of_several_colours_is_found_by_each(shop):
    variants = [{"size": "36", "colour": "Red"}, {"size": "38", "colour": "blue"}]
    with shop_scope(shop.shop.pk):
        upsert_products(shop=shop.shop, specs=[ProductSpec("A", {"name": "A"}, variants)])
        image = make_image(shop.shop, external_id="A")
        record_garments(image, make_garment(colour="green"))
        mirror(shop.shop)
        for colour, found in (("red", {"A"}), ("Blue", {"A"}), ("green", set())):
            names = search_names(shop.shop, only_stated=False, filters={"colour": colour})
            assert names == found, colour
        before = IndexEntry.objects.get(image=image).version
        variants[1]["colour"] = "black"
        upsert_products(shop=shop.shop, specs=[ProductSpec("A", {"name": "A"}, variants)])
        assert IndexEntry.objects.get(image=image).version > before


@pytest.mark.django_db
def test_what_an_older_photo_showed_does_not_count(shop):
    image = make_seen(shop.shop, "coat", {}, {"kind": "coat"})
    assert list_names(shop.client, kind="coat") == {"coat"}
    with shop_scope(shop.shop.pk):
        Image.objects.filter(pk=image.pk).update(version=image.version + 1)
    assert list_names(shop.client, kind="coat") == set()
    assert shop.client.get(f"{IMAGES}{image.pk}/").json()["seen"] is None


@pytest.mark.django_db
def test_a_new_pattern_has_the_facets_in_the_index_written_again(shop):
    image = make_image(shop.shop)
    with shop_scope(shop.shop.pk):
        before = IndexEntry.objects.get(image=image).version
        update_image(image=image, fields={"attributes": {"pattern": "floral"}})
        assert IndexEntry.objects.get(image=image).version > before


@pytest.mark.django_db
def test_own_kinds_of_the_shop_are_known_once_photos_show_them(shop, rival):
    assert shop.client.get(IMAGES, {"kind": "kilt"}).status_code == 400
    make_seen(shop.shop, "seen", {}, {"kind": "Kilt"})
    with shop_scope(shop.shop.pk):
        kilts = Category.objects.create(shop=shop.shop, name="kilt")
    make_image(shop.shop, name="stated", category=kilts)
    assert list_names(shop.client, kind="kilt") == {"seen", "stated"}
    assert rival.client.get(IMAGES, {"kind": "kilt"}).status_code == 400


@pytest.mark.django_db
def test_facts_of_a_rival_are_not_found(stocked, rival):
    assert list_names(rival.client, kind="jacket") == set()
    assert list_names(rival.client, colour="navy") == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"kind": "jaket"}, "There is no kind “jaket”; did you mean “jacket”?"),
        ({"kind": "7"}, "There is no kind “7”."),
        ({"pattern": "stripd"}, "There is no pattern “stripd”; did you mean “striped”?"),
        ({"only_stated": "perhaps"}, None),
        ({"kind": "x\0"}, None),
    ],
)
def test_unknown_values_are_refused_with_the_nearest_name(shop, query, message):
    answer = shop.client.get(IMAGES, query)
    assert answer.status_code == 400
    (name,) = query
    errors = answer.json()["errors"]
    assert set(errors) == {name}
    if message:
        assert errors[name]["0"][0]["message"] == message
    filters = {name: [query[name]] if name != "only_stated" else query[name]}
    asked = shop.client.post("/api/v1/recommendations/", {"prompt": "red", "filters": filters})
    assert asked.status_code == 400
    if message:
        assert message in asked.content.decode()


@pytest.mark.django_db
def test_images_show_what_was_seen_and_one_image_every_garment(shop):
    image = make_image(shop.shop)
    record_garments(image, make_garment("t-shirt", "royal blue"), make_garment("shorts", "camel"))
    (listed,) = shop.client.get(IMAGES).json()["results"]
    one = shop.client.get(f"{IMAGES}{image.pk}/").json()
    assert listed["seen"] == {
        "kind": {"value": "t-shirt", "confidence": 0.93, "is_sure": True},
        "colour": {"value": "blue", "confidence": 0.9, "is_sure": True},
        "colours": [{"name": "royal blue", "share": 0.85}, {"name": "white", "share": 0.15}],
        "pattern": {"value": "plain", "confidence": 0.8, "is_sure": True},
    }
    garments = one["seen"].pop("garments")
    assert one["seen"] == listed["seen"]
    assert [garment["kind"]["value"] for garment in garments] == ["t-shirt", "shorts"]
    assert garments[1]["box"] == [0.1, 0.05, 0.9, 0.6]
    assert listed["colour"] == "" and listed["category"] is None


@pytest.mark.django_db
def test_put_takes_back_what_get_returned(shop):
    image = make_image(shop.shop)
    record_garments(image, make_garment("t-shirt"))
    body = shop.client.get(f"{IMAGES}{image.pk}/").json()
    assert shop.client.put(f"{IMAGES}{image.pk}/", body).status_code == 200
