"""Events are stored once, in bulk, and only for the shop's own images and answers."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Image
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from recommendations.feedback import events as recording
from recommendations.feedback.shoppers import find_disliked_images, find_shopper, read_taste_events
from recommendations.models import Event
from recommendations.tests.factories import make_answer
from tenants.models import Shopper
from tenants.tests.factories import make_key_client

EVENTS = "/api/v1/events/"
UNKNOWN_ID = "018f0000-0000-7000-8000-000000000000"


def make_body(image: Any, event_id: str = "e-1", **fields: Any) -> dict[str, Any]:
    """Return the body of an event."""
    return {"event_id": event_id, "kind": "click", "image": str(getattr(image, "pk", image))} | (
        fields
    )


def read_events() -> list[Event]:
    """Return the stored events of all shops, in order of arrival."""
    with all_shops():
        return list(Event.objects.select_related("shopper").order_by("id"))


@pytest.fixture
def image(shop) -> Image:
    return make_image(shop.shop)


@pytest.fixture
def theirs(rival) -> Image:
    return make_image(rival.shop)


# --- One event ------------------------------------------------------------------------


def test_one_event_is_accepted_and_stored_as_sent(shop, image):
    answer = make_answer(shop.shop, image)
    at = timezone.now() - timedelta(hours=2)
    event = make_body(
        image,
        kind="add_to_cart",
        shopper="customer 17",
        session="s-1",
        recommendation=str(answer.pk),
        position=7,
        occurred_at=at.isoformat(),
    )
    response = shop.client.post(EVENTS, event)
    assert response.status_code == 202, response.content
    assert response.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    (found,) = read_events()
    assert (found.event_id, found.kind, found.session) == ("e-1", "add_to_cart", "s-1")
    assert (found.image_id, found.prompt_id, found.position) == (image.pk, answer.pk, 7)
    assert (found.shop_id, found.occurred_at) == (shop.shop.pk, at)
    assert found.shopper.external_id == "customer 17"


@pytest.mark.parametrize("kind", Event.Kind.values)
def test_every_kind_needs_only_an_image(shop, image, kind):
    assert shop.client.post(EVENTS, make_body(image, kind=kind)).status_code == 202
    (found,) = read_events()
    assert (found.kind, found.shopper, found.session) == (kind, None, "")
    assert (found.prompt, found.position) == (None, None)
    assert abs(found.occurred_at - timezone.now()) < timedelta(minutes=1)


def test_null_fields_count_as_omitted(shop, image):
    nothing = dict.fromkeys(("shopper", "session", "recommendation", "position"))
    assert shop.client.post(EVENTS, make_body(image, **nothing)).status_code == 202
    (found,) = read_events()
    assert (found.shopper, found.session, found.prompt) == (None, "", None)


def test_repeated_event_is_a_duplicate_and_changes_nothing(shop, image):
    shop.client.post(EVENTS, make_body(image))
    again = shop.client.post(EVENTS, make_body(image, kind="purchase", shopper="new"))
    assert again.status_code == 202
    assert again.json() == {"accepted": 0, "duplicates": 1, "rejected": []}
    (found,) = read_events()
    assert (found.kind, found.shopper) == ("click", None)
    with all_shops():
        assert not Shopper.objects.exists()


def test_repeated_event_is_a_duplicate_even_after_its_image_was_deleted(shop, image):
    shop.client.post(EVENTS, make_body(image))
    shop.client.delete(f"/api/v1/images/{image.pk}/")
    assert shop.client.post(EVENTS, make_body(image)).json()["duplicates"] == 1


def test_two_shops_may_use_the_same_event_id(shop, rival, image, theirs):
    assert shop.client.post(EVENTS, make_body(image)).json()["accepted"] == 1
    assert rival.client.post(EVENTS, make_body(theirs)).json()["accepted"] == 1
    assert [event.shop_id for event in read_events()] == [shop.shop.pk, rival.shop.pk]


@pytest.mark.parametrize(
    ("fields", "field_name", "code"),
    [
        ({"event_id": ""}, "event_id", "blank"),
        ({"event_id": None}, "event_id", "null"),
        ({"event_id": "x" * 101}, "event_id", "max_length"),
        ({"event_id": "a\0b"}, "event_id", "null_characters_not_allowed"),
        ({"event_id": ["x"]}, "event_id", "invalid"),
        ({"kind": "glance"}, "kind", "invalid_choice"),
        ({"kind": None}, "kind", "null"),
        ({"kind": ["click"]}, "kind", "invalid_choice"),
        ({"image": "red"}, "image", "invalid"),
        ({"image": None}, "image", "null"),
        ({"image": UNKNOWN_ID}, "image", "unknown_image"),
        ({"shopper": "a/b"}, "shopper", "invalid_shopper_id"),
        ({"shopper": ".."}, "shopper", "invalid_shopper_id"),
        ({"shopper": "a\0b"}, "shopper", "null_characters_not_allowed"),
        ({"shopper": "x" * 201}, "shopper", "max_length"),
        ({"session": "x" * 101}, "session", "max_length"),
        ({"recommendation": "first"}, "recommendation", "invalid"),
        ({"recommendation": UNKNOWN_ID}, "recommendation", "unknown_recommendation"),
        ({"position": 0}, "position", "min_value"),
        ({"position": -1}, "position", "min_value"),
        ({"position": 32_768}, "position", "max_value"),
        ({"position": 1.5}, "position", "invalid"),
        ({"position": True}, "position", "invalid"),
        ({"occurred_at": "yesterday"}, "occurred_at", "invalid"),
        ({"occurred_at": "2020-01-01T00:00:00Z"}, "occurred_at", "too_old"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at", None),
    ],
)
def test_refuses_a_single_invalid_event_and_names_the_field(shop, image, fields, field_name, code):
    response = shop.client.post(EVENTS, make_body(image) | fields)
    assert response.status_code == 400, response.content
    assert response.json()["code"] == "validation_error"
    (field, errors) = response.json()["errors"].popitem()
    assert field == field_name
    assert code is None or errors[0]["code"] == code
    assert read_events() == []


@pytest.mark.parametrize("missing", ["event_id", "kind", "image"])
def test_event_needs_an_id_a_kind_and_an_image(shop, image, missing):
    event = make_body(image)
    del event[missing]
    response = shop.client.post(EVENTS, event)
    assert list(response.json()["errors"]) == [missing]


@pytest.mark.parametrize("body", [[], [{}], "click", 7, None, {"events": {}}, {"events": None}])
def test_refuses_a_body_that_is_neither_event_nor_batch(shop, body):
    assert shop.client.post(EVENTS, body).status_code == 400


def test_refuses_forms_which_cannot_express_a_batch(shop, image):
    assert shop.client.post(EVENTS, make_body(image), format="multipart").status_code == 415


@pytest.mark.parametrize("field", ["image", "recommendation"])
def test_ids_of_a_rival_are_refused_like_unknown_ids(shop, image, rival, theirs, field):
    foreign = {"image": theirs.pk, "recommendation": make_answer(rival.shop, theirs).pk}
    responses = [
        shop.client.post(EVENTS, make_body(image) | {field: str(value)})
        for value in (foreign[field], UNKNOWN_ID)
    ]
    assert [answer.status_code for answer in responses] == [400, 400]
    assert responses[0].json() == responses[1].json()
    assert read_events() == []


def test_deleted_image_is_unknown(shop, image):
    shop.client.delete(f"/api/v1/images/{image.pk}/")
    assert shop.client.post(EVENTS, make_body(image)).status_code == 400


def test_same_shopper_id_in_two_shops_means_two_shoppers(shop, image, rival, theirs):
    rival.client.post(EVENTS, make_body(theirs, shopper="ada"))
    shop.client.post(EVENTS, make_body(image, shopper="ada"))
    first, second = (event.shopper for event in read_events())
    assert first.external_id == second.external_id and first.pk != second.pk
    assert (first.shop_id, second.shop_id) == (rival.shop.pk, shop.shop.pk)


# --- Time and position ----------------------------------------------------------------


def test_event_from_the_future_gets_the_present_time(shop, image):
    later = timezone.now() + timedelta(days=2)
    shop.client.post(EVENTS, make_body(image, occurred_at=later.isoformat()))
    assert read_events()[0].occurred_at <= timezone.now()


@pytest.mark.parametrize(("days", "status"), [(89, 202), (91, 400)])
def test_events_can_be_ninety_days_late(shop, image, days, status):
    at = (timezone.now() - timedelta(days=days)).isoformat()
    assert shop.client.post(EVENTS, make_body(image, occurred_at=at)).status_code == status


def test_position_is_looked_up_in_the_answer(shop, image):
    first, missing = make_image(shop.shop, "blue"), make_image(shop.shop, "green")
    answer = str(make_answer(shop.shop, first, image).pk)
    batch = [
        make_body(image, "a", recommendation=answer),
        make_body(first, "b", recommendation=answer),
        make_body(missing, "c", recommendation=answer),
        make_body(image, "d"),
        make_body(image, "e", recommendation=answer, position=40),
    ]
    shop.client.post(EVENTS, {"events": batch})
    positions = {event.event_id: event.position for event in read_events()}
    assert positions == {"a": 2, "b": 1, "c": None, "d": None, "e": 40}


# --- Many events ----------------------------------------------------------------------


def test_invalid_events_of_a_batch_are_rejected_alone(shop, image, theirs):
    old = "2020-01-01T00:00:00Z"
    batch = [
        make_body(image, "good-1"),
        make_body(image, "bad-kind", kind="glance"),
        make_body(theirs, "foreign"),
        "no event",
        make_body(image, "good-2", shopper="ada"),
        make_body(image, "bad-recommendation", recommendation=UNKNOWN_ID),
        {"kind": "click", "image": str(image.pk)},
        make_body(image, "old", occurred_at=old),
        None,
        make_body("red", 7),
    ]
    response = shop.client.post(EVENTS, {"events": batch})
    assert response.status_code == 202, response.content
    body = response.json()
    assert (body["accepted"], body["duplicates"]) == (2, 0)
    rejected = [(r["index"], r["event_id"], r["code"]) for r in body["rejected"]]
    assert rejected == [
        (1, "bad-kind", "invalid_choice"),
        (2, "foreign", "unknown_image"),
        (3, None, "invalid"),
        (5, "bad-recommendation", "unknown_recommendation"),
        (6, None, "required"),
        (7, "old", "too_old"),
        (8, None, "null"),
        (9, "7", "invalid"),
    ]
    assert body["rejected"][0]["detail"].startswith("kind: ")
    assert [event.event_id for event in read_events()] == ["good-1", "good-2"]


def test_rejections_contain_no_nuls_and_no_long_texts(shop, image):
    batch = [
        make_body(image, "a\0b"),
        make_body(image, kind="\0"),
        make_body("x" * 5_000, "e" * 5_000),
    ]
    headers = {"Idempotency-Key": "k"}
    answers = [shop.client.post(EVENTS, {"events": batch}, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    rejected = answers[0].json()["rejected"]
    assert [r["event_id"] for r in rejected] == ["ab", "e-1", "e" * 100]
    assert max(len(r["detail"]) for r in rejected) < 400


def test_repeated_batch_has_only_duplicates(shop, image):
    batch = {"events": [make_body(image, f"e-{n}", shopper=f"s-{n % 3}") for n in range(10)]}
    first, second = (shop.client.post(EVENTS, batch).json() for _ in range(2))
    assert (first["accepted"], first["duplicates"]) == (10, 0)
    assert (second["accepted"], second["duplicates"]) == (0, 10)
    with all_shops():
        assert (Event.objects.count(), Shopper.objects.count()) == (10, 3)


def test_id_twice_in_a_batch_counts_once(shop, image):
    batch = [make_body(image, kind="like"), make_body(image, kind="dislike")]
    answer = shop.client.post(EVENTS, {"events": batch}).json()
    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert [event.kind for event in read_events()] == ["like"]


def test_empty_batch_is_accepted(shop):
    answer = shop.client.post(EVENTS, {"events": []})
    assert (answer.status_code, answer.json()["accepted"]) == (202, 0)


def test_batch_has_at_most_a_thousand_events(shop, image):
    thousand = [make_body(image, f"e-{n}") for n in range(1_000)]
    assert shop.client.post(EVENTS, {"events": [*thousand, make_body(image)]}).status_code == 400
    assert read_events() == []
    assert shop.client.post(EVENTS, {"events": thousand}).json()["accepted"] == 1_000


def test_number_of_queries_does_not_grow_with_the_batch(shop, image):
    answer = str(make_answer(shop.shop, image).pk)

    def queries(count: int, prefix: str) -> int:
        batch = [
            make_body(image, f"{prefix}-{n}", shopper=f"{prefix}-{n}", recommendation=answer)
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert shop.client.post(EVENTS, {"events": batch}).json()["accepted"] == count
        return len(captured)

    queries(1, "warm-up")
    assert queries(300, "many") == queries(2, "few") <= 16


def test_deletion_of_an_image_during_a_request_loses_no_other_event(shop, image, monkeypatch):
    read_references, reads = recording._read_references, []

    def read_too_early(events: Any) -> Any:
        """Return, the first time, an image that is deleted before the events are written."""
        found = read_references(events)
        reads.append(found)
        return found if len(reads) > 1 else replace(found, images={image.pk, UUID(UNKNOWN_ID)})

    monkeypatch.setattr(recording, "_read_references", read_too_early)
    batch = [make_body(UNKNOWN_ID, "lost"), make_body(image, "stored", shopper="ada")]
    answer = shop.client.post(EVENTS, {"events": batch}).json()
    assert (len(reads), answer["accepted"]) == (2, 1)
    assert [rejected["code"] for rejected in answer["rejected"]] == ["unknown_image"]
    assert [event.event_id for event in read_events()] == ["stored"]


def test_same_idempotency_key_gets_the_same_response(shop, image):
    headers = {"Idempotency-Key": "k"}
    answers = [shop.client.post(EVENTS, make_body(image), headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(read_events()) == 1


# --- Access ---------------------------------------------------------------------------


def test_publishable_key_can_send_events_but_not_list_them(shop, image):
    browser = make_key_client(shop.shop, kind="publishable")
    assert browser.post(EVENTS, make_body(image)).status_code == 202
    assert browser.get(EVENTS).status_code == 403


def test_read_only_key_cannot_send_events(shop, image):
    reader = make_key_client(shop.shop, scopes=["catalog:read"])
    assert reader.post(EVENTS, make_body(image)).status_code == 403
    assert reader.get(EVENTS).status_code == 200


# --- List -----------------------------------------------------------------------------


def test_list_shows_the_sent_fields_newest_first(shop, image):
    answer = make_answer(shop.shop, image)
    shop.client.post(EVENTS, make_body(image, "first"))
    last = make_body(image, "last", kind="like", shopper="ada", recommendation=str(answer.pk))
    shop.client.post(EVENTS, last)
    newest, oldest = shop.client.get(EVENTS).json()["results"]
    assert {**last, "position": 1, "session": ""}.items() <= newest.items()
    assert (oldest["event_id"], oldest["shopper"]) == ("first", None)
    assert oldest["recommendation"] is None


def test_each_filter_narrows_the_list(shop, image, rival, theirs):
    other, answer = make_image(shop.shop, "blue"), make_answer(shop.shop, image)
    batch = [
        make_body(image, "liked", kind="like", shopper="ada"),
        make_body(other, "clicked", shopper="eve", recommendation=str(answer.pk)),
    ]
    shop.client.post(EVENTS, {"events": batch})
    rival.client.post(EVENTS, make_body(theirs, "theirs", kind="like", shopper="ada"))
    for name, value, expected in (
        ("kind", "like", ["liked"]),
        ("image", other.pk, ["clicked"]),
        ("shopper", "ada", ["liked"]),
        ("recommendation", answer.pk, ["clicked"]),
        ("image", theirs.pk, []),
        ("shopper", "nobody", []),
    ):
        page = shop.client.get(EVENTS, {name: str(value)}).json()
        assert [event["event_id"] for event in page["results"]] == expected, name


@pytest.mark.parametrize("query", [{"kind": "glance"}, {"image": "red"}, {"recommendation": "x"}])
def test_refuses_an_unknown_filter(shop, query):
    assert shop.client.get(EVENTS, query).status_code == 400


def test_list_makes_no_query_for_each_event(shop, image, django_assert_max_num_queries):
    batch = [make_body(image, f"e-{n}", shopper=f"s-{n}") for n in range(30)]
    shop.client.post(EVENTS, {"events": batch})
    with django_assert_max_num_queries(4):
        assert len(shop.client.get(EVENTS).json()["results"]) == 30


# --- Queries of ranking ---------------------------------------------------------------


def send_opinions(client: Any, image: Image, *kinds: str, shopper: str = "ada") -> None:
    """Send opinions of an image, one a minute; the last one has the present time."""
    now: datetime = timezone.now()
    for number, kind in enumerate(kinds):
        at = now - timedelta(minutes=len(kinds) - number)
        event_id = f"{shopper}-{image.pk}-{number}"
        event = make_body(image, event_id, kind=kind, shopper=shopper, occurred_at=at.isoformat())
        assert client.post(EVENTS, event).status_code == 202


@pytest.mark.parametrize(
    ("kinds", "is_hidden"),
    [
        (("dislike",), True),
        (("like",), False),
        (("like", "dislike"), True),
        (("dislike", "like"), False),
        (("dislike", "like", "dislike"), True),
        (("dislike", "click"), True),
        (("click", "purchase"), False),
    ],
)
def test_latest_opinion_wins(shop, image, kinds, is_hidden, django_assert_num_queries):
    send_opinions(shop.client, image, *kinds)
    with shop_scope(shop.shop.pk):
        shopper = find_shopper(shop.shop, "ada")
        with django_assert_num_queries(1):
            assert find_disliked_images(shopper.pk) == ({image.pk} if is_hidden else set())


def test_late_like_does_not_undo_a_later_dislike(shop, image):
    send_opinions(shop.client, image, "dislike")
    before = (timezone.now() - timedelta(days=1)).isoformat()
    late = make_body(image, "late", kind="like", shopper="ada", occurred_at=before)
    shop.client.post(EVENTS, late)
    with shop_scope(shop.shop.pk):
        assert find_disliked_images(find_shopper(shop.shop, "ada").pk) == {image.pk}


def test_dislike_belongs_to_one_shopper(shop, image):
    send_opinions(shop.client, image, "dislike", shopper="ada")
    send_opinions(shop.client, image, "like", shopper="eve")
    with shop_scope(shop.shop.pk):
        assert find_disliked_images(find_shopper(shop.shop, "eve").pk) == set()


def test_taste_events_are_the_shoppers_and_the_sessions(shop, image, django_assert_num_queries):
    now = timezone.now()

    def at(minutes: int) -> str:
        return (now - timedelta(minutes=minutes)).isoformat()

    batch = [
        make_body(image, "before", shopper="ada", occurred_at=at(50)),
        make_body(image, "shown", kind="impression", shopper="ada", occurred_at=at(40)),
        make_body(image, "anonymous", session="s", kind="like", occurred_at=at(30)),
        make_body(image, "somebody", session="s", shopper="eve", occurred_at=at(20)),
        make_body(image, "elsewhere", session="t", occurred_at=at(15)),
        make_body(image, "latest", shopper="ada", session="s", occurred_at=at(10)),
    ]
    assert shop.client.post(EVENTS, {"events": batch}).json()["accepted"] == len(batch)
    with shop_scope(shop.shop.pk):
        ada = find_shopper(shop.shop, "ada").pk
        for shopper, session, limit, expected in (
            (ada, "s", 200, ["latest", "anonymous", "before"]),
            (ada, "", 200, ["latest", "before"]),
            (ada, "s", 2, ["latest", "anonymous"]),
            (None, "s", 200, ["anonymous"]),
        ):
            with django_assert_num_queries(1):
                found = read_taste_events(shopper, session, limit)
            assert [event.event_id for event in found] == expected
        assert read_taste_events(None, "") == []
