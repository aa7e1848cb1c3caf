"""Rules, weights and experiments, through the API and as ranking reads them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.indexing.indexes import get_live_index
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from recommendations.api.steering.weights import WeightsInput, WeightsSerializer
from recommendations.models import Event, Experiment, Prompt, RankingSettings, Rule
from recommendations.steering import rules
from recommendations.steering.weights import (
    ChosenWeights,
    Weights,
    choose_weights,
    is_variant,
    read_steering,
)
from tenants.models import Shop, Shopper, User
from tenants.tests.factories import make_client, make_key_client

RULES = "/api/v1/rules/"
RANKING = "/api/v1/ranking/"
EXPERIMENTS = "/api/v1/experiments/"
RULE = {"name": "Dresses first", "action": "boost", "target": {"category": ["dress"]}}
EXPERIMENT = {"name": "More taste", "variant": {"taste": 0.5}}
UNKNOWN_ID = "018f0000-0000-7000-8000-000000000000"
DEFAULTS = asdict(Weights())


def add_rule(client, **fields: Any):
    return client.post(RULES, {**RULE, **fields})


def start(client, **fields: Any):
    return client.post(EXPERIMENTS, {**EXPERIMENT, **fields})


def count(model: Any) -> int:
    with all_shops():
        return int(model.objects.count())


def read_faults(response) -> list[str]:
    """Return the names of the invalid fields."""
    assert response.status_code == 400, response.content
    assert response.json()["code"] == "validation_error"
    return list(response.json()["errors"])


# --- Rules ----------------------------------------------------------------------------


def test_rule_is_created_read_changed_and_deleted(shop):
    image = make_image(shop.shop)
    target = {"images": [str(image.pk)], "category": ["Dress"], "brand": ["Ada's"]}
    made = add_rule(
        shop.client,
        target=target,
        prompts=["summer dress"],
        starts_at="2026-05-01T00:00:00Z",
        ends_at="2026-09-01T00:00:00Z",
    )
    assert made.status_code == 201, made.content
    rule = made.json()
    address = f"{RULES}{rule['id']}/"
    assert shop.client.get(address).json() == rule
    assert rule["target"] == {**target, "category": ["dress"]}
    assert (rule["strength"], rule["is_active"]) == (0.5, True)

    changed = shop.client.patch(address, {"is_active": False}).json()
    assert {**changed, "updated_at": None} == {**rule, "is_active": False, "updated_at": None}
    assert changed["updated_at"] > rule["updated_at"]

    replaced = shop.client.put(address, {**RULE, "action": "hide"}).json()
    assert replaced["action"] == "hide"
    assert (replaced["prompts"], replaced["starts_at"], replaced["is_active"]) == ([], None, True)

    assert shop.client.delete(address).status_code == 204
    assert shop.client.get(address).status_code == 404
    assert count(Rule) == 0


def test_ranking_reads_saved_rules(shop):
    add_rule(shop.client, prompts=["dress"], target={"styles": ["Casual"], "colour": ["Red"]})
    add_rule(shop.client, is_active=False)
    with shop_scope(shop.shop.pk):
        (rule,) = rules.select_active_rules(
            rules.read_enabled_rules(shop.shop.pk), "a dress", datetime.now(UTC)
        )
    assert rule.facets == (("styles", frozenset({"casual"})), ("colour", frozenset({"red"})))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"action": "explode"}, "action"),
        ({"action": None}, "action"),
        ({"strength": 1.1}, "strength"),
        ({"strength": -0.1}, "strength"),
        ({"strength": "nan"}, "strength"),
        ({"strength": 10**400}, "strength"),
        ({"target": None}, "target"),
        ({"target": {}}, "target"),
        ({"target": []}, "target"),
        ({"target": {"category": []}}, "target"),
        ({"target": {"category": ["spaceship"]}}, "target"),
        ({"target": {"brand": [""]}}, "target"),
        ({"target": {"brand": ["a\0b"]}}, "target"),
        ({"target": {"images": [UNKNOWN_ID]}}, "target"),
        ({"target": {"images": ["x"]}}, "target"),
        ({"target": {"images": [UNKNOWN_ID] * 51}}, "target"),
        ({"prompts": [""]}, "prompts"),
        ({"prompts": ["!?"]}, "prompts"),
        ({"prompts": "dress"}, "prompts"),
        ({"prompts": ["x" * 201]}, "prompts"),
        ({"prompts": ["x"] * 51}, "prompts"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": "2026-05-01T00:00Z", "ends_at": "2026-05-01T00:00Z"}, "ends_at"),
        ({"starts_at": "2026-05-02T00:00Z", "ends_at": "2026-05-01T00:00Z"}, "ends_at"),
    ],
)
def test_refuses_invalid_rules_and_names_the_field(shop, fields, field):
    assert read_faults(add_rule(shop.client, **fields)) == [field]
    assert count(Rule) == 0


@pytest.mark.parametrize("name", ["categories", "price_max", "availability"])
def test_refuses_unknown_names_in_targets(shop, name):
    response = add_rule(shop.client, target={name: ["dress"]})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_field")
    assert list(response.json()["errors"]) == [f"target.{name}"]


def test_changed_date_is_checked_against_the_stored_one(shop):
    rule = add_rule(shop.client, starts_at="2026-05-01T00:00:00Z").json()
    address = f"{RULES}{rule['id']}/"
    assert read_faults(shop.client.patch(address, {"ends_at": "2026-04-01T00:00:00Z"})) == [
        "ends_at"
    ]
    assert shop.client.patch(address, {"ends_at": "2026-06-01T00:00:00Z"}).status_code == 200


def test_refuses_a_rivals_images_and_facets(shop, rival):
    image = make_image(rival.shop)
    style = rival.client.post("/api/v1/styles/", {"name": "Secret"}).json()
    for target in ({"images": [str(image.pk)]}, {"styles": [style["id"]]}, {"styles": ["Secret"]}):
        assert read_faults(add_rule(shop.client, target=target)) == ["target"]


def test_refuses_a_deleted_image(shop):
    image = make_image(shop.shop)
    shop.client.delete(f"/api/v1/images/{image.pk}/")
    assert read_faults(add_rule(shop.client, target={"images": [str(image.pk)]})) == ["target"]


def test_image_named_twice_has_one_place(shop):
    first, second = make_image(shop.shop), make_image(shop.shop)
    images = [str(second.pk), str(first.pk), str(second.pk)]
    made = add_rule(shop.client, action="pin", target={"images": images}).json()
    assert made["target"]["images"] == images[:2]


def test_number_of_rules_is_limited(shop, rival, monkeypatch):
    monkeypatch.setattr(rules, "MAX_RULES", 2)
    assert [add_rule(shop.client).status_code for _ in range(2)] == [201, 201]
    response = add_rule(shop.client)
    assert (response.status_code, response.json()["code"]) == (409, "too_many_rules")
    assert add_rule(rival.client).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_limit_holds_for_concurrent_requests(shop, monkeypatch):
    monkeypatch.setattr(rules, "MAX_RULES", 2)

    def add(_: int) -> int:
        try:
            client = make_client(f"Api-Key {shop.key}")
            # By brand, because transactional tests start without the default categories.
            return add_rule(client, target={"brand": ["Acme"]}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(add, range(6)))
    assert sorted(statuses) == [201, 201, 409, 409, 409, 409]


def test_rules_are_listed_newest_first_with_few_queries(shop):
    made = [add_rule(shop.client).json()["id"] for _ in range(3)]
    with CaptureQueriesContext(connection) as queries:
        page = shop.client.get(RULES, {"page_size": 2}).json()
    assert len(queries) <= 2
    rest = shop.client.get(page["next"]).json()
    assert [rule["id"] for rule in page["results"] + rest["results"]] == made[::-1]


def test_same_idempotency_key_makes_one_rule(shop):
    answers = [shop.client.post(RULES, RULE, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert count(Rule) == 1


def test_rules_of_a_rival_are_not_found(shop, rival):
    rule = add_rule(rival.client).json()
    assert shop.client.get(RULES).json()["results"] == []
    for method in ("get", "put", "patch", "delete"):
        body = None if method == "get" else RULE
        response = getattr(shop.client, method)(f"{RULES}{rule['id']}/", body)
        assert response.status_code == 404
    assert rival.client.get(f"{RULES}{rule['id']}/").json() == rule


@pytest.mark.parametrize("path", [RULES, RANKING, EXPERIMENTS])
def test_read_only_key_cannot_change_anything(shop, path):
    client = make_key_client(shop.shop, scopes=["catalog:read"])
    assert client.get(path).status_code == 200
    write = client.put if path == RANKING else client.post
    assert write(path, {}).json()["code"] == "insufficient_scope"


# --- Weights --------------------------------------------------------------------------


def test_api_and_ranking_have_the_same_weights():
    assert list(WeightsInput().fields) == list(WeightsSerializer().fields) == list(DEFAULTS)


def test_defaults_are_shown_until_weights_are_set(shop):
    assert shop.client.get(RANKING).json() == DEFAULTS
    assert count(RankingSettings) == 0


def test_put_replaces_all_weights(shop, rival):
    assert shop.client.put(RANKING, {"taste": 1, "text": 0}).json() == {
        **DEFAULTS,
        "taste": 1.0,
        "text": 0.0,
    }
    replaced = shop.client.put(RANKING, {"diversity": 0.4}).json()
    assert replaced == shop.client.get(RANKING).json() == {**DEFAULTS, "diversity": 0.4}
    assert rival.client.get(RANKING).json() == DEFAULTS


@pytest.mark.parametrize("value", [-0.1, 1.1, "much", None, [0.5], "nan", "inf", 10**400], ids=str)
def test_refuses_invalid_weights(shop, value):
    assert read_faults(shop.client.put(RANKING, {"taste": value})) == ["taste"]
    assert read_faults(start(shop.client, variant={"taste": value})) == ["variant"]


def test_refuses_unknown_weights(shop):
    for response, name in (
        (shop.client.put(RANKING, {"test": 0.5}), "test"),
        (start(shop.client, variant={"test": 0.5}), "variant.test"),
        (start(shop.client, variant={}, control={"test": 0.5}), "control.test"),
    ):
        assert (response.status_code, response.json()["code"]) == (400, "unknown_field")
        assert list(response.json()["errors"]) == [name]


# --- Experiments ----------------------------------------------------------------------


def test_experiment_stores_the_shops_weights_at_its_start(shop):
    shop.client.put(RANKING, {"diversity": 0.4})
    made = start(shop.client, control={"text": 0.1}, share=0.2)
    assert made.status_code == 201, made.content
    control = {**DEFAULTS, "diversity": 0.4, "text": 0.1}
    experiment = made.json()
    assert (experiment["control"], experiment["variant"]) == (control, {**control, "taste": 0.5})
    assert (experiment["share"], experiment["ended_at"]) == (0.2, None)
    shop.client.put(RANKING, {"diversity": 0.9})
    assert shop.client.get(f"{EXPERIMENTS}{experiment['id']}/").json()["control"] == control


@pytest.mark.parametrize("share", [0, 1, -1, 1.5, "nan", None])
def test_refuses_a_share_that_leaves_an_arm_empty(shop, share):
    assert read_faults(start(shop.client, share=share)) == ["share"]


def test_refuses_an_experiment_without_a_difference(shop):
    for variant in ({}, {"taste": DEFAULTS["taste"]}):
        response = start(shop.client, variant=variant)
        assert (response.status_code, response.json()["code"]) == (400, "nothing_to_compare")
    assert read_faults(shop.client.post(EXPERIMENTS, {"name": "None"})) == ["variant"]


def test_one_experiment_runs_at_a_time(shop, rival):
    first = start(shop.client).json()
    second = start(shop.client)
    assert (second.status_code, second.json()["code"]) == (409, "experiment_running")
    assert start(rival.client).status_code == 201
    ended = shop.client.post(f"{EXPERIMENTS}{first['id']}/end/")
    assert ended.status_code == 200
    assert ended.json()["ended_at"] is not None
    assert start(shop.client).status_code == 201


def test_ending_twice_ends_once(shop):
    address = f"{EXPERIMENTS}{start(shop.client).json()['id']}/end/"
    first, second = shop.client.post(address).json(), shop.client.post(address).json()
    assert first == second


def test_same_idempotency_key_starts_one_experiment(shop):
    answers = [
        shop.client.post(EXPERIMENTS, EXPERIMENT, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert count(Experiment) == 1


def test_experiments_are_listed_newest_first_with_few_queries(shop, rival):
    start(rival.client)
    made = []
    for _ in range(3):
        made.append(start(shop.client).json()["id"])
        shop.client.post(f"{EXPERIMENTS}{made[-1]}/end/")
    with CaptureQueriesContext(connection) as queries:
        page = shop.client.get(EXPERIMENTS).json()
    assert len(queries) <= 2
    assert [experiment["id"] for experiment in page["results"]] == made[::-1]


def test_experiments_of_a_rival_are_not_found(shop, rival):
    address = f"{EXPERIMENTS}{start(rival.client).json()['id']}/"
    assert shop.client.get(address).status_code == 404
    assert shop.client.post(f"{address}end/").status_code == 404
    assert rival.client.get(address).json()["ended_at"] is None


# --- Read by ranking ------------------------------------------------------------------


def choose(shop: Shop, shopper: str | None) -> ChosenWeights:
    with shop_scope(shop.pk):
        get_live_index(shop.pk)
        with CaptureQueriesContext(connection) as queries:
            weights = choose_weights(shop, read_steering(shop).weights, shopper)
    assert len(queries) <= 2
    return weights


def test_without_an_experiment_all_shoppers_get_the_shops_weights(shop):
    shop.client.put(RANKING, {"taste": 0.7})
    for shopper in (None, "", "customer-1"):
        chosen = choose(shop.shop, shopper)
        assert chosen == ChosenWeights(Weights(taste=0.7))


def test_experiment_gives_each_shopper_the_weights_of_their_arm(shop):
    made = start(shop.client, share=0.5).json()
    seen = set()
    for number in range(20):
        chosen = choose(shop.shop, f"customer-{number}")
        assert str(chosen.experiment.pk) == made["id"]
        assert chosen.is_variant == is_variant(chosen.experiment.pk, f"customer-{number}", 0.5)
        assert chosen.weights == (Weights(taste=0.5) if chosen.is_variant else Weights())
        seen.add(chosen.is_variant)
    assert seen == {True, False}


def test_running_experiment_ignores_changes_of_the_shops_weights(shop):
    start(shop.client)
    shop.client.put(RANKING, {"diversity": 0.9})
    assert choose(shop.shop, "customer-1").weights.diversity == DEFAULTS["diversity"]
    assert choose(shop.shop, None).weights.diversity == 0.9


def test_anonymous_visitors_and_ended_experiments_have_no_arm(shop, rival):
    start(rival.client)
    made = start(shop.client).json()
    assert choose(shop.shop, None).experiment is None
    shop.client.post(f"{EXPERIMENTS}{made['id']}/end/")
    assert choose(shop.shop, "customer-1").experiment is None


# --- The outcome ----------------------------------------------------------------------


def answer(shop: Shop, experiment_id: str | None, shopper: str, arm: bool, *kinds: str) -> None:
    """Store an answer of an arm with events of the shopper."""
    with shop_scope(shop.pk):
        who, _ = Shopper.objects.get_or_create(shop=shop, external_id=shopper)
        prompt = Prompt.objects.create(
            shop=shop,
            shopper=who,
            prompt="red",
            number_of_images=1,
            experiment_id=experiment_id,
            is_variant=arm,
        )
        image = make_image(shop)
        for number, kind in enumerate(kinds):
            Event.objects.create(
                shop=shop,
                event_id=f"{prompt.pk} {number}",
                kind=kind,
                image=image,
                shopper=who,
                prompt=prompt,
                occurred_at=datetime.now(UTC),
            )


def test_outcome_counts_answers_with_events(shop):
    experiment = start(shop.client).json()["id"]
    answer(shop.shop, experiment, "a", False, "impression", "click", "click")
    answer(shop.shop, experiment, "a", False, "impression")
    answer(shop.shop, experiment, "b", True, "click", "add_to_cart", "purchase")
    answer(shop.shop, experiment, "c", True, "add_to_cart")
    answer(shop.shop, experiment, "c", True)
    answer(shop.shop, None, "d", False, "click")

    with CaptureQueriesContext(connection) as queries:
        outcome = shop.client.get(f"{EXPERIMENTS}{experiment}/").json()["outcome"]
    assert len(queries) <= 3
    control, variant = outcome["control"], outcome["variant"]
    assert (control["shoppers"], control["answers"]) == (1, 2)
    assert (variant["shoppers"], variant["answers"]) == (2, 3)
    assert (control["click_through"]["rate"], control["add_to_cart"]["rate"]) == (0.5, 0.0)
    assert variant["click_through"]["rate"] == pytest.approx(1 / 3, abs=1e-6)
    assert variant["add_to_cart"]["rate"] == pytest.approx(2 / 3, abs=1e-6)
    chosen = outcome["add_to_cart"]
    assert chosen["difference"] == pytest.approx(2 / 3, abs=1e-6)
    assert chosen["low"] < chosen["difference"] < chosen["high"]
    assert chosen["sentence"] == "No difference in the add-to-cart rate is visible yet."


def test_outcome_without_answers_has_no_rates(shop):
    experiment = start(shop.client).json()["id"]
    outcome = shop.client.get(f"{EXPERIMENTS}{experiment}/").json()["outcome"]
    assert outcome["control"] == {
        "shoppers": 0,
        "answers": 0,
        "click_through": {"rate": None, "low": 0.0, "high": 1.0},
        "add_to_cart": {"rate": None, "low": 0.0, "high": 1.0},
    }
    assert outcome["click_through"]["difference"] is None


# --- Admin ----------------------------------------------------------------------------


@pytest.fixture
def operator(db, client):
    client.force_login(User.objects.create_superuser("op@atelier.example", "a-long-password"))
    return client


@pytest.mark.parametrize("name", ["rule", "rankingsettings", "experiment"])
def test_operators_can_read_steering(shop, operator, name):
    add_rule(shop.client)
    start(shop.client)
    shop.client.put(RANKING, {"taste": 0.7})
    page = operator.get(reverse(f"admin:recommendations_{name}_changelist"))
    assert page.status_code == 200
    assert shop.shop.name in page.content.decode()


def test_operators_can_disable_a_rule(shop, operator):
    rule = add_rule(shop.client).json()
    data = {"action": "switch_off", "_selected_action": [rule["id"]]}
    operator.post(reverse("admin:recommendations_rule_changelist"), data)
    assert shop.client.get(f"{RULES}{rule['id']}/").json()["is_active"] is False
