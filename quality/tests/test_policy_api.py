"""The policy, the profiles, and the shop's own profile."""

import pytest

from core.tenancy import all_shops, shop_scope
from quality.models import Policy
from quality.tests.factories import make_report
from tenants.models import Shop

pytestmark = pytest.mark.django_db
POLICY = "/api/v1/quality/policy/"
PROFILES = "/api/v1/quality/profiles/"
OWN = f"{PROFILES}own/"
RULES = {
    "label": "Ours",
    "rules": [
        {"subject": "shorter_side", "least": 800},
        {"subject": "subject_fill", "least": 0.7, "most": 0.95, "required": False},
    ],
    "aspect": 0.75,
}


def holds_photos(shop: Shop) -> bool:
    with all_shops():
        return Shop.objects.get(pk=shop.pk).holds_photos


def test_new_shop_measures_by_the_default_rules_and_gates_nothing(shop):
    answer = shop.client.get(POLICY).json()
    assert (answer["gate"], answer["profile"]) == ("off", "default")


def test_gate_and_profile_are_set_one_by_one(shop):
    assert shop.client.patch(POLICY, {"gate": "hold"}).json()["gate"] == "hold"
    assert holds_photos(shop.shop)
    answer = shop.client.patch(POLICY, {"profile": "amazon"}).json()
    assert (answer["gate"], answer["profile"]) == ("hold", "amazon")
    shop.client.patch(POLICY, {"gate": "warn"})
    assert not holds_photos(shop.shop)


def test_policy_belongs_to_one_shop(shop, rival):
    shop.client.patch(POLICY, {"gate": "hold"})
    shop.client.put(OWN, RULES, format="json")
    assert rival.client.get(POLICY).json()["gate"] == "off"
    assert not holds_photos(rival.shop)
    assert rival.client.get(OWN).status_code == 404
    assert len(rival.client.get(PROFILES).json()) == 4


@pytest.mark.parametrize("body", [{"gate": "block"}, {"profile": "ebay"}, {"gate": None}])
def test_unknown_values_are_refused_by_field(shop, body):
    answer = shop.client.patch(POLICY, body, format="json")
    assert answer.status_code == 400 and answer.json()["code"] == "validation_error"
    assert list(answer.json()["errors"]) == list(body)


def test_own_profile_is_refused_until_it_is_set(shop):
    answer = shop.client.patch(POLICY, {"profile": "own", "gate": "hold"})
    assert answer.status_code == 400 and answer.json()["code"] == "profile_unknown"
    assert answer.json()["field"] == "profile" and "PUT them" in answer.json()["detail"]
    assert shop.client.get(POLICY).json()["gate"] == "off" and not holds_photos(shop.shop)
    assert shop.client.put(OWN, RULES, format="json").status_code == 200
    assert shop.client.patch(POLICY, {"profile": "own"}).json()["profile"] == "own"


def test_own_profile_is_listed_with_the_marketplaces(shop):
    shop.client.put(OWN, RULES, format="json")
    profiles = {profile["key"]: profile for profile in shop.client.get(PROFILES).json()}
    assert list(profiles) == ["default", "google", "amazon", "zalando", "own"]
    own = profiles["own"]
    assert own == shop.client.get(OWN).json()
    assert (own["label"], own["aspect"], own["fill"], own["wants_white"]) == (
        "Ours", 0.75, 0.85, False,
    )  # fmt: skip
    assert [(rule["rule"], rule["least"], rule["most"], rule["is_required"])
            for rule in own["rules"]] == [
        ("shorter_side", 800.0, None, True), ("subject_fill", 0.7, 0.95, False),
    ]  # fmt: skip


def test_deleting_the_own_profile_restores_the_default(shop):
    shop.client.put(OWN, RULES, format="json")
    shop.client.patch(POLICY, {"profile": "own", "gate": "warn"})
    assert shop.client.delete(OWN).status_code == 204
    answer = shop.client.get(POLICY).json()
    assert (answer["gate"], answer["profile"]) == ("warn", "default")
    assert shop.client.get(OWN).status_code == 404
    assert shop.client.delete(OWN).status_code == 204


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"subject": "beauty", "least": 1}, "errors"),
        ({"least": 1}, "errors"),
        ({"subject": "width", "least": "wide"}, "errors"),
        ({"subject": "width"}, "rules.0"),
        ({"subject": "width", "least": 5, "most": 4}, "rules.0"),
        ({"subject": "width", "least": 1e12}, "rules.0.least"),
        ({"subject": "width", "least": None, "most": None}, "rules.0"),
    ],
)
def test_invalid_rule_is_refused_by_its_index(shop, rule, field):
    answer = shop.client.put(OWN, {"rules": [rule]}, format="json")
    assert answer.status_code == 400
    payload = answer.json()
    assert field in payload if field == "errors" else payload["field"] == field
    assert shop.client.get(OWN).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rules": []},
        {"rules": [{"subject": "width", "least": 1}] * 41},
        {"rules": [{"subject": "width", "least": 1}], "fill": 0.1},
        {"rules": [{"subject": "width", "least": 1}], "aspect": 0},
        {"rules": [7]},
        [],
        "rules",
    ],
)
def test_invalid_profile_is_refused(shop, body):
    answer = shop.client.put(OWN, body, format="json")
    assert answer.status_code == 400 and answer.json()["code"] == "validation_error"


def test_rules_are_accepted_only_as_json(shop):
    answer = shop.client.put(OWN, {"label": "Ours"}, format="multipart")
    assert answer.status_code == 415


def test_report_is_judged_by_any_requested_profile(shop):
    report = make_report(shop.shop)
    url = f"/api/v1/quality/reports/{report.image_id}/"
    assert shop.client.get(url).json()["passed"] is True
    zalando = shop.client.get(url, {"profile": "zalando"}).json()
    assert zalando["profile"] == "zalando" and zalando["passed"] is False
    assert shop.client.get(url, {"profile": "own"}).json()["code"] == "profile_unknown"
    assert shop.client.get(url, {"profile": "ebay"}).status_code == 400
    with shop_scope(shop.shop.pk):
        assert not Policy.objects.exists()
