"""Shoppers: their stated preferences, and export and deletion of their data."""

from typing import Any
from urllib.parse import quote

import pytest

from catalog.models import Image
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from recommendations.feedback import shoppers as export
from recommendations.feedback.shoppers import find_shopper
from recommendations.models import Event, Preferences, Prompt
from tenants.models import Shop, Shopper
from tenants.tests.factories import make_page

SHOPPERS = "/api/v1/shoppers/"
EVENTS = "/api/v1/events/"
NOTHING = {"category": [], "styles": [], "colour": [], "brand": []}
STATED = {
    "liked": {"category": ["dress"], "styles": ["casual"], "colour": ["red"], "brand": ["Ada's"]},
    "avoided": {"category": [], "styles": ["formal"], "colour": ["brown", "beige"], "brand": []},
    "sizes": ["M", "38"],
    "occasions": ["work"],
    "budget_min": "20.00",
    "budget_max": "90.50",
    "text": "light fabrics",
}
# Ids that shops may use, including unusual ones.
NAMES = (
    "ada",
    "customer 17",
    "ada@shop.example",
    "018f0000-0000-7000-8000-000000000000",
    "a.b",
    "...",
    "Änne-Łucja 👗",
    "50%",
    "%2F",
    "a?b#c&d=e;f",
    "\\",
    "a\nb",
    " ",
    "export",
    "<script>",
    "x" * 200,
)


def at(external_id: str, rest: str = "") -> str:
    """Return the URL of a shopper."""
    return f"{SHOPPERS}{quote(external_id, safe='')}/{rest}"


def preferences(client: Any, external_id: str = "ada") -> dict[str, Any]:
    response = client.get(at(external_id, "preferences/"))
    assert response.status_code == 200, response.content
    return response.json()


def state(client: Any, external_id: str = "ada", **fields: Any):
    return client.patch(at(external_id, "preferences/"), fields)


def like(client: Any, image: Image, event_id: str = "e-1", shopper: str = "ada", **more: Any):
    event = {"event_id": event_id, "kind": "like", "image": str(image.pk), "shopper": shopper}
    response = client.post(EVENTS, event | more)
    assert response.status_code == 202, response.content


def ask(shop: Shop, external_id: str = "ada", text: str = "red") -> Prompt:
    """Return a prompt of a shopper."""
    with shop_scope(shop.pk):
        shopper = find_shopper(shop, external_id)
        prompt: Prompt = Prompt.objects.create(
            shop=shop, shopper=shopper, prompt=text, number_of_images=1
        )
    return prompt


def count(model: Any) -> int:
    with all_shops():
        return int(model.objects.count())


@pytest.fixture
def ada(shop) -> str:
    """Return the id of an existing shopper."""
    shop.client.post(SHOPPERS, {"external_id": "ada"})
    return "ada"


# --- Create and list ------------------------------------------------------------------


def test_shopper_is_created_once_and_shown(shop):
    first, again = (shop.client.post(SHOPPERS, {"external_id": "ada"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == shop.client.get(at("ada")).json()
    assert set(first.json()) == {"external_id", "created_at"}
    assert count(Shopper) == 1


@pytest.mark.parametrize("name", NAMES)
def test_any_id_can_be_created_shown_exported_and_erased(shop, name):
    made = shop.client.post(SHOPPERS, {"external_id": name})
    assert (made.status_code, made.json()["external_id"]) == (201, name)
    assert shop.client.get(at(name)).json()["external_id"] == name
    assert state(shop.client, name, text="mine").status_code == 200
    assert shop.client.get(at(name, "export/")).json()["preferences"]["text"] == "mine"
    assert shop.client.delete(at(name)).status_code == 204
    assert shop.client.get(at(name)).status_code == 404


@pytest.mark.parametrize(
    "name", ["", None, "a/b", "/", "a\0b", ".", "..", "x" * 201, ["ada"], {"id": 1}]
)
def test_refuses_ids_that_no_url_can_contain(shop, name):
    response = shop.client.post(SHOPPERS, {"external_id": name})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["external_id"]
    assert count(Shopper) == 0


@pytest.mark.parametrize("name", ["a\0b", "x" * 201])
def test_invalid_ids_in_a_url_are_not_found(shop, name):
    for method in ("get", "delete"):
        assert getattr(shop.client, method)(at(name)).status_code == 404
    assert shop.client.get(at(name, "export/")).status_code == 404
    assert shop.client.get(at(name, "preferences/")).status_code == 200
    refused = shop.client.patch(at(name, "preferences/"), {"text": "x"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_shopper_id")


def test_shoppers_are_listed_newest_first_in_pages(shop):
    for name in ("a", "b", "c"):
        shop.client.post(SHOPPERS, {"external_id": name})
    page = shop.client.get(SHOPPERS, {"page_size": 2}).json()
    rest = shop.client.get(page["next"]).json()
    names = [shopper["external_id"] for shopper in page["results"] + rest["results"]]
    assert (names, rest["next"]) == (["c", "b", "a"], None)


def test_same_idempotency_key_gets_the_same_response(shop):
    headers = {"Idempotency-Key": "k"}
    body = {"external_id": "ada"}
    answers = [shop.client.post(SHOPPERS, body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]


# --- Access ---------------------------------------------------------------------------


def test_shopper_of_a_rival_is_not_found(shop, rival):
    state(rival.client, text="secret")
    assert shop.client.get(SHOPPERS).json()["results"] == []
    for method, rest in (("get", ""), ("delete", ""), ("get", "export/")):
        assert getattr(shop.client, method)(at("ada", rest)).status_code == 404
    assert preferences(shop.client)["text"] == ""
    assert preferences(rival.client)["text"] == "secret"


def test_shoppers_with_the_same_id_in_two_shops_are_independent(shop, rival):
    state(rival.client, text="theirs")
    state(shop.client, text="ours")
    assert shop.client.delete(at("ada")).status_code == 204
    assert preferences(rival.client)["text"] == "theirs"
    with all_shops():
        assert [shopper.shop_id for shopper in Shopper.objects.all()] == [rival.shop.pk]


# --- Preferences ----------------------------------------------------------------------


def test_unknown_shopper_has_empty_preferences_and_is_not_created_by_get(shop):
    assert preferences(shop.client) == {
        "liked": NOTHING,
        "avoided": NOTHING,
        "sizes": [],
        "occasions": [],
        "budget_min": None,
        "budget_max": None,
        "text": "",
        "updated_at": None,
    }
    assert count(Shopper) == 0


def test_put_creates_the_shopper_and_returns_the_preferences(shop):
    response = shop.client.put(at("ada", "preferences/"), STATED)
    assert response.status_code == 200, response.content
    body = response.json()
    assert body.pop("updated_at")
    assert body == STATED
    assert preferences(shop.client).items() >= STATED.items()
    assert shop.client.get(at("ada")).status_code == 200


def test_preferences_can_be_sent_back_as_read(shop):
    shop.client.put(at("ada", "preferences/"), STATED)
    assert shop.client.put(at("ada", "preferences/"), preferences(shop.client)).status_code == 200
    assert preferences(shop.client).items() >= STATED.items()


def test_put_empties_omitted_fields_and_patch_does_not(shop):
    shop.client.put(at("ada", "preferences/"), STATED)
    state(shop.client, text="wool", budget_max=None)
    expected = {**STATED, "text": "wool", "budget_max": None}
    assert preferences(shop.client).items() >= expected.items()
    shop.client.put(at("ada", "preferences/"), {"text": "silk"})
    left = preferences(shop.client)
    assert (left["text"], left["liked"], left["sizes"]) == ("silk", NOTHING, [])
    assert left["budget_min"] is None


def test_facets_are_accepted_by_id_or_name_and_stored_by_name(shop):
    styles = shop.client.get("/api/v1/styles/", {"page_size": 200}).json()["results"]
    casual = next(style for style in styles if style["name"].lower() == "casual")
    own = shop.client.post("/api/v1/categories/", {"name": "Kimono"}).json()
    liked = {"styles": [casual["id"], "CASUAL"], "category": ["kimono", own["id"]]}
    body = state(shop.client, liked=liked).json()
    assert body["liked"] == {**NOTHING, "styles": [casual["name"]], "category": ["Kimono"]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"liked": {"category": ["spaceship"]}}, "liked"),
        ({"avoided": {"styles": ["unheard-of"]}}, "avoided"),
        ({"liked": {"category": "\0"}}, "liked"),
        ({"liked": {"flavour": ["sweet"]}}, "liked.flavour"),
        ({"liked": {"availability": ["in_stock"]}}, "liked.availability"),
        ({"liked": {"colour": "red"}}, "liked"),
        ({"liked": {"brand": ["x" * 101]}}, "liked"),
        ({"liked": {"colour": ["red"] * 51}}, "liked"),
        ({"liked": ["dress"]}, "liked"),
        ({"liked": None}, "liked"),
        ({"occasions": ["work"] * 21}, "occasions"),
        ({"occasions": ["x" * 41]}, "occasions"),
        ({"sizes": "M"}, "sizes"),
        ({"sizes": ["M"] * 51}, "sizes"),
        ({"sizes": ["x" * 21]}, "sizes"),
        ({"sizes": [""]}, "sizes"),
        ({"sizes": ["\0"]}, "sizes"),
        ({"budget_min": "-1"}, "budget_min"),
        ({"budget_max": "much"}, "budget_max"),
        ({"budget_max": "NaN"}, "budget_max"),
        ({"budget_max": "1e30"}, "budget_max"),
        ({"budget_min": "90", "budget_max": "20"}, "budget_max"),
        ({"liked": {"colour": ["Red"]}, "avoided": {"colour": ["red"]}}, "avoided"),
        ({"text": "x" * 1_001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": None}, "text"),
    ],
)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_refuses_and_names_the_field(shop, fields, field, method):
    response = getattr(shop.client, method)(at("ada", "preferences/"), fields)
    assert response.status_code == 400, response.content
    assert list(response.json()["errors"]) == [field]
    assert (count(Shopper), count(Preferences)) == (0, 0)


def test_contradictions_with_stored_preferences_are_refused(shop):
    state(shop.client, budget_min="50", liked={"colour": ["red"]})
    assert state(shop.client, budget_max="40").status_code == 400
    assert state(shop.client, avoided={"colour": ["red"]}).status_code == 400
    assert state(shop.client, budget_max="50", avoided={"colour": ["blue"]}).status_code == 200


def test_refuses_a_rivals_facets(shop, rival):
    theirs = rival.client.post("/api/v1/styles/", {"name": "Secret"}).json()
    for reference in (theirs["id"], "Secret"):
        assert state(shop.client, liked={"styles": [reference]}).status_code == 400


def test_shopper_with_a_token_can_state_preferences_but_not_list_or_erase(shop, ada):
    browser = make_page(shop.shop, shopper="ada")
    assert state(browser, text="mine").status_code == 200
    assert preferences(browser)["text"] == "mine"
    assert browser.get(SHOPPERS).status_code == 403
    assert browser.post(SHOPPERS, {"external_id": "eve"}).status_code == 403
    assert browser.get(at(ada, "export/")).status_code == 403
    assert browser.delete(at(ada)).status_code == 403


# --- Export and erase -----------------------------------------------------------------


def test_export_has_preferences_events_and_prompts(shop):
    image = make_image(shop.shop)
    state(shop.client, text="wool")
    prompt = ask(shop.shop)
    like(shop.client, image, "mine", recommendation=str(prompt.pk))
    like(shop.client, image, "of-another", shopper="eve")
    ask(shop.shop, "eve")
    body = shop.client.get(at("ada", "export/")).json()
    assert set(body) == {"shopper", "preferences", "events", "prompts", "more", "next"}
    assert body["shopper"]["external_id"] == "ada"
    assert body["preferences"]["text"] == "wool"
    assert [event["event_id"] for event in body["events"]] == ["mine"]
    assert [asked["id"] for asked in body["prompts"]] == [str(prompt.pk)]
    assert body["next"] is None


def test_pages_of_an_export_have_everything_once(shop, ada, monkeypatch):
    monkeypatch.setattr(export, "PAGE", 2)
    image = make_image(shop.shop)
    for number in range(7):
        like(shop.client, image, f"e-{number}")
        if number % 2:
            ask(shop.shop, text=f"p-{number}")
    events, prompts, before = [], [], None
    with shop_scope(shop.shop.pk):
        shopper = find_shopper(shop.shop, ada)
        for _ in range(10):
            page = export.export_shopper(shopper=shopper, before=before)
            events += [event.event_id for event in page.events]
            prompts += [prompt.prompt for prompt in page.prompts]
            before = page.before
            if before is None:
                break
    assert events == [f"e-{number}" for number in reversed(range(7))]
    assert prompts == ["p-5", "p-3", "p-1"]


def test_export_links_to_older_rows(shop, ada, monkeypatch):
    image = make_image(shop.shop)
    for number in range(3):
        like(shop.client, image, f"e-{number}")
    monkeypatch.setattr(export, "PAGE", 2)
    first = shop.client.get(at(ada, "export/")).json()
    rest = shop.client.get(first["next"]).json()
    ids = [event["event_id"] for event in first["events"] + rest["events"]]
    assert (ids, rest["next"]) == (["e-2", "e-1", "e-0"], None)


@pytest.mark.parametrize("before", ["x", "7"])
def test_refuses_an_invalid_page_of_an_export(shop, ada, before):
    response = shop.client.get(at(ada, "export/"), {"before": before})
    assert response.status_code == 400


def test_export_makes_no_query_for_each_event(shop, ada, django_assert_max_num_queries):
    image = make_image(shop.shop)
    for number in range(10):
        like(shop.client, image, f"e-{number}")
    with django_assert_max_num_queries(11):
        assert len(shop.client.get(at(ada, "export/")).json()["events"]) == 10


def test_erasing_deletes_everything_of_one_shopper_only(shop):
    image = make_image(shop.shop)
    state(shop.client, text="wool")
    state(shop.client, "eve", text="silk")
    prompt = ask(shop.shop)
    like(shop.client, image, "mine", recommendation=str(prompt.pk))
    like(shop.client, image, "eves", shopper="eve", recommendation=str(prompt.pk))
    assert shop.client.delete(at("ada")).status_code == 204
    with all_shops():
        assert [shopper.external_id for shopper in Shopper.objects.all()] == ["eve"]
        assert [event.event_id for event in Event.objects.all()] == ["eves"]
    assert (count(Prompt), count(Preferences)) == (0, 1)
    for method, rest in (("get", ""), ("get", "export/"), ("delete", "")):
        assert getattr(shop.client, method)(at("ada", rest)).status_code == 404
    assert preferences(shop.client)["text"] == ""


def test_erased_shopper_who_returns_is_new(shop):
    image = make_image(shop.shop)
    like(shop.client, image, "old")
    shop.client.delete(at("ada"))
    like(shop.client, image, "old")
    like(shop.client, image, "new")
    body = shop.client.get(at("ada", "export/")).json()
    assert [event["event_id"] for event in body["events"]] == ["new", "old"]
