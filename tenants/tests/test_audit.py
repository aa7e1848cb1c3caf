"""The audit log: what members and operators did, and nobody can change it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS

from catalog.models import Image
from catalog.tests.factories import make_image
from core.log_context import LogContext, enter_log_context
from core.tenancy import all_shops, shop_scope
from core.tests.test_route_walk import GUARDED, OBJECTS
from tenants import audit
from tenants.api.audit_trail import ACTIONS, name_action
from tenants.models import AuditEntry, Membership, Shop, ShopAPIKey, User
from tenants.sweeps import purge_audit
from tenants.tests.factories import PASSWORD, make_person

SECRET = "ada@people.example"
# These POSTs only read, or answer what nobody stores.
READING = {
    "api/v1/recommendations/",
    "api/v1/similarity/",
    "api/v1/quality/assess/",
    "api/v1/images/<uuid:pk>/outfits/",
}


def entries(**filters: Any) -> list[AuditEntry]:
    with all_shops():
        return list(AuditEntry.objects.filter(**filters).order_by("id"))


def actions(shop: Any) -> list[str]:
    return [entry.action for entry in entries(shop=shop.shop)]


def set_role(person: Any, role: str) -> None:
    with all_shops():
        Membership.objects.filter(user=person.user).update(role=role)


@pytest.fixture
def owner(shop, colleague) -> Any:
    set_role(colleague, "owner")
    return colleague


def test_a_members_change_is_recorded_with_who_what_and_when(shop, owner):
    image = make_image(shop.shop)
    enter_log_context(LogContext(request_id="request-1"))
    made = owner.client.patch(
        f"/api/v1/images/{image.pk}/", {"name": SECRET}, REMOTE_ADDR="203.0.113.77"
    )
    (entry,) = entries(action="image.changed")
    assert made.status_code == 200
    assert (entry.actor, entry.actor_id) == ("member", owner.user.pk)
    assert (entry.target_type, entry.target_id) == ("image", str(image.pk))
    assert (entry.changes, entry.outcome) == (["name"], "succeeded")
    assert entry.network == "203.0.113.0/24" and entry.request_id == "request-1"
    assert SECRET not in str(vars(entry))


def test_keys_are_recorded_by_prefix_and_never_with_their_secret(shop, owner):
    made = owner.client.post("/api/v1/shop/keys/", {"name": "till"}).json()
    owner.client.delete(f"/api/v1/shop/keys/{made['id']}/")
    created, revoked = entries(action__startswith="key.")
    assert (created.action, revoked.action) == ("key.created", "key.revoked")
    assert created.details["prefix"] == made["prefix"]
    assert created.target_id == revoked.target_id == made["id"]
    assert made["key"].partition(".")[2] not in str(vars(created))


def test_what_keys_and_readers_do_is_not_recorded(shop, owner):
    shop.client.post("/api/v1/categories/", {"name": "Hats"})
    owner.client.get("/api/v1/images/")
    owner.client.post("/api/v1/categories/", {})
    assert "category.created" not in actions(shop)


def test_an_entry_rolls_back_with_the_change_and_the_change_with_the_entry(
    shop, owner, monkeypatch
):
    image = make_image(shop.shop)
    owner.client.raise_request_exception = False
    monkeypatch.setattr(audit.AuditEntry.objects, "create", fail)
    assert owner.client.delete(f"/api/v1/images/{image.pk}/").status_code == 500
    with shop_scope(shop.shop.pk):
        assert Image.objects.live().filter(pk=image.pk).exists()


def fail(**_: Any) -> None:
    raise RuntimeError("no entry")


def test_a_refused_member_is_recorded(shop, colleague):
    set_role(colleague, "viewer")
    assert colleague.client.post("/api/v1/categories/", {"name": "Hats"}).status_code == 403
    (entry,) = entries(action="category.created")
    assert entry.outcome == "refused" and entry.changes == []
    assert colleague.client.delete("/api/v1/shoppers/ada/").status_code == 403


def test_a_shopper_is_recorded_by_our_id_and_not_by_their_own(shop, owner):
    owner.client.patch(f"/api/v1/shoppers/{SECRET}/preferences/", {"text": "wool"})
    owner.client.patch(f"/api/v1/shoppers/{SECRET}/preferences/", {"text": "silk"})
    _, entry = entries(action="preferences.changed")
    assert entry.target_type == "shopper" and entry.target_id and SECRET not in str(vars(entry))


def test_a_replayed_request_is_recorded_once(shop, owner):
    for _ in range(2):
        owner.client.post(
            "/api/v1/rules/",
            {"name": "Hide", "action": "hide", "target": {"brand": ["Acme"]}},
            headers={"Idempotency-Key": "one"},
        )
    assert actions(shop).count("rule.created") == 1


def test_wrong_passwords_count_although_the_request_is_recorded_in_a_transaction(shop, owner):
    body = {"password": "wrong-horse-7", "new_password": "another-staple-8"}
    answers = [owner.client.post("/api/v1/auth/password/change/", body) for _ in range(12)]
    assert 429 in {answer.status_code for answer in answers}


def test_every_unsafe_route_has_a_name_of_its_own():
    used = set()
    for route in GUARDED:
        for method in route.methods:
            if method.upper() in SAFE_METHODS or route.pattern in READING:
                continue
            name = route.name.removesuffix("-list").removesuffix("-detail")
            used.add(f"{name} {method}")
            action = name_action(route.name, method)
            assert len(action) <= 80 and action.count(".") == 1, action
            assert not action.endswith((".post", ".patch", ".delete", ".put")), action
    assert set(ACTIONS) <= used


@pytest.mark.parametrize(
    "route", [pytest.param(route, id=str(route)) for route in GUARDED if "<pk>" in route.pattern]
)
def test_every_delete_by_a_member_is_recorded(shop, owner, route):
    if "delete" not in route.methods:
        return
    kind = max((kind for kind in OBJECTS if route.pattern.startswith(kind)), key=len)
    row = OBJECTS[kind](shop.shop)
    before = len(entries(shop=shop.shop))
    answer = owner.client.delete(route.url(row.pk))
    assert answer.status_code == 204, answer.content
    (entry,) = entries(shop=shop.shop)[before:]
    assert entry.actor_id == owner.user.pk and entry.target_id == str(row.pk)


def test_accounts_are_recorded(shop, owner, stranger):
    login = {"email": owner.user.email, "password": PASSWORD}
    stranger.post("/api/v1/auth/login/", {**login, "password": "wrong-horse-7"})
    pair = stranger.post("/api/v1/auth/login/", login).json()
    stranger.post("/api/v1/auth/logout/", {"refresh": pair["refresh"]})
    owner.client.post("/api/v1/auth/logout/everywhere/")
    expected = ["session.refused", "session.opened", "session.ended", "session.ended_everywhere"]
    assert [name for name in actions(shop) if name in expected][-4:] == expected
    (refused,) = entries(action="session.refused")
    assert refused.actor == "unknown" and refused.actor_id is None


def test_a_lock_out_is_recorded_once_and_an_unknown_address_makes_the_same_queries(
    shop, owner, stranger
):
    counts = []
    for email in (owner.user.email, "nobody@shop.example"):
        with CaptureQueriesContext(connection) as queries:
            for _ in range(14):
                stranger.post("/api/v1/auth/login/", {"email": email, "password": "wrong-horse-7"})
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert actions(shop).count("session.locked_out") == 1


def test_an_owner_reads_the_log_page_by_page_and_filters_it(shop, owner, rival):
    for name in ("Hats", "Gloves", "Belts"):
        owner.client.post("/api/v1/categories/", {"name": name})
    page = owner.client.get("/api/v1/shop/audit/?action=category.created&page_size=2").json()
    assert len(page["results"]) == 2 and page["next"]
    assert page["results"][0]["actor_email"] == owner.user.email
    rest = owner.client.get(page["next"]).json()
    assert len(rest["results"]) == 1
    later = (timezone.now() + timedelta(hours=1)).isoformat().replace("+", "%2B")
    for query in (f"since={later}", f"actor={shop.shop.pk}", "result=refused"):
        assert owner.client.get(f"/api/v1/shop/audit/?{query}").json()["results"] == []


def test_the_log_is_closed_to_keys_other_roles_and_other_shops(shop, owner, rival):
    owner.client.post("/api/v1/categories/", {"name": "Hats"})
    assert shop.client.get("/api/v1/shop/audit/").status_code == 403
    other = make_person(rival.shop, email="other@rival.example")
    set_role(other, "owner")
    assert "category.created" not in str(other.client.get("/api/v1/shop/audit/").content)
    for role in ("editor", "viewer"):
        set_role(owner, role)
        assert owner.client.get("/api/v1/shop/audit/").status_code == 403


def test_a_person_who_was_removed_is_named_by_id_only(shop, owner):
    member = make_person(shop.shop, email=SECRET)
    set_role(member, "editor")
    member.client.post("/api/v1/categories/", {"name": "Hats"})
    owner.client.delete(f"/api/v1/shop/members/{member.user.pk}/")
    log = owner.client.get("/api/v1/shop/audit/").json()["results"]
    made = next(entry for entry in log if entry["action"] == "category.created")
    assert made["actor_id"] == str(member.user.pk) and made["actor_email"] is None
    assert SECRET not in str(log)


@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'x'", "DELETE FROM {}"])
def test_postgres_refuses_to_change_the_log(shop, owner, statement):
    owner.client.post("/api/v1/categories/", {"name": "Hats"})
    refused = pytest.raises(DatabaseError, match="append-only")
    with all_shops(), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("tenants_auditentry"))
    assert entries(action="category.created")


def test_old_entries_are_purged_and_recent_ones_stay(shop, settings):
    settings.AUDIT_RETENTION = timedelta(days=100)
    with all_shops():
        for days in (10, 99, 101, 400):
            entry = AuditEntry(shop=shop.shop, action=f"test.{days}", actor="member")
            AuditEntry.objects.bulk_create([entry])
    # The date is set by inserting: rows cannot be updated.
    with all_shops(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenants_auditentry SELECT gen_random_uuid(), actor, actor_id, "
            "'old', outcome, target_type, target_id, changes, details, request_id, network, "
            "now() - interval '101 days', shop_id FROM tenants_auditentry WHERE action = 'test.10'"
        )
    purge_audit()
    assert {entry.action for entry in entries(shop=shop.shop)} >= {"test.10"}
    assert not entries(action="old")


def test_deleting_a_shop_leaves_its_log(shop, owner):
    owner.client.post("/api/v1/categories/", {"name": "Hats"})
    pk = shop.shop.pk
    with all_shops():
        Shop.objects.get(pk=pk).delete()
    assert entries(shop_id=pk, action="category.created")


@pytest.fixture
def operator(db, client) -> Any:
    user = User.objects.create_superuser("op@atelier.example", "a-long-password-7")
    client.force_login(user)
    client.user = user
    return client


def test_operators_changes_are_recorded_in_the_log_of_the_shop(shop, operator, owner):
    with all_shops():
        key = ShopAPIKey.objects.get(shop=shop.shop)
    operator.post(
        reverse("admin:tenants_shop_change", args=[shop.shop.pk]),
        {"name": "Renamed", "is_active": "on", "language": "en",
         "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0},
    )  # fmt: skip
    data = {"action": "revoke", "_selected_action": [str(key.pk)]}
    operator.post(reverse("admin:tenants_shopapikey_changelist"), data)
    changed, revoked = entries(actor="operator")
    assert (changed.action, changed.changes) == ("admin.shop.changed", ["Name"])
    assert (revoked.action, revoked.target_id) == ("admin.shopapikey.revoke", str(key.pk))
    assert {changed.shop_id, revoked.shop_id} == {shop.shop.pk}
    log = owner.client.get("/api/v1/shop/audit/").json()["results"]
    assert {entry["actor_email"] for entry in log if entry["actor"] == "operator"} == {None}


def test_signing_in_to_the_admin_is_recorded(db, client):
    User.objects.create_superuser("op@atelier.example", "a-long-password-7")
    for password in ("wrong", "a-long-password-7"):
        client.post(
            reverse("admin:login"), {"username": "op@atelier.example", "password": password}
        )
    client.post(reverse("admin:logout"))
    assert [entry.action for entry in entries()] == [
        "session.refused", "admin.signed_in", "admin.logout",
    ]  # fmt: skip


def test_forms_of_the_admin_that_are_refused_are_not_recorded(shop, operator):
    operator.post(reverse("admin:tenants_shop_change", args=[shop.shop.pk]), {"name": ""})
    assert [entry.action for entry in entries(actor="operator", target_type="shop")] == []


def test_the_admin_shows_the_log_and_changes_nothing(shop, owner, operator):
    owner.client.post("/api/v1/categories/", {"name": "Hats"})
    (entry,) = entries(action="category.created")
    page = operator.get(reverse("admin:tenants_auditentry_changelist")).content.decode()
    assert "category.created" in page
    for name in ("change", "delete"):
        url = reverse(f"admin:tenants_auditentry_{name}", args=[entry.pk])
        assert operator.post(url, {"post": "yes"}).status_code == 403
