"""Images are added, changed and deleted by the API; a refused request leaves no file and no row."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import AgeGroup, Category, Image, IndexEntry, Style
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo

IMAGES = "/api/v1/images/"
UNKNOWN_ID = "018f0000-0000-7000-8000-000000000000"
FACTS: dict[str, Any] = {
    "name": "Red floral midi dress",
    "description": "A light dress with short sleeves.",
    "category": "dress",
    "styles": ["casual", "summer"],
    "age_group": "adult",
    "sku": "DR-1042-RED",
    "item_group_id": "DR-1042",
    "brand": "Ada's",
    "price": "59.90",
    "currency": "EUR",
    "availability": "in_stock",
    "link": "https://shop.example/dr-1042",
    "colour": "red",
    "gender": "female",
    "attributes": {"sleeve": "short", "care": {"wash": 30}},
}


def photo_file(data: bytes | None = None, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_photo() if data is None else data)


def send(client, *, photo: Any = None, **fields: Any):
    """Post a multipart form, with objects as JSON."""
    form = {
        name: json.dumps(value) if isinstance(value, dict) else value
        for name, value in {"name": "Dress", **fields}.items()
    }
    return client.post(IMAGES, {"photo": photo or photo_file(), **form}, format="multipart")


def create(client, **fields: Any) -> dict[str, Any]:
    response = send(client, **fields)
    assert response.status_code == 201, response.content
    image: dict[str, Any] = response.json()
    return image


def names(client, **query: Any) -> list[str]:
    response = client.get(IMAGES, query)
    assert response.status_code == 200, response.content
    return [image["name"] for image in response.json()["results"]]


def files(media_root: Path) -> set[Path]:
    return {path for path in media_root.rglob("*") if path.is_file()}


@pytest.fixture
def nothing_left(db, media_root: Path) -> Iterator[None]:
    """Check that a test leaves no file and no row."""
    yield
    assert not files(media_root)
    with all_shops():
        assert not Image.objects.exists()
        assert not IndexEntry.objects.exists()


# --- In -------------------------------------------------------------------------------


def test_create_returns_every_fact_and_the_pending_state(shop, media_root):
    image = create(shop.client, **FACTS)
    assert {name: image[name] for name in FACTS} == FACTS
    assert (image["width"], image["height"]) == (96, 128)
    assert (image["status"], image["version"]) == ("published", 1)
    assert (image["index_state"], image["index_error"]) == ("pending", None)
    assert image["photo_url"].startswith("http://testserver/media/shops/")
    assert len(files(media_root)) == 2


def test_create_and_retrieve_return_the_same(shop):
    image = create(shop.client, **FACTS)
    assert shop.client.get(f"{IMAGES}{image['id']}/").json() == image


def test_create_needs_only_a_photo_and_a_name(shop):
    image = create(shop.client, name="  Dress ")
    assert image["name"] == "Dress"
    assert image["category"] is image["age_group"] is image["price"] is None
    assert image["styles"] == []
    assert image["attributes"] == {}
    assert image["availability"] == "in_stock"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_create_accepts_every_format_under_any_file_name(shop, kind):
    image = create(shop.client, photo=photo_file(make_photo(kind=kind), "../../photo.gif\n"))
    assert image["photo_url"].endswith(".jpg")
    assert "photo.gif" not in str(image)


@pytest.mark.parametrize(
    "styles",
    [
        "casual,summer",
        ["casual", "summer"],
        "CASUAL, Summer",
        ["casual,summer"],
        ["casual", "", "summer"],
    ],
)
def test_form_repeats_styles_or_separates_them_by_commas(shop, styles):
    assert sorted(create(shop.client, styles=styles)["styles"]) == ["casual", "summer"]


@pytest.mark.parametrize("field", ["category", "styles", "age_group", "price", "sku", "link"])
def test_form_may_send_an_empty_field(shop, field):
    assert send(shop.client, **{field: ""}).status_code == 201


@pytest.mark.parametrize(
    ("name", "model"), [("category", Category), ("styles", Style), ("age_group", AgeGroup)]
)
def test_accepts_a_facet_by_its_id(shop, name, model):
    with all_shops():
        facet = model.objects.filter(shop=None).first()
    image = create(shop.client, **{name: str(facet.pk)})
    assert image[name] == ([facet.name] if name == "styles" else facet.name)


def test_own_facet_is_preferred_to_a_default_one_of_the_same_name(shop):
    own = shop.client.post("/api/v1/categories/", {"name": "Dress"}).json()
    image = create(shop.client, category="dress")
    assert image["category"] == "Dress"
    with shop_scope(shop.shop.pk):
        assert str(Image.objects.get().category_id) == own["id"]


def test_stores_the_currency_in_capitals(shop):
    assert create(shop.client, currency="eur")["currency"] == "EUR"


@pytest.mark.parametrize(
    "text", ["Kleid für Mädchen", "連衣裙", "👗" * 50, "a" * 200, "<b>x</b>", "'; DROP"]
)
def test_accepts_any_text_as_a_name(shop, text):
    assert create(shop.client, name=text)["name"] == text


@pytest.mark.parametrize("value", ["\\u0000", "\\", "�", "a\\\\u0000"])
def test_stores_backslashes_in_attributes(shop, value):
    assert create(shop.client, attributes={"note": value})["attributes"] == {"note": value}


# --- Refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 300}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"description": "x" * 5_001}, "description"),
        ({"description": "a\0b"}, "description"),
        ({"category": "spaceship"}, "category"),
        ({"category": UNKNOWN_ID}, "category"),
        ({"category": "dress\0"}, "category"),
        ({"styles": ["casual", "unheard-of"]}, "styles"),
        ({"styles": ["casual"] * 21}, "styles"),
        ({"styles": "casual\0"}, "styles"),
        ({"age_group": "immortal"}, "age_group"),
        ({"price": "-0.01"}, "price"),
        ({"price": "59,90"}, "price"),
        ({"price": "1.999"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "Infinity"}, "price"),
        ({"price": "1e20"}, "price"),
        ({"price": "9" * 2_000}, "price"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "E1R"}, "currency"),
        ({"currency": "€€€"}, "currency"),
        ({"currency": "ßßß"}, "currency"),
        ({"availability": "maybe"}, "availability"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "no link"}, "link"),
        ({"link": f"https://x.example/{'x' * 500}"}, "link"),
        ({"sku": "x" * 101}, "sku"),
        ({"brand": "a\0b"}, "brand"),
        ({"gender": "x" * 21}, "gender"),
        ({"status": "held"}, "status"),
        ({"attributes": "[]"}, "attributes"),
        ({"attributes": "text"}, "attributes"),
        ({"attributes": "7"}, "attributes"),
        ({"attributes": "{"}, "attributes"),
        ({"attributes": {str(n): n for n in range(51)}}, "attributes"),
        ({"attributes": {"a": "\0"}}, "attributes"),
        ({"attributes": {"a\0": 1}}, "attributes"),
        ({"attributes": {"a": [{"b": "\\\0"}]}}, "attributes"),
        ({"attributes": '{"a": NaN}'}, "attributes"),
        ({"attributes": '{"a": Infinity}'}, "attributes"),
        ({"attributes": '{"a": 1e999}'}, "attributes"),
        ({"attributes": '{"a": "\\ud800"}'}, "attributes"),
        ({"attributes": '{"a":' + "[" * 5_000 + "]" * 5_000 + "}"}, "attributes"),
        ({"attributes": json.dumps({"a": "x" * 100_000})}, "attributes"),
    ],
)
@pytest.mark.usefixtures("nothing_left")
def test_create_refuses_an_invalid_field_by_name(shop, fields, at_fault):
    response = send(shop.client, **fields)
    assert response.status_code == 400, response.content
    body = response.json()
    assert body["code"] == "validation_error"
    assert list(body["errors"]) == [at_fault]


@pytest.mark.usefixtures("nothing_left")
def test_create_makes_no_query_for_too_many_names(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        response = send(shop.client, styles="casual," * 10_000)
    assert response.status_code == 400


@pytest.mark.usefixtures("nothing_left")
def test_create_refuses_a_rivals_facets(shop, rival):
    theirs = rival.client.post("/api/v1/categories/", {"name": "Secret"}).json()
    for reference in (theirs["id"], "Secret"):
        response = send(shop.client, category=reference)
        assert response.status_code == 400
        assert list(response.json()["errors"]) == ["category"]


@pytest.mark.parametrize("format", ["json", "multipart"])
@pytest.mark.usefixtures("nothing_left")
def test_create_refuses_a_request_without_a_photo(shop, format):
    response = shop.client.post(IMAGES, {"name": "Dress"}, format=format)
    assert response.status_code == 400
    assert "photo" in response.json()["errors"]


@pytest.mark.parametrize("photo", ["text", None, 7, {"a": 1}, ["x"]])
@pytest.mark.usefixtures("nothing_left")
def test_create_refuses_a_photo_that_is_not_a_file(shop, photo):
    response = shop.client.post(IMAGES, {"name": "Dress", "photo": photo})
    assert response.status_code == 400
    assert "photo" in response.json()["errors"]


@pytest.mark.parametrize(
    ("photo", "code"),
    [
        (b"", "validation_error"),
        (b"no image", "photo_unknown_format"),
        (make_photo(kind="GIF"), "photo_unknown_format"),
        (make_photo()[:500], "photo_damaged"),
    ],
)
@pytest.mark.usefixtures("nothing_left")
def test_create_refuses_a_file_that_is_not_a_photo(shop, photo, code):
    response = send(shop.client, photo=photo_file(photo))
    assert response.status_code == 400
    assert response.json()["code"] == code


@pytest.mark.usefixtures("nothing_left")
def test_create_refuses_a_photo_of_ten_thousand_and_one_pixels(shop):
    response = send(shop.client, photo=photo_file(make_photo(size=(10_001, 4))))
    assert response.status_code == 413
    assert response.json()["code"] == "photo_too_large"


@pytest.mark.parametrize("folder", ["photos", "originals"])
def test_failing_storage_leaves_nothing(shop, media_root, folder):
    """A file in place of the folder makes one of the two writes fail."""
    obstacle = media_root / "shops" / str(shop.shop.pk) / folder
    obstacle.parent.mkdir(parents=True)
    obstacle.touch()
    shop.client.raise_request_exception = False
    assert send(shop.client).status_code >= 500
    assert files(media_root) == {obstacle}
    with all_shops():
        assert not Image.objects.exists()


@pytest.mark.usefixtures("nothing_left")
def test_failing_database_leaves_nothing(shop, monkeypatch):
    monkeypatch.setattr("catalog.services.add_entries", lambda *_: 1 / 0)
    shop.client.raise_request_exception = False
    assert send(shop.client).status_code == 500


# --- The list -------------------------------------------------------------------------


def test_lists_the_newest_first(shop):
    for name in ("first", "second", "third"):
        create(shop.client, name=name)
    assert names(shop.client) == ["third", "second", "first"]


def test_pages_neither_miss_nor_repeat_an_image(shop):
    for number in range(7):
        make_image(shop.shop, name=str(number))
    seen: list[str] = []
    address: str | None = f"{IMAGES}?page_size=3"
    while address:
        page = shop.client.get(address).json()
        assert set(page) == {"next", "previous", "results"}
        seen += [image["name"] for image in page["results"]]
        # Images added now are newer, and do not move the pages that follow.
        make_image(shop.shop, name="later")
        address = page["next"]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize(("page_size", "count"), [("1", 1), ("2", 2), ("200", 3)])
def test_accepts_page_sizes_from_1_to_200(shop, page_size, count):
    for _ in range(3):
        make_image(shop.shop)
    assert len(names(shop.client, page_size=page_size)) == count


@pytest.fixture
def dress_and_coat(shop) -> None:
    create(shop.client, **{**FACTS, "name": "Dress"})
    coat = {
        "name": "Coat",
        "description": "Warm wool",
        "category": "coat",
        "styles": ["winter"],
        "age_group": "kids",
        "sku": "C-1",
        "item_group_id": "C",
        "brand": "Bea",
        "price": "120",
        "availability": "out_of_stock",
        "colour": "Black",
        "gender": "male",
        "status": "draft",
    }
    create(shop.client, **coat)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"category": "coat"}, ["Coat"]),
        ({"category": "COAT"}, ["Coat"]),
        ({"styles": "summer"}, ["Dress"]),
        ({"age_group": "kids"}, ["Coat"]),
        ({"colour": "black"}, ["Coat"]),
        ({"gender": "FEMALE"}, ["Dress"]),
        ({"brand": "ada's"}, ["Dress"]),
        ({"price_min": "100"}, ["Coat"]),
        ({"price_max": "59.90"}, ["Dress"]),
        ({"price_min": "59.91", "price_max": "119.99"}, []),
        ({"price_min": "59.9", "price_max": "120"}, ["Coat", "Dress"]),
        ({"sku": "C-1"}, ["Coat"]),
        ({"item_group_id": "DR-1042"}, ["Dress"]),
        ({"availability": "out_of_stock"}, ["Coat"]),
        ({"status": "draft"}, ["Coat"]),
        ({"index_state": "pending"}, ["Coat", "Dress"]),
        ({"index_state": "failed"}, []),
        ({"q": "wool"}, ["Coat"]),
        ({"q": "dresses"}, ["Dress"]),
        ({"q": "sleeve light"}, ["Dress"]),
        ({"q": "dress or coat"}, ["Coat", "Dress"]),
        ({"q": "-wool"}, ["Dress"]),
        ({"q": '"light dress"'}, ["Dress"]),
        ({"q": "spaceship"}, []),
        ({"q": "  "}, ["Coat", "Dress"]),
        ({"category": "", "sku": "", "q": ""}, ["Coat", "Dress"]),
        ({"colour": "black", "category": "dress"}, []),
    ],
)
@pytest.mark.usefixtures("dress_and_coat")
def test_filters_the_list(shop, query, expected):
    assert names(shop.client, **query) == expected


def test_filters_by_the_id_of_a_facet(shop):
    own = shop.client.post("/api/v1/styles/", {"name": "Festive"}).json()
    create(shop.client, name="Dress", styles="Festive")
    create(shop.client, name="Coat")
    assert names(shop.client, styles=own["id"]) == ["Dress"]


@pytest.mark.parametrize(
    "query",
    [
        {"price_min": "x"},
        {"price_min": "1e40"},
        {"category": "nothing"},
        {"price_max": "NaN"},
        {"availability": "maybe"},
        {"status": "deleted"},
        {"index_state": "x"},
        {"q": "a\0b"},
        {"category": "\0"},
        {"sku": "\0"},
    ],
)
def test_refuses_an_invalid_filter(shop, query):
    response = shop.client.get(IMAGES, query)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == list(query)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(q=st.text(max_size=60) | st.text("\"'()&|!:*<->-\\ abor", max_size=30))
def test_accepts_any_search_words(shop, q):
    assert shop.client.get(IMAGES, {"q": q}).status_code in {200, 400}


def test_shop_sees_only_its_own_images(shop, rival):
    create(rival.client, name="Theirs")
    create(shop.client, name="Mine")
    assert names(shop.client) == ["Mine"]
    assert names(shop.client, q="Theirs") == []


# --- Changed and out ------------------------------------------------------------------


def send_change(client, method: str, image: dict[str, Any], *, format: str = "json", **fields: Any):
    return getattr(client, method)(f"{IMAGES}{image['id']}/", fields, format=format)


@pytest.mark.parametrize("format", ["json", "multipart"])
def test_patch_changes_only_the_given_fields(shop, format):
    image = create(shop.client, **FACTS)
    response = send_change(
        shop.client, "patch", image, format=format, price="10.00", category="coat"
    )
    assert response.status_code == 200
    path = ["clothing", "outerwear", "coat"]
    variants = [{**image["variants"][0], "price": "10.00"}]
    changed = {**image, "price": "10.00", "category": "coat", "category_path": path}
    changed["variants"] = variants
    answer = response.json()
    assert answer.pop("updated_at") >= changed.pop("updated_at")
    assert answer == changed


@pytest.mark.parametrize("format", ["json", "multipart"])
def test_put_clears_missing_fields_but_not_the_photo(shop, format):
    image = create(shop.client, **FACTS)
    answer = send_change(shop.client, "put", image, format=format, name="Plain").json()
    assert answer["name"] == "Plain"
    assert answer["photo_url"] == image["photo_url"]
    assert (answer["description"], answer["sku"], answer["currency"]) == ("", "", "")
    assert answer["category"] is answer["age_group"] is answer["price"] is None
    assert (answer["styles"], answer["attributes"]) == ([], {})


def test_put_needs_the_fields_of_create_except_the_photo(shop):
    image = create(shop.client)
    response = send_change(shop.client, "put", image, price="1")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["name"]


def test_null_removes_facts(shop):
    image = create(shop.client, **FACTS)
    nothing: dict[str, Any] = {"category": None, "age_group": None, "price": None, "styles": []}
    answer = send_change(shop.client, "patch", image, **nothing).json()
    assert {name: answer[name] for name in nothing} == nothing


@pytest.mark.parametrize("method", ["put", "patch"])
def test_new_photo_replaces_the_old_one(
    shop, media_root, method, django_capture_on_commit_callbacks
):
    image = create(shop.client)
    before = files(media_root)
    with django_capture_on_commit_callbacks(execute=True):
        response = send_change(
            shop.client,
            method,
            image,
            format="multipart",
            name="Dress",
            photo=photo_file(make_photo(size=(50, 60))),
        )
    answer = response.json()
    assert (answer["width"], answer["height"], answer["version"]) == (50, 60, 2)
    assert answer["photo_url"] != image["photo_url"]
    assert answer["index_state"] == "pending"
    assert len(files(media_root)) == 2
    assert not files(media_root) & before


@pytest.mark.parametrize("fields", [{"category": "spaceship"}, {"price": "-1"}, {"photo": "text"}])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_refused_change_changes_nothing(shop, media_root, method, fields):
    image = create(shop.client, **FACTS)
    before = files(media_root)
    response = send_change(shop.client, method, image, **{"name": "Changed", **fields})
    assert response.status_code == 400
    assert shop.client.get(f"{IMAGES}{image['id']}/").json() == image
    assert files(media_root) == before


def test_refused_photo_changes_nothing(shop, media_root):
    image = create(shop.client)
    before = files(media_root)
    response = send_change(
        shop.client,
        "patch",
        image,
        format="multipart",
        name="Changed",
        photo=photo_file(b"no photo"),
    )
    assert response.status_code == 400
    assert shop.client.get(f"{IMAGES}{image['id']}/").json() == image
    assert files(media_root) == before


@pytest.mark.parametrize(
    "field", ["id", "version", "digest", "width", "deleted_at", "shop", "index_state", "photo_url"]
)
def test_read_only_fields_cannot_be_set(shop, rival, field):
    image = create(shop.client)
    value = str(rival.shop.pk) if field == "shop" else UNKNOWN_ID
    response = send_change(shop.client, "patch", image, **{field: value})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_field")
    assert shop.client.get(f"{IMAGES}{image['id']}/").json() == image


def test_deleted_image_is_not_returned_any_more(shop):
    image = create(shop.client, name="Dress")
    address = f"{IMAGES}{image['id']}/"
    response = shop.client.delete(address)
    assert response.status_code == 204
    assert not response.content
    assert names(shop.client) == names(shop.client, q="Dress") == []
    assert shop.client.get(address).status_code == 404
    for method in ("put", "patch", "delete"):
        assert getattr(shop.client, method)(address, {"name": "x"}).status_code == 404
    with shop_scope(shop.shop.pk):
        assert IndexEntry.objects.get().state == IndexEntry.State.REMOVING
