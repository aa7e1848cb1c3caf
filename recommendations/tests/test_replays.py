"""Replays through the API: what a change would do to the shop's last prompts."""

import csv
import io
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone

from catalog.indexing.indexes import get_live_index
from catalog.indexing.repair import repair_index
from catalog.models import IndexEntry, VectorIndex
from catalog.services import delete_image
from core.jobs import rpc
from core.tenancy import all_shops, shop_scope
from recommendations import sweeps
from recommendations.feedback.shoppers import erase_shopper
from recommendations.models import Event, Experiment, Prompt, Replay, ReplayedPrompt, Rule
from recommendations.query import make_cache_key, pack_text
from recommendations.replays import jobs, requests
from recommendations.tests.test_recommendations_api import (
    ask,
    cache_prompt,
    make_indexed,
    make_vector,
)
from tenants.models import Shopper
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db(transaction=True)

REPLAYS = "/api/v1/replays/"
UNKNOWN_ID = "018f0000-0000-7000-8000-000000000000"
HIDE = {"name": "No linen", "action": "hide", "target": {"brand": ["Linen & Co"]}}
CHANGE = {"rules": {"add": [HIDE]}}


@pytest.fixture
def stocked(shop):
    """Return the shop with three indexed products, of which the nearest is of the brand."""
    cache_prompt(shop.shop)
    shop.images = {
        name: make_indexed(shop.shop, similarity, name=name, external_id=name, brand=brand)
        for name, similarity, brand in (
            ("far", 0.1, "Other"),
            ("near", 0.9, "Linen & Co"),
            ("middling", 0.5, "Other"),
        )
    }
    complete(shop.shop)
    return shop


def complete(shop: Any) -> None:
    """Fill the collection of the shop's index."""
    with shop_scope(shop.pk):
        assert repair_index(get_live_index(shop.pk))


def start(member: Any, **change: Any) -> str:
    sent = member.client.post(REPLAYS, change or CHANGE)
    assert sent.status_code == 202, sent.content
    replay: str = sent.json()["id"]
    return replay


def work() -> None:
    """Do what the worker does after a wake-up."""
    sweeps.run_replays.apply(throw=True)


def read(member: Any, replay: str) -> dict[str, Any]:
    body: dict[str, Any] = member.client.get(f"{REPLAYS}{replay}/").json()
    return body


def run(member: Any, **change: Any) -> dict[str, Any]:
    replay = start(member, **change)
    work()
    return read(member, replay)


def names(results: list[dict[str, Any]]) -> list[str]:
    return [result["external_id"] for result in results]


def refusals(response: Any) -> tuple[int, Any]:
    body = response.json()
    return response.status_code, list(body["errors"]) if "errors" in body else body["code"]


def click(member: Any, image: Any, answer: dict[str, Any]) -> None:
    event = {"event_id": str(image.pk), "kind": "click", "image": str(image.pk)}
    sent = member.client.post("/api/v1/events/", {**event, "recommendation": answer["id"]})
    assert sent.status_code == 202, sent.content


def count(model: Any) -> int:
    with all_shops():
        return int(model.objects.count())


# --- What it finds ------------------------------------------------------------------------


def test_a_rule_shows_what_it_would_change(stocked):
    ask(stocked.client)
    done = run(stocked)
    assert (done["state"], done["problem"]) == ("done", None)
    summary = done["summary"]
    assert (summary["chosen"], summary["answered"], summary["failed"]) == (1, 1, 0)
    assert (summary["changed"], summary["left"], summary["entered"]) == (1, 1, 0)
    assert summary["overlap"] == 0.6667
    (prompt,) = done["most_changed"]
    assert names(prompt["before"]) == ["near", "middling", "far"]
    assert names(prompt["after"]) == ["middling", "far"]
    assert prompt["prompt"] == "red dress"
    assert [result["name"] for result in prompt["after"]] == ["middling", "far"]
    assert prompt["after"][0]["photo_url"].startswith("http://testserver/media/shops/")
    assert done["finished_at"]


def test_both_sides_are_answered_as_live_answers_are(stocked):
    weights = {"text": 0.0, "diversity": 0.0, "popularity": 0.0}
    live = ask(stocked.client).json()
    replay = run(stocked, weights=weights, rules={"add": [{**HIDE, "action": "bury"}]})
    (prompt,) = replay["most_changed"]
    assert names(prompt["before"]) == names(live["results"])
    # What was tried goes live.
    stocked.client.put("/api/v1/ranking/", weights)
    stocked.client.post("/api/v1/rules/", {**HIDE, "action": "bury"})
    live = ask(stocked.client).json()
    assert names(prompt["after"]) == names(live["results"]) != names(prompt["before"])


def test_weights_that_are_omitted_are_the_defaults(stocked):
    stocked.client.put("/api/v1/ranking/", {"diversity": 0.9})
    ask(stocked.client)
    replay = start(stocked, weights={"text": 0.1})
    with all_shops():
        stored = Replay.objects.get(pk=replay)
    assert stored.present_steering["weights"]["diversity"] == 0.9
    assert stored.proposed_steering["weights"]["diversity"] == 0.2
    assert read(stocked, replay)["weights"] == {"text": 0.1}


def test_rules_are_replaced_and_removed(stocked):
    first, second = (
        stocked.client.post("/api/v1/rules/", {**HIDE, "name": name}).json()["id"]
        for name in ("first", "second")
    )
    ask(stocked.client)
    unchanged = run(stocked, rules={"remove": [first]})
    assert unchanged["summary"]["changed"] == 0
    pin = {**HIDE, "id": second, "action": "boost", "strength": 1.0}
    changed = run(stocked, rules={"remove": [first], "replace": [pin]})
    (prompt,) = changed["most_changed"]
    assert (len(prompt["before"]), len(prompt["after"])) == (2, 3)
    assert changed["summary"]["entered"] == 1
    assert changed["rules"]["remove"] == [first]
    assert changed["rules"]["replace"][0]["id"] == second
    assert count(Rule) == 2


def test_a_proposed_rule_applies_whatever_its_dates(stocked):
    ask(stocked.client)
    season = {"starts_at": "2036-12-01T00:00:00Z", "ends_at": "2036-12-24T00:00:00Z"}
    assert run(stocked, rules={"add": [{**HIDE, **season}]})["summary"]["changed"] == 1


def test_a_rule_for_other_prompts_changes_nothing(stocked):
    ask(stocked.client)
    found = run(stocked, rules={"add": [{**HIDE, "prompts": ["wedding"]}]})
    assert (found["summary"]["changed"], found["most_changed"]) == (0, [])
    assert found["summary"]["overlap"] == 1


def test_counts_clicks_that_are_lost_and_won(stocked):
    answer = ask(stocked.client, number_of_images=2).json()
    assert names(answer["results"]) == ["near", "middling"]
    further = ask(stocked.client, number_of_images=2, cursor=answer["next"]).json()
    click(stocked, stocked.images["near"], answer)
    click(stocked, stocked.images["far"], further)
    summary = run(stocked)["summary"]
    # The further page is none of the prompts, and its click counts for the first page.
    assert (summary["chosen"], summary["clicked"]) == (1, 2)
    assert (summary["clicks_before"], summary["clicks_after"]) == (1, 1)
    assert (summary["clicks_lost"], summary["clicks_won"]) == (1, 1)


def test_counts_prompts_without_a_match(stocked):
    ask(stocked.client)
    ask(stocked.client, filters={"brand": ["Linen & Co"]})
    summary = run(stocked)["summary"]
    assert (summary["no_match_rate_before"], summary["no_match_rate_after"]) == (0, 0.5)


def test_synonyms_are_tried(stocked):
    cache_prompt(stocked.shop, "thingummy")
    cache_prompt(stocked.shop, "far")
    known = stocked.client.post(
        "/api/v1/synonyms/", {"phrase": "thingummy", "meaning": "middling"}
    ).json()
    cache_prompt(stocked.shop, "middling")
    ask(stocked.client, prompt="thingummy", min_match="none")
    added = {"phrase": "thingummy", "meaning": "far"}
    found = run(stocked, synonyms={"add": [added], "remove": [known["id"]]})
    (prompt,) = found["most_changed"]
    assert (names(prompt["before"])[0], names(prompt["after"])[0]) == ("middling", "far")
    assert found["synonyms"] == {
        "add": [{**added, "is_two_way": False}],
        "remove": [known["id"]],
    }
    assert refusals(stocked.client.post(REPLAYS, {"synonyms": {"remove": [UNKNOWN_ID]}})) == (
        *(400, ["synonyms"]),
    )


def test_another_encoder_is_tried_before_it_answers(stocked):
    ask(stocked.client)
    with shop_scope(stocked.shop.pk):
        live = get_live_index(stocked.shop.pk)
        index = VectorIndex.objects.create(
            shop=stocked.shop,
            encoder="mini",
            revision="other",
            node=live.node,
            collection=f"next-{live.pk}",
            state=VectorIndex.State.BUILDING,
            is_switched_manually=True,
        )
        assert refusals(stocked.client.post(REPLAYS, {"index": str(index.pk)})) == (
            *(409, "index_not_ready"),
        )
        # To the other encoder, the far product is the nearest.
        for name, values in {"far": (1, 0), "middling": (0.8, 0.6), "near": (0, 1)}.items():
            image = stocked.images[name]
            IndexEntry.objects.create(
                shop=stocked.shop,
                index=index,
                image=image,
                state=IndexEntry.State.INDEXED,
                embedding=make_vector(*values).astype(np.float16).tobytes(),
                embedded_digest=image.digest,
            )
        VectorIndex.objects.filter(pk=index.pk).update(
            calibration={"method": VectorIndex.CALIBRATION_METHOD}, trial={"images": 3}
        )
        index.refresh_from_db()
        assert repair_index(index)
    key = make_cache_key(index, pack_text("red dress"))
    rpc.connection().set(key, make_vector(1, 0).tobytes(), ex=60)
    found = run(stocked, index=str(index.pk))
    assert found["index"] == str(index.pk)
    (prompt,) = found["most_changed"]
    assert names(prompt["before"])[0] == "near"
    assert names(prompt["after"])[0] == "far"
    assert get_state(index) == "building"


def get_state(index: VectorIndex) -> str:
    with all_shops():
        return str(VectorIndex.objects.get(pk=index.pk).state)


def test_an_index_that_was_removed_fails_the_replay(stocked):
    ask(stocked.client)
    replay = start(stocked)
    with all_shops():
        Replay.objects.filter(pk=replay).update(proposed_index=UNKNOWN_ID)
    work()
    failed = read(stocked, replay)
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "index_gone")


# --- Which prompts ------------------------------------------------------------------------


def test_replays_the_newest_prompts_up_to_the_number(stocked):
    for number in range(4):
        ask(stocked.client, number_of_images=number + 1)
    replay = run(stocked, number_of_prompts=2, **CHANGE)
    assert replay["summary"]["chosen"] == 2
    listed = stocked.client.get(f"{REPLAYS}{replay['id']}/prompts/").json()["results"]
    with all_shops():
        newest = Prompt.objects.order_by("-id").values_list("pk", flat=True)[:2]
        assert [prompt["id"] for prompt in listed] == list(map(str, newest))


def test_each_text_is_shown_once_among_the_most_changed(stocked):
    for _ in range(3):
        ask(stocked.client)
    done = run(stocked)
    assert (done["summary"]["changed"], len(done["most_changed"])) == (3, 1)


def test_prompts_that_fail_are_counted_and_named(stocked):
    ask(stocked.client)
    near, far = stocked.images["near"], stocked.images["far"]
    stocked.client.get(f"/api/v1/images/{far.pk}/similar/")
    ask(stocked.client, filters={"brand": ["Other"]})
    with shop_scope(stocked.shop.pk):
        photo = {"photos": [{"weight": 1.0}]}
        Prompt.objects.create(shop=stocked.shop, query=photo, number_of_images=10)
        Prompt.objects.create(shop=stocked.shop, query={"unheard": 1}, number_of_images=10)
        delete_image(image=far)
    done = run(stocked)
    summary = done["summary"]
    assert (summary["chosen"], summary["done"], summary["answered"]) == (5, 5, 2)
    assert {each["code"]: each["count"] for each in summary["failures"]} == {
        "photo_not_stored": 1,
        "stored_query_invalid": 1,
        "unknown_field": 1,
    }
    assert summary["failed"] == 3
    listed = stocked.client.get(f"{REPLAYS}{done['id']}/prompts/").json()["results"]
    problems = [prompt["problem"]["code"] for prompt in listed if prompt["problem"]]
    assert problems == ["unknown_field", "photo_not_stored", "stored_query_invalid"]
    assert near.name in str(listed[-1]["before"])


def test_an_erased_shopper_takes_their_prompts_along(stocked):
    ask(stocked.client, shopper="ada")
    ask(stocked.client)
    done = run(stocked)
    assert done["summary"]["answered"] == 2
    with shop_scope(stocked.shop.pk):
        Shopper.objects.get_or_create(shop=stocked.shop, external_id="ada")
        Prompt.objects.filter(query__shopper="ada").update(shopper=Shopper.objects.get())
        erase_shopper(shopper=Shopper.objects.get())
    assert read(stocked, done["id"])["summary"]["answered"] == 1
    assert count(ReplayedPrompt) == 1


def test_a_shopper_who_is_gone_has_no_taste(stocked):
    ask(stocked.client, shopper="ada")
    with shop_scope(stocked.shop.pk):
        Shopper.objects.all().delete()
    assert run(stocked)["summary"]["answered"] == 1


def test_nothing_is_recorded_but_the_replay(stocked):
    ask(stocked.client)
    with shop_scope(stocked.shop.pk):
        Experiment.objects.create(shop=stocked.shop, name="x", control={}, variant={"text": 0})
    before = [count(model) for model in (Prompt, Event, Experiment, Rule)]
    run(stocked)
    assert [count(model) for model in (Prompt, Event, Experiment, Rule)] == before


def test_all_prompts_are_a_table(stocked):
    ask(stocked.client)
    ask(stocked.client, prompt="red dress", number_of_images=1)
    done = run(stocked)
    response = stocked.client.get(f"{REPLAYS}{done['id']}/prompts/", {"format": "csv"})
    assert response["Content-Disposition"] == f'attachment; filename="replay-{done["id"]}.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [(row["before"], row["after"], row["problem"]) for row in rows] == [
        ("near", "middling", ""),
        ("near middling far", "middling far", ""),
    ]


# --- Requests -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, (400, "nothing_to_compare")),
        ({"weights": {}}, (400, "nothing_to_compare")),
        ({"rules": {}}, (400, "nothing_to_compare")),
        ({"weights": {"text": 2}}, (400, ["weights"])),
        ({"weights": {"luck": 1}}, (400, ["weights.luck"])),
        ({"rules": {"add": [{}]}}, (400, ["rules"])),
        ({"rules": {"add": [{**HIDE, "target": {}}]}}, (400, ["rules"])),
        ({"rules": {"add": [HIDE] * 51}}, (400, ["rules"])),
        ({"rules": {"replace": [HIDE]}}, (400, ["rules"])),
        ({"rules": {"replace": [{**HIDE, "id": UNKNOWN_ID}]}}, (400, ["rules"])),
        ({"rules": {"remove": [UNKNOWN_ID]}}, (400, ["rules"])),
        ({"rules": {"remove": ["x"]}}, (400, ["rules"])),
        ({"index": UNKNOWN_ID}, (400, ["index"])),
        ({"index": "x"}, (400, ["index"])),
        ({**CHANGE, "number_of_prompts": 0}, (400, ["number_of_prompts"])),
        ({**CHANGE, "number_of_prompts": 1_001}, (400, ["number_of_prompts"])),
        ({**CHANGE, "prompts": 10}, (400, ["prompts"])),
    ],
    ids=str,
)
def test_refuses_a_change_that_is_none_or_invalid(shop, body, answer):
    assert refusals(shop.client.post(REPLAYS, body)) == answer
    assert count(Replay) == 0


def test_refuses_to_name_a_rule_twice(shop):
    rule = shop.client.post("/api/v1/rules/", HIDE).json()["id"]
    rules = {"remove": [rule], "replace": [{**HIDE, "id": rule}]}
    assert refusals(shop.client.post(REPLAYS, {"rules": rules})) == (400, ["rules"])


def test_refuses_a_rivals_rules_index_and_images(stocked, rival):
    rule = rival.client.post("/api/v1/rules/", HIDE).json()["id"]
    with shop_scope(rival.shop.pk):
        index = get_live_index(rival.shop.pk).pk
    image = make_indexed(rival.shop, 0.5)
    theirs = {**HIDE, "target": {"images": [str(image.pk)]}}
    for body, field in (
        ({"rules": {"remove": [rule]}}, "rules"),
        ({"rules": {"replace": [{**HIDE, "id": rule}]}}, "rules"),
        ({"rules": {"add": [theirs]}}, "rules"),
        ({"index": str(index)}, "index"),
    ):
        assert refusals(stocked.client.post(REPLAYS, body)) == (400, [field])


def test_a_rivals_replay_is_not_found(stocked, rival):
    replay = start(stocked)
    for path in ("", "prompts/"):
        assert rival.client.get(f"{REPLAYS}{replay}/{path}").status_code == 404
    assert rival.client.post(f"{REPLAYS}{replay}/cancel/").status_code == 404
    assert rival.client.get(REPLAYS).json()["results"] == []
    # A rival's waiting replay is no obstacle.
    assert rival.client.post(REPLAYS, CHANGE).status_code == 202


def test_prompts_of_a_rival_are_not_replayed(stocked, rival):
    cache_prompt(rival.shop)
    make_indexed(rival.shop, 0.5)
    ask(rival.client)
    assert run(stocked)["summary"]["chosen"] == 0


def test_a_shop_has_one_replay_at_a_time(stocked):
    replay = start(stocked)
    assert refusals(stocked.client.post(REPLAYS, CHANGE)) == (409, "replay_running")
    work()
    assert start(stocked) != replay


def test_only_keys_of_the_catalogue_may_try_changes(shop):
    reader = make_key_client(shop.shop, scopes=["catalog:read"])
    assert reader.post(REPLAYS, CHANGE).status_code == 403
    assert reader.get(REPLAYS).status_code == 200


def test_the_newest_replays_are_kept(stocked, monkeypatch):
    monkeypatch.setattr(requests, "MAX_REPLAYS", 2)
    ids = [run(stocked)["id"] for _ in range(3)]
    listed = stocked.client.get(REPLAYS, {"state": "done"}).json()["results"]
    assert [replay["id"] for replay in listed] == ids[:0:-1]


def test_replays_are_deleted_a_month_later(stocked):
    ask(stocked.client)
    replay = run(stocked)["id"]
    sweeps.purge_replays.apply(throw=True)
    assert count(Replay) == 1
    with all_shops():
        old = timezone.now() - timedelta(days=31)
        Replay.objects.filter(pk=replay).update(created_at=old)
    sweeps.purge_replays.apply(throw=True)
    assert (count(Replay), count(ReplayedPrompt)) == (0, 0)


# --- The worker ---------------------------------------------------------------------------


def test_a_cancelled_replay_ends_and_keeps_what_it_has(stocked, monkeypatch):
    for _ in range(3):
        ask(stocked.client)
    replay = start(stocked)
    real = jobs.compare_answers

    def cancel_after_first(*args: Any) -> Any:
        with transaction.atomic():
            requests.cancel_replay(replay=Replay.objects.get(pk=replay))
        monkeypatch.setattr(jobs, "compare_answers", real)
        return real(*args)

    monkeypatch.setattr(jobs, "compare_answers", cancel_after_first)
    work()
    ended = read(stocked, replay)
    assert (ended["state"], ended["summary"]["chosen"], ended["summary"]["done"]) == (
        *("cancelled", 3, 0),
    )
    again = stocked.client.post(f"{REPLAYS}{replay}/cancel/")
    assert refusals(again) == (409, "replay_ended")
    assert start(stocked)


def test_a_waiting_replay_can_be_cancelled(stocked):
    replay = start(stocked)
    cancelled = stocked.client.post(f"{REPLAYS}{replay}/cancel/")
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    work()
    assert read(stocked, replay)["state"] == "cancelled"


def test_continues_where_a_worker_was_lost(stocked, monkeypatch):
    for _ in range(4):
        ask(stocked.client)
    replay = start(stocked)
    real, seen = jobs.compare_answers, []

    def die_at_third(*args: Any) -> Any:
        seen.append(args)
        if len(seen) == 3:
            raise KeyboardInterrupt  # the process ends
        return real(*args)

    monkeypatch.setattr(jobs, "compare_answers", die_at_third)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert read(stocked, replay)["summary"]["done"] == 2
    work()
    assert read(stocked, replay)["state"] == "pending", "The lease has not ended."
    with all_shops():
        Replay.objects.filter(pk=replay).update(due_at=timezone.now())
    work()
    done = read(stocked, replay)
    assert (done["state"], done["summary"]["done"], len(seen)) == ("done", 4, 5)


def test_a_busy_encoder_postpones_and_is_no_attempt(stocked, settings):
    ask(stocked.client)
    settings.ENCODE_DEADLINE_SECONDS = 0.05
    rpc.connection().flushdb()
    replay = start(stocked)
    began = timezone.now()
    work()
    with all_shops():
        row = Replay.objects.get(pk=replay)
        assert (row.state, row.attempts) == ("pending", 0)
        assert row.due_at > began
        Replay.objects.filter(pk=replay).update(due_at=timezone.now())
    cache_prompt(stocked.shop)
    work()
    assert read(stocked, replay)["summary"]["answered"] == 1


def test_an_incomplete_index_postpones(stocked):
    ask(stocked.client)
    replay = start(stocked)
    with all_shops():
        VectorIndex.objects.update(is_complete=False)
    work()
    waiting = read(stocked, replay)
    assert (waiting["state"], waiting["summary"]["done"]) == ("pending", 0)


def test_a_replay_that_waits_for_a_day_is_given_up(stocked):
    replay = start(stocked)
    with all_shops():
        old = timezone.now() - timedelta(days=1, minutes=1)
        Replay.objects.filter(pk=replay).update(created_at=old)
    work()
    assert read(stocked, replay)["problem"]["code"] == "replay_too_old"


def test_operators_can_cancel_a_replay(stocked, client, django_user_model):
    replay = start(stocked)
    client.force_login(django_user_model.objects.create_superuser("op@atelier.example"))
    data = {"action": "cancel", "_selected_action": [replay]}
    client.post("/admin/recommendations/replay/", data)
    assert read(stocked, replay)["state"] == "cancelled"
