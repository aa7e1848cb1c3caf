"""What shoppers did: taken once, in bulk, and never with another shop's things."""

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
NOBODY = "018f0000-0000-7000-8000-000000000000"


def sent(image: Any, event_id: str = "e-1", **fields: Any) -> dict[str, Any]:
    """Return an event as a shop sends it."""
    return {"event_id": event_id, "kind": "click", "image": str(getattr(image, "pk", image))} | (
        fields
    )


def kept() -> list[Event]:
    """Return every shop's events, the first to arrive first."""
    with all_shops():
        return list(Event.objects.select_related("shopper").order_by("id"))


@pytest.fixture
def image(shop) -> Image:
    return make_image(shop.shop)


@pytest.fixture
def theirs(rival) -> Image:
    return make_image(rival.shop)


# --- One event ------------------------------------------------------------------------


def test_one_event_is_accepted_and_kept_as_sent(shop, image):
    answer = make_answer(shop.shop, image)
    at = timezone.now() - timedelta(hours=2)
    event = sent(
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
    (found,) = kept()
    assert (found.event_id, found.kind, found.session) == ("e-1", "add_to_cart", "s-1")
    assert (found.image_id, found.prompt_id, found.position) == (image.pk, answer.pk, 7)
    assert (found.shop_id, found.occurred_at) == (shop.shop.pk, at)
    assert found.shopper.external_id == "customer 17"


@pytest.mark.parametrize("kind", Event.Kind.values)
def test_every_kind_needs_no_more_than_an_image(shop, image, kind):
    assert shop.client.post(EVENTS, sent(image, kind=kind)).status_code == 202
    (found,) = kept()
    assert (found.kind, found.shopper, found.session) == (kind, None, "")
    assert (found.prompt, found.position) == (None, None)
    assert abs(found.occurred_at - timezone.now()) < timedelta(minutes=1)


def test_what_is_null_was_not_said(shop, image):
    nothing = dict.fromkeys(("shopper", "session", "recommendation", "position"))
    assert shop.client.post(EVENTS, sent(image, **nothing)).status_code == 202
    (found,) = kept()
    assert (found.shopper, found.session, found.prompt) == (None, "", None)


def test_sent_again_is_a_duplicate_and_changes_nothing(shop, image):
    shop.client.post(EVENTS, sent(image))
    again = shop.client.post(EVENTS, sent(image, kind="purchase", shopper="new"))
    assert again.status_code == 202
    assert again.json() == {"accepted": 0, "duplicates": 1, "rejected": []}
    (found,) = kept()
    assert (found.kind, found.shopper) == ("click", None)
    with all_shops():
        assert not Shopper.objects.exists()


def test_sent_again_is_a_duplicate_even_when_the_image_has_gone(shop, image):
    shop.client.post(EVENTS, sent(image))
    shop.client.delete(f"/api/v1/images/{image.pk}/")
    assert shop.client.post(EVENTS, sent(image)).json()["duplicates"] == 1


def test_two_shops_may_use_the_same_event_id(shop, rival, image, theirs):
    assert shop.client.post(EVENTS, sent(image)).json()["accepted"] == 1
    assert rival.client.post(EVENTS, sent(theirs)).json()["accepted"] == 1
    assert [event.shop_id for event in kept()] == [shop.shop.pk, rival.shop.pk]


@pytest.mark.parametrize(
    ("fields", "at_fault", "code"),
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
        ({"image": NOBODY}, "image", "unknown_image"),
        ({"shopper": "a/b"}, "shopper", "invalid_shopper_id"),
        ({"shopper": ".."}, "shopper", "invalid_shopper_id"),
        ({"shopper": "a\0b"}, "shopper", "null_characters_not_allowed"),
        ({"shopper": "x" * 201}, "shopper", "max_length"),
        ({"session": "x" * 101}, "session", "max_length"),
        ({"recommendation": "first"}, "recommendation", "invalid"),
        ({"recommendation": NOBODY}, "recommendation", "unknown_recommendation"),
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
def test_single_bad_event_is_refused_and_names_the_field(shop, image, fields, at_fault, code):
    response = shop.client.post(EVENTS, sent(image) | fields)
    assert response.status_code == 400, response.content
    assert response.json()["code"] == "validation_error"
    (field, errors) = response.json()["errors"].popitem()
    assert field == at_fault
    assert code is None or errors[0]["code"] == code
    assert kept() == []


@pytest.mark.parametrize("missing", ["event_id", "kind", "image"])
def test_event_needs_an_id_a_kind_and_an_image(shop, image, missing):
    event = sent(image)
    del event[missing]
    response = shop.client.post(EVENTS, event)
    assert list(response.json()["errors"]) == [missing]


@pytest.mark.parametrize("body", [[], [{}], "click", 7, None, {"events": {}}, {"events": None}])
def test_what_is_neither_an_event_nor_a_batch_is_refused(shop, body):
    assert shop.client.post(EVENTS, body).status_code == 400


def test_form_is_refused_since_it_cannot_hold_a_batch(shop, image):
    assert shop.client.post(EVENTS, sent(image), format="multipart").status_code == 415


@pytest.mark.parametrize("field", ["image", "recommendation"])
def test_rivals_things_are_as_unknown_as_what_is_not_there(shop, image, rival, theirs, field):
    foreign = {"image": theirs.pk, "recommendation": make_answer(rival.shop, theirs).pk}
    told = [
        shop.client.post(EVENTS, sent(image) | {field: str(value)})
        for value in (foreign[field], NOBODY)
    ]
    assert [answer.status_code for answer in told] == [400, 400]
    assert told[0].json() == told[1].json()
    assert kept() == []


def test_deleted_image_is_unknown(shop, image):
    shop.client.delete(f"/api/v1/images/{image.pk}/")
    assert shop.client.post(EVENTS, sent(image)).status_code == 400


def test_rivals_shopper_of_the_same_id_is_another_one(shop, image, rival, theirs):
    rival.client.post(EVENTS, sent(theirs, shopper="ada"))
    shop.client.post(EVENTS, sent(image, shopper="ada"))
    first, second = (event.shopper for event in kept())
    assert first.external_id == second.external_id and first.pk != second.pk
    assert (first.shop_id, second.shop_id) == (rival.shop.pk, shop.shop.pk)


# --- When and where -------------------------------------------------------------------


def test_event_from_the_future_happens_now(shop, image):
    later = timezone.now() + timedelta(days=2)
    shop.client.post(EVENTS, sent(image, occurred_at=later.isoformat()))
    assert kept()[0].occurred_at <= timezone.now()


@pytest.mark.parametrize(("days", "status"), [(89, 202), (91, 400)])
def test_events_may_be_ninety_days_late(shop, image, days, status):
    at = (timezone.now() - timedelta(days=days)).isoformat()
    assert shop.client.post(EVENTS, sent(image, occurred_at=at)).status_code == status


def test_position_is_looked_up_in_the_answer(shop, image):
    first, missing = make_image(shop.shop, "blue"), make_image(shop.shop, "green")
    answer = str(make_answer(shop.shop, first, image).pk)
    batch = [
        sent(image, "a", recommendation=answer),
        sent(first, "b", recommendation=answer),
        sent(missing, "c", recommendation=answer),
        sent(image, "d"),
        sent(image, "e", recommendation=answer, position=40),
    ]
    shop.client.post(EVENTS, {"events": batch})
    positions = {event.event_id: event.position for event in kept()}
    assert positions == {"a": 2, "b": 1, "c": None, "d": None, "e": 40}


# --- Many events ----------------------------------------------------------------------


def test_bad_events_of_a_batch_are_rejected_alone(shop, image, theirs):
    old = "2020-01-01T00:00:00Z"
    batch = [
        sent(image, "good-1"),
        sent(image, "bad-kind", kind="glance"),
        sent(theirs, "foreign"),
        "no event",
        sent(image, "good-2", shopper="ada"),
        sent(image, "bad-recommendation", recommendation=NOBODY),
        {"kind": "click", "image": str(image.pk)},
        sent(image, "old", occurred_at=old),
        None,
        sent("red", 7),
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
    assert [event.event_id for event in kept()] == ["good-1", "good-2"]


def test_what_no_answer_could_hold_is_not_said_again(shop, image):
    batch = [sent(image, "a\0b"), sent(image, kind="\0"), sent("x" * 5_000, "e" * 5_000)]
    headers = {"Idempotency-Key": "k"}
    answers = [shop.client.post(EVENTS, {"events": batch}, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    rejected = answers[0].json()["rejected"]
    assert [r["event_id"] for r in rejected] == ["ab", "e-1", "e" * 100]
    assert max(len(r["detail"]) for r in rejected) < 400


def test_batch_sent_again_is_all_duplicates(shop, image):
    batch = {"events": [sent(image, f"e-{n}", shopper=f"s-{n % 3}") for n in range(10)]}
    first, second = (shop.client.post(EVENTS, batch).json() for _ in range(2))
    assert (first["accepted"], first["duplicates"]) == (10, 0)
    assert (second["accepted"], second["duplicates"]) == (0, 10)
    with all_shops():
        assert (Event.objects.count(), Shopper.objects.count()) == (10, 3)


def test_id_twice_in_a_batch_counts_once(shop, image):
    batch = [sent(image, kind="like"), sent(image, kind="dislike")]
    answer = shop.client.post(EVENTS, {"events": batch}).json()
    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert [event.kind for event in kept()] == ["like"]


def test_batch_of_nothing_is_accepted(shop):
    answer = shop.client.post(EVENTS, {"events": []})
    assert (answer.status_code, answer.json()["accepted"]) == (202, 0)


def test_batch_has_at_most_a_thousand_events(shop, image):
    thousand = [sent(image, f"e-{n}") for n in range(1_000)]
    assert shop.client.post(EVENTS, {"events": [*thousand, sent(image)]}).status_code == 400
    assert kept() == []
    assert shop.client.post(EVENTS, {"events": thousand}).json()["accepted"] == 1_000


def test_number_of_queries_does_not_grow_with_the_batch(shop, image):
    answer = str(make_answer(shop.shop, image).pk)

    def queries(count: int, prefix: str) -> int:
        batch = [
            sent(image, f"{prefix}-{n}", shopper=f"{prefix}-{n}", recommendation=answer)
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
        return found if len(reads) > 1 else replace(found, images={image.pk, UUID(NOBODY)})

    monkeypatch.setattr(recording, "_read_references", read_too_early)
    batch = [sent(NOBODY, "lost"), sent(image, "stored", shopper="ada")]
    answer = shop.client.post(EVENTS, {"events": batch}).json()
    assert (len(reads), answer["accepted"]) == (2, 1)
    assert [rejected["code"] for rejected in answer["rejected"]] == ["unknown_image"]
    assert [event.event_id for event in kept()] == ["stored"]


def test_same_idempotency_key_is_answered_the_same(shop, image):
    headers = {"Idempotency-Key": "k"}
    answers = [shop.client.post(EVENTS, sent(image), headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(kept()) == 1


# --- Who may --------------------------------------------------------------------------


def test_publishable_key_may_tell_but_not_list(shop, image):
    browser = make_key_client(shop.shop, kind="publishable")
    assert browser.post(EVENTS, sent(image)).status_code == 202
    assert browser.get(EVENTS).status_code == 403


def test_key_that_only_reads_may_not_tell(shop, image):
    reader = make_key_client(shop.shop, scopes=["catalog:read"])
    assert reader.post(EVENTS, sent(image)).status_code == 403
    assert reader.get(EVENTS).status_code == 200


# --- Listed ---------------------------------------------------------------------------


def test_list_is_the_newest_first_and_says_what_was_sent(shop, image):
    answer = make_answer(shop.shop, image)
    shop.client.post(EVENTS, sent(image, "first"))
    last = sent(image, "last", kind="like", shopper="ada", recommendation=str(answer.pk))
    shop.client.post(EVENTS, last)
    newest, oldest = shop.client.get(EVENTS).json()["results"]
    assert {**last, "position": 1, "session": ""}.items() <= newest.items()
    assert (oldest["event_id"], oldest["shopper"]) == ("first", None)
    assert oldest["recommendation"] is None


def test_list_is_narrowed_by_each_filter(shop, image, rival, theirs):
    other, answer = make_image(shop.shop, "blue"), make_answer(shop.shop, image)
    batch = [
        sent(image, "liked", kind="like", shopper="ada"),
        sent(other, "clicked", shopper="eve", recommendation=str(answer.pk)),
    ]
    shop.client.post(EVENTS, {"events": batch})
    rival.client.post(EVENTS, sent(theirs, "theirs", kind="like", shopper="ada"))
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
def test_filter_that_is_none_is_refused(shop, query):
    assert shop.client.get(EVENTS, query).status_code == 400


def test_list_needs_no_query_for_each_event(shop, image, django_assert_max_num_queries):
    batch = [sent(image, f"e-{n}", shopper=f"s-{n}") for n in range(30)]
    shop.client.post(EVENTS, {"events": batch})
    with django_assert_max_num_queries(4):
        assert len(shop.client.get(EVENTS).json()["results"]) == 30


# --- What ranking asks ----------------------------------------------------------------


def opine(client: Any, image: Image, *kinds: str, shopper: str = "ada") -> None:
    """Tell opinions of an image, one a minute, the last one just now."""
    now: datetime = timezone.now()
    for number, kind in enumerate(kinds):
        at = now - timedelta(minutes=len(kinds) - number)
        event_id = f"{shopper}-{image.pk}-{number}"
        event = sent(image, event_id, kind=kind, shopper=shopper, occurred_at=at.isoformat())
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
def test_latest_opinion_counts(shop, image, kinds, is_hidden, django_assert_num_queries):
    opine(shop.client, image, *kinds)
    with shop_scope(shop.shop.pk):
        shopper = find_shopper(shop.shop, "ada")
        with django_assert_num_queries(1):
            assert find_disliked_images(shopper.pk) == ({image.pk} if is_hidden else set())


def test_late_like_does_not_undo_a_later_dislike(shop, image):
    opine(shop.client, image, "dislike")
    before = (timezone.now() - timedelta(days=1)).isoformat()
    late = sent(image, "late", kind="like", shopper="ada", occurred_at=before)
    shop.client.post(EVENTS, late)
    with shop_scope(shop.shop.pk):
        assert find_disliked_images(find_shopper(shop.shop, "ada").pk) == {image.pk}


def test_dislike_of_one_shopper_is_not_anothers(shop, image):
    opine(shop.client, image, "dislike", shopper="ada")
    opine(shop.client, image, "like", shopper="eve")
    with shop_scope(shop.shop.pk):
        assert find_disliked_images(find_shopper(shop.shop, "eve").pk) == set()


def test_recent_events_are_the_shoppers_and_their_sessions(shop, image, django_assert_num_queries):
    now = timezone.now()

    def at(minutes: int) -> str:
        return (now - timedelta(minutes=minutes)).isoformat()

    batch = [
        sent(image, "before", shopper="ada", occurred_at=at(50)),
        sent(image, "shown", kind="impression", shopper="ada", occurred_at=at(40)),
        sent(image, "anonymous", session="s", kind="like", occurred_at=at(30)),
        sent(image, "somebody", session="s", shopper="eve", occurred_at=at(20)),
        sent(image, "elsewhere", session="t", occurred_at=at(15)),
        sent(image, "latest", shopper="ada", session="s", occurred_at=at(10)),
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
