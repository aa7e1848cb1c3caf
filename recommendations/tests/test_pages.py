"""What pages may do: a publishable key alone searches, and acts for the shopper of its token."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Image
from catalog.tests.factories import make_image
from core.tenancy import shop_scope
from recommendations.models import Event, ImageFigures, Preferences, Prompt
from recommendations.tests.factories import make_answer
from recommendations.tests.figures import count_all
from tenants.models import Shopper
from tenants.tests.factories import make_page

API = "/api/v1/"
EVENTS, SEARCH = f"{API}events/", f"{API}recommendations/"
OWN, OTHER = f"{API}shoppers/ada/", f"{API}shoppers/eve/"
ANONYMOUS = ("impression", "click")
PERSONAL = tuple(kind for kind in Event.Kind.values if kind not in ANONYMOUS)


@pytest.fixture
def image(shop) -> Image:
    return make_image(shop.shop)


@pytest.fixture
def page(shop):
    return make_page(shop.shop)


@pytest.fixture
def ada(shop):
    return make_page(shop.shop, shopper="ada")


def make_body(image: Image, event_id: str = "e-1", **fields: Any) -> dict[str, Any]:
    return {"event_id": event_id, "kind": "click", "image": str(image.pk), **fields}


def read_events(shop: Any) -> list[Event]:
    with shop_scope(shop.shop.pk):
        return list(Event.objects.select_related("shopper").order_by("id"))


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


# --- Without a token --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ANONYMOUS)
def test_page_reports_impressions_and_clicks_of_its_session(shop, page, image, kind):
    answer = make_answer(shop.shop, image)
    body = make_body(image, kind=kind, session="s-1", recommendation=str(answer.pk))
    assert page.post(EVENTS, body).status_code == 202
    (event,) = read_events(shop)
    assert (event.kind, event.session, event.shopper, event.position) == (kind, "s-1", None, 1)


@pytest.mark.parametrize(
    "fields",
    [
        *({"kind": kind} for kind in PERSONAL),
        *({"kind": kind, "session": "s-1"} for kind in PERSONAL),
        *({"kind": kind, "shopper": "ada"} for kind in Event.Kind.values),
    ],
    ids=str,
)
def test_everything_else_needs_a_token(shop, page, image, fields):
    body = make_body(image, **fields)
    assert code_of(page.post(EVENTS, body)) == (403, "shopper_token_required")
    batch = {"events": [body, make_body(image, "e-2")]}
    answer = page.post(EVENTS, batch).json()
    assert answer["accepted"] == 1
    assert [(each["index"], each["code"]) for each in answer["rejected"]] == [
        (0, "shopper_token_required")
    ]
    assert [event.kind for event in read_events(shop)] == ["click"]


def test_page_cannot_invent_purchases_of_a_thousand_shoppers(shop, page, image):
    events = [
        make_body(image, f"e-{n}", kind="purchase", shopper=f"shopper-{n}") for n in range(1_000)
    ]
    assert code_of(page.post(EVENTS, {"events": events})) == (400, "validation_error")
    answer = page.post(EVENTS, {"events": events[:100]}).json()
    assert (answer["accepted"], len(answer["rejected"])) == (0, 100)
    with shop_scope(shop.shop.pk):
        assert not Shopper.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "patch"])
def test_page_neither_reads_nor_changes_preferences(shop, page, method):
    shop.client.put(f"{OWN}preferences/", {"text": "secret"})
    body = [] if method == "get" else [{"text": "changed"}]
    response = getattr(page, method)(f"{OWN}preferences/", *body)
    assert code_of(response) == (403, "shopper_token_required")
    assert shop.client.get(f"{OWN}preferences/").json()["text"] == "secret"


def test_page_reads_no_feed_and_searches_for_no_shopper(shop, page):
    assert code_of(page.get(f"{OWN}feed/")) == (403, "shopper_token_required")
    for shopper in ("ada", "nobody"):
        response = page.post(SEARCH, {"prompt": "red", "shopper": shopper})
        assert code_of(response) == (403, "shopper_token_required")
    with shop_scope(shop.shop.pk):
        assert not Prompt.objects.exists()


def test_a_session_is_no_shopper(shop, page, image):
    """An id of a shopper as the session opens nothing of that shopper."""
    other = make_image(shop.shop, "blue")
    shop.client.post(EVENTS, make_body(image, kind="dislike", shopper="ada", session="ada"))
    answer = page.post(SEARCH, {"images": [{"id": str(other.pk)}], "session": "ada"})
    anonymous = page.post(SEARCH, {"images": [{"id": str(other.pk)}], "session": "nobody"})
    assert answer.status_code == anonymous.status_code
    assert answer.json().get("results") == anonymous.json().get("results")


def test_page_may_ask_for_similar_items_and_outfits(page, image):
    for response in (
        page.get(f"{API}images/{image.pk}/similar/"),
        page.post(f"{API}images/{image.pk}/outfits/", {}),
        page.post(f"{API}similarity/", {"images": [str(image.pk), str(image.pk)]}),
        page.post(SEARCH, {"images": [{"id": str(image.pk)}]}),
    ):
        # The image is not embedded here, which only a permitted caller learns.
        assert response.status_code in {200, 409}, response.content


def test_page_reports_only_events_of_the_last_day(page, ada, image):
    old = (timezone.now() - timedelta(days=2)).isoformat()
    for client in (page, ada):
        response = client.post(EVENTS, make_body(image, occurred_at=old))
        assert response.status_code == 400
        assert "occurred_at" in response.json()["errors"]


# --- With a token -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", Event.Kind.values)
def test_token_reports_every_kind_for_its_shopper(shop, ada, image, kind):
    assert ada.post(EVENTS, make_body(image, kind=kind)).status_code == 202
    assert ada.post(EVENTS, make_body(image, "e-2", kind=kind, shopper="ada")).status_code == 202
    assert [event.shopper.external_id for event in read_events(shop)] == ["ada", "ada"]


def test_token_reports_nothing_for_another_shopper(shop, ada, image):
    body = make_body(image, kind="purchase", shopper="eve")
    assert code_of(ada.post(EVENTS, body)) == (404, "not_found")
    answer = ada.post(EVENTS, {"events": [body]}).json()
    assert [each["code"] for each in answer["rejected"]] == ["unknown_shopper"]
    assert not read_events(shop)


def test_token_opens_preferences_and_feed_of_its_shopper_only(shop, ada):
    shop.client.put(f"{OTHER}preferences/", {"sizes": ["secret"]})
    assert ada.put(f"{OWN}preferences/", {"sizes": ["mine"]}).status_code == 200
    assert ada.get(f"{OWN}preferences/").json()["sizes"] == ["mine"]
    assert ada.get(f"{OWN}feed/").status_code == 200
    for response in (
        ada.get(f"{OTHER}preferences/"),
        ada.put(f"{OTHER}preferences/", {"text": "changed"}),
        ada.patch(f"{OTHER}preferences/", {"text": "changed"}),
        ada.get(f"{OTHER}feed/"),
        ada.get(f"{API}shoppers/nobody/preferences/"),
        ada.post(SEARCH, {"prompt": "red", "shopper": "eve"}),
        ada.post(SEARCH, {"prompt": "red", "shopper": "nobody"}),
    ):
        assert code_of(response) == (404, "not_found")
    with shop_scope(shop.shop.pk):
        sizes = [stated.sizes for stated in Preferences.objects.order_by("sizes")]
    assert sizes == [["mine"], ["secret"]]


def test_search_with_a_token_is_for_its_shopper(shop, page, ada):
    # Nothing to search for without a shopper, and nothing is known of this one.
    assert code_of(page.post(SEARCH, {})) == (400, "validation_error")
    for body in ({}, {"shopper": "ada"}):
        assert code_of(ada.post(SEARCH, body)) == (400, "nothing_wanted")


def test_token_opens_nothing_else(ada):
    for path in ("", "export/", "wardrobe/", "conversations/"):
        assert code_of(ada.get(OWN + path)) == (403, "insufficient_scope")
    assert ada.delete(OWN).status_code == 403
    assert ada.get(EVENTS).status_code == 403


# --- Ids that senders choose --------------------------------------------------------------


def test_page_cannot_use_up_the_event_ids_of_the_shop_or_of_others(shop, page, ada, image):
    for client in (page, ada, shop.client):
        for session in ("s-1", "s-2"):
            client.post(EVENTS, make_body(image, "order-1", session=session))
    # The page by session, the token and the shop once each.
    assert len(read_events(shop)) == 4


def test_event_that_a_page_sends_again_counts_once(shop, page, ada, image):
    for client in (page, ada):
        answers = [client.post(EVENTS, make_body(image, session="s")).json() for _ in range(2)]
        assert [answer["duplicates"] for answer in answers] == [0, 1]


def test_idempotency_keys_of_pages_are_their_own(shop, page, ada, image):
    headers = {"Idempotency-Key": "k"}
    for client, accepted in ((page, 1), (ada, 1), (shop.client, 1), (page, 1)):
        response = client.post(EVENTS, make_body(image), headers=headers)
        assert response.json()["accepted"] == accepted
    assert response["Idempotency-Replayed"] == "true"
    elsewhere = page.post(EVENTS, make_body(image), headers=headers, REMOTE_ADDR="192.0.2.9")
    assert "Idempotency-Replayed" not in elsewhere
    assert len(read_events(shop)) == 4


# --- Figures ------------------------------------------------------------------------------


def count_figures(image: Image) -> ImageFigures:
    count_all()
    with shop_scope(image.shop_id):
        return ImageFigures.objects.get(image=image)


def test_sessions_of_one_address_count_a_bounded_number_of_times(shop, page, image):
    for start in range(0, 500, 50):
        events = [
            make_body(image, f"{kind}-{n}", kind=kind, session=f"s-{n}")
            for n in range(start, start + 50)
            for kind in ANONYMOUS
        ]
        assert page.post(EVENTS, {"events": events}).json()["accepted"] == 100
        count_all()
    figures = count_figures(image)
    assert (figures.clicks, figures.impressions) == (10, 10)
    assert figures.expected == pytest.approx(10)


def test_visitors_of_other_addresses_count_too(shop, page, image):
    for number in range(5):
        for event_id in ("e-1", "e-2"):
            body = make_body(image, event_id, session=f"s-{number}")
            page.post(EVENTS, body, REMOTE_ADDR=f"192.0.2.{number}")
    assert count_figures(image).clicks == 5


def test_address_is_not_stored(shop, page, image):
    page.post(EVENTS, make_body(image), REMOTE_ADDR="192.0.2.77")
    (event,) = read_events(shop)
    assert "192.0.2.77" not in str(vars(event))


def test_shopper_counts_once_a_day_and_item(shop, ada, image):
    other = make_image(shop.shop, "blue")
    for number in range(50):
        body = make_body(image, f"e-{number}", kind="purchase")
        assert ada.post(EVENTS, body).status_code == 202
        if number % 10 == 0:
            count_all()
    ada.post(EVENTS, make_body(other, "other", kind="purchase"))
    assert count_figures(image).purchases == 1
    assert count_figures(other).purchases == 1
