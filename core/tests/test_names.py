"""Unknown names of query parameters and body fields are refused, on every route."""

from typing import Any

import pytest
from django.core.files.base import ContentFile

from catalog.models import Style
from catalog.tests.factories import make_image
from core.api.names import MAX_NAME_LENGTH, MAX_REPORTED, find_nearest
from core.tenancy import all_shops
from core.tests.factories import make_photo
from core.tests.test_route_walk import (
    API,
    GUARDED,
    NOBODY,
    OBJECTS,
    PUBLIC,
    ROUTES,
    call,
    make_rule,
)

IMAGES = "/api/v1/images/"
ASK = "/api/v1/recommendations/"
STYLES = "/api/v1/styles/"
EVENTS = "/api/v1/events/"
ENHANCE = "/api/v1/quality/enhance/"
UNKNOWN = "surely_unknown"
READS = ("get", "head")

API_ROUTES = [
    route
    for route in ROUTES
    if route.pattern.startswith(API) and (route in GUARDED or route.pattern in PUBLIC)
]
STEPS = [
    pytest.param(route, method, id=f"{method} {route}")
    for route in API_ROUTES
    for method in route.methods
    if method != "options"
]


def assert_refused(response: Any, *names: str, code: str) -> dict[str, Any]:
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    for name in names:
        assert f"`{name}`" in body["detail"]
        assert [error["code"] for error in body["errors"][name]] == [code]
    return body


def make_style(shop: Any) -> Style:
    with all_shops():
        style: Style = Style.objects.create(shop=shop, name="Boho")
    return style


def photo_file() -> ContentFile:
    return ContentFile(make_photo(), "photo.jpg")


@pytest.mark.parametrize(("route", "method"), STEPS)
def test_every_route_refuses_an_unknown_parameter(colleague, route, method):
    response = call(colleague.client, method, f"{route.url(NOBODY)}?{UNKNOWN}=1")
    if method == "head":
        assert response.status_code == 400
    else:
        assert_refused(response, UNKNOWN, code="unknown_parameter")


def make_own(shop: Any, route: Any) -> str:
    """Return the route's URL with a row of this shop."""
    kinds = [kind for kind in OBJECTS if route.pattern.startswith(kind)]
    return route.url(OBJECTS[max(kinds, key=len)](shop).pk if kinds else NOBODY)


@pytest.mark.parametrize(
    ("route", "method"), [step for step in STEPS if step.values[1] not in READS]
)
def test_every_route_refuses_an_unknown_field(shop, colleague, route, method):
    url = make_own(shop.shop, route)
    response = call(colleague.client, method, url, {UNKNOWN: 1})
    assert_refused(response, UNKNOWN, code="unknown_field")


# --- Parameters -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name", "meant"),
    [
        (IMAGES, "page", "cursor"),
        (IMAGES, "limit", "page_size"),
        (IMAGES, "pagesize", "page_size"),
        (IMAGES, "color", "colour"),
        (IMAGES, "query", "q"),
        (f"{IMAGES}{NOBODY}/similar/", "num_results", "number_of_images"),
        ("/api/v1/quality/reports/", "sort", "order"),
    ],
)
def test_suggests_the_nearest_parameter(shop, path, name, meant):
    body = assert_refused(shop.client.get(path, {name: "2"}), name, code="unknown_parameter")
    assert body["detail"] == f"Unknown parameter `{name}`; did you mean `{meant}`?"


def test_lists_the_known_parameters_if_none_is_near(shop):
    detail = shop.client.get("/api/v1/styles/", {"zzz": "1"}).json()["detail"]
    assert detail == "Unknown parameter `zzz`; known are `cursor`, `page_size`."
    detail = shop.client.get("/api/v1/shop/", {"zzz": "1"}).json()["detail"]
    assert detail == "Unknown parameter `zzz`; this request takes none."


def test_names_all_unknown_parameters(shop):
    response = shop.client.get(IMAGES, {"order": "name", "skip": "10", "brand": "Acme"})
    body = assert_refused(response, "order", "skip", code="unknown_parameter")
    assert len(body["errors"]) == 2


@pytest.mark.parametrize("size", ["0", "-1", "201", "9999", "abc", "1.5", "1e2", "٣", " 5", "+5"])
@pytest.mark.parametrize("path", [IMAGES, STYLES, EVENTS, "/api/v1/quality/reports/"])
def test_refuses_an_impossible_page_size(shop, path, size):
    response = shop.client.get(path, {"page_size": size})
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert response.json()["errors"]["page_size"][0]["message"] == "Send a number from 1 to 200."


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (IMAGES, "page_size"),
        (IMAGES, "availability"),
        (IMAGES, "price_min"),
        (EVENTS, "image"),
        ("/api/v1/analytics/", "to"),
        ("/api/v1/quality/reports/", "held"),
    ],
)
def test_refuses_a_parameter_without_a_value_unless_it_is_a_text(shop, path, name):
    response = shop.client.get(path, {name: ""})
    assert response.status_code == 400
    assert response.json()["errors"][name][0]["code"] == "blank"
    assert shop.client.get(IMAGES, {"q": "", "category": ""}).status_code == 200


@pytest.mark.parametrize("path", [IMAGES, f"{IMAGES}{NOBODY}/similar/", "/api/v1/analytics/"])
def test_refuses_a_parameter_that_is_repeated(shop, path):
    name = {IMAGES: "page_size", "/api/v1/analytics/": "to"}.get(path, "number_of_images")
    response = shop.client.get(f"{path}?{name}=5&{name}=5")
    assert response.status_code == 400
    assert response.json()["errors"][name][0]["code"] == "repeated"


@pytest.mark.parametrize(
    "query",
    [
        "feed/?explain=maybe",
        "feed/?number_of_images=0",
        "feed/?number_of_images=101",
        "feed/?category=nothing",
        "feed/?price_max=cheap",
        "feed/?availability=soon",
        "wardrobe/?slot=head",
        "export/?before=yesterday",
    ],
)
def test_refuses_values_outside_the_choices(colleague, query):
    colleague.client.post("/api/v1/shoppers/", {"external_id": "ada"})
    response = colleague.client.get(f"/api/v1/shoppers/ada/{query}")
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert list(response.json()["errors"]) == [query.partition("?")[2].partition("=")[0]]


@pytest.mark.parametrize("path", ["/api/v1/analytics/", f"{ENHANCE}{NOBODY}/progress/"])
def test_refuses_an_unknown_format(shop, path):
    response = shop.client.get(path, {"format": "pdf"})
    assert response.status_code == 400
    assert "json" in response.json()["errors"]["format"][0]["message"]


def test_a_list_of_a_feed_may_repeat_a_facet(shop):
    address = "/api/v1/shoppers/ada/feed/?colour=red&colour=blue&category=dress,skirt"
    assert shop.client.get(address).status_code == 200


# --- Fields ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "name", "meant"),
    [
        ({"promt": "red"}, "promt", "prompt"),
        ({"prompt": "red", "num_results": 5}, "num_results", "number_of_images"),
        ({"filters": {"color": ["red"]}}, "filters.color", "filters.colour"),
        ({"terms": [{"text": "red"}, {"txt": "a"}]}, "terms.1.txt", "terms.1.text"),
        ({"photos": [{"box": {"heigth": 1}}]}, "photos.0.box.heigth", "photos.0.box.height"),
    ],
)
def test_names_the_path_of_an_unknown_field(shop, body, name, meant):
    answer = assert_refused(shop.client.post(ASK, body), name, code="unknown_field")
    assert answer["detail"] == f"Unknown field `{name}`; did you mean `{meant}`?"


def test_an_event_with_an_unknown_field_is_rejected_alone(shop):
    good = {"event_id": "1", "kind": "like", "image": str(make_image(shop.shop).pk)}
    events = {"events": [good, {**good, "event_id": "2", "shoper": "ada"}]}
    body = shop.client.post(EVENTS, events).json()
    assert body["accepted"] == 1
    (rejected,) = body["rejected"]
    assert (rejected["index"], rejected["code"]) == (1, "unknown_field")
    assert "did you mean `shopper`?" in rejected["detail"]
    assert_refused(shop.client.post(EVENTS, {**events, "shop": 1}), "shop", code="unknown_field")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"nme": "x"}, "nme"),
        ({"file": "x"}, "file"),
        ({"styles[x]": "casual"}, "styles[x]"),
        ({f"styles[{'9' * 500}]": "casual"}, f"styles[{'9' * 53}"),
        ({"name[0]": "x"}, "name[0]"),
        ({"photo.x": "x"}, "photo.x"),
    ],
)
def test_forms_with_unknown_fields(shop, fields, name):
    form = {"name": "Dress", "photo": photo_file(), **fields}
    response = shop.client.post(IMAGES, form, format="multipart")
    assert_refused(response, name, code="unknown_field")


@pytest.mark.parametrize("path", [IMAGES, ASK, "/api/v1/quality/assess/"])
def test_forms_with_unknown_files(shop, path):
    form = {"attachment": photo_file()}
    response = shop.client.post(path, form, format="multipart")
    assert_refused(response, "attachment", code="unknown_field")


def test_a_form_may_number_the_values_of_a_list(shop):
    form = {"name": "Dress", "photo": photo_file(), "styles[0]": "casual", "styles[1]": "summer"}
    response = shop.client.post(IMAGES, form, format="multipart")
    assert response.status_code == 201
    assert set(response.json()["styles"]) == {"casual", "summer"}


@pytest.mark.parametrize("name", ["name", "photo"])
def test_forms_give_a_field_once(shop, name):
    form = {"name": "Dress", "photo": photo_file(), name: [photo_file(), photo_file()]}
    response = shop.client.post(IMAGES, form, format="multipart")
    assert response.status_code == 400
    assert response.json()["errors"][name][0]["code"] == "repeated"


@pytest.mark.parametrize("field", ["id", "is_default"])
def test_fields_that_only_answers_have_are_unknown(shop, field):
    response = shop.client.post(STYLES, {"name": "Boho", field: True})
    assert_refused(response, field, code="unknown_field")


@pytest.mark.parametrize("path", [STYLES, "/api/v1/rules/", IMAGES])
def test_put_takes_back_what_get_returns_and_patch_does_not(shop, path):
    kinds: dict[str, Any] = {STYLES: make_style, IMAGES: make_image, "/api/v1/rules/": make_rule}
    address = f"{path}{kinds[path](shop.shop).pk}/"
    body = shop.client.get(address).json()
    assert shop.client.put(address, body).status_code == 200
    assert_refused(shop.client.put(address, {**body, "x": 1}), "x", code="unknown_field")
    assert_refused(shop.client.patch(address, body), "id", code="unknown_field")


def test_put_checks_the_names_in_the_objects_that_it_takes_back(shop):
    address = "/api/v1/shoppers/ada/preferences/"
    response = shop.client.put(address, {"updated_at": None, "liked": {"color": ["red"]}})
    assert_refused(response, "liked.color", code="unknown_field")


@pytest.mark.parametrize("body", [[1], "text", 5])
def test_a_request_without_a_body_refuses_other_bodies(shop, body):
    assert shop.client.post("/api/v1/index/retry/", body).status_code == 400


def test_an_empty_body_is_no_body(shop):
    assert shop.client.post("/api/v1/index/retry/", {}).status_code == 202
    assert shop.client.post("/api/v1/index/retry/").status_code == 202


@pytest.mark.parametrize(
    "query", ['{"prompt": "a", "prompt": "b"}', '{"diversity": NaN}', "[1]", "[" * 100_000, "nan"]
)
def test_a_forms_query_is_as_strict_as_a_body(shop, query):
    response = shop.client.post(ASK, {"query": query}, format="multipart")
    assert response.status_code == 400
    assert "query" in response.json()["errors"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"explain": 0}, "explain"),
        ({"explain": "off"}, "explain"),
        ({"number_of_images": True}, "number_of_images"),
        ({"diversity": False}, "diversity"),
        ({"terms": [{"text": "red", "weight": True}]}, "terms.0.weight"),
        ({"filters": {"price_min": False}}, "filters.price_min"),
        ({"exclude": [5]}, "exclude.0"),
    ],
)
def test_refuses_json_values_that_mean_something_else(shop, body, place):
    response = shop.client.post(ASK, {"prompt": "red", **body})
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    errors = response.json()["errors"]
    for name in place.split("."):
        errors = errors[name]
    assert errors[0]["message"].startswith("Send ")


@pytest.mark.parametrize("number", ["nan", "-Infinity", 10**400])
@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("post", ASK, {"prompt": "a"}, "diversity"),
        ("post", ASK, {}, "terms.0.weight"),
        ("post", ASK, {}, "photos.0.box.x"),
        ("post", "/api/v1/shoppers/ada/outfits/", {}, "formality"),
        ("post", "/api/v1/quality/batches/", {"verdict": "poor"}, "level"),
        ("put", "/api/v1/ranking/", {}, "taste"),
        ("put", "/api/v1/quality/profiles/own/", {}, "rules.0.least"),
        ("put", "/api/v1/quality/profiles/own/", {}, "aspect"),
    ],
)
def test_refuses_numbers_that_are_not_finite(colleague, method, path, body, place, number):
    value: Any = number
    for name in reversed(place.split(".")):
        value = [value] if name == "0" else {name: value}
    response = getattr(colleague.client, method)(path, {**body, **value})
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    errors = response.json()["errors"]
    for name in place.split("."):
        errors = errors[name]
    assert errors[0]["code"] in {"invalid", "overflow"}


# --- Cost -----------------------------------------------------------------------------


def test_many_long_names_cost_little_and_are_shortened(shop):
    body = {f"{number}{'x' * 5_000}": 1 for number in range(300)}
    answer = shop.client.post(ASK, body).json()
    assert len(answer["errors"]) == MAX_REPORTED
    assert max(map(len, answer["errors"])) == MAX_NAME_LENGTH


@pytest.mark.parametrize(
    ("name", "known", "nearest"),
    [
        ("AgeGroup", ["category", "age_group"], "age_group"),
        ("numberOfImages", ["prompt", "number_of_images"], "number_of_images"),
        ("limit", ["number_of_images"], "number_of_images"),
        ("limit", ["number_of_images", "page_size"], "page_size"),
        ("zzz", ["prompt"], None),
        ("", ["prompt"], None),
        ("\0", ["prompt"], None),
    ],
)
def test_finds_the_nearest_name(name, known, nearest):
    assert find_nearest(name, known) == nearest
