"""Members, roles and invitations: who may do what, and who becomes a member."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from re import search

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.tests.factories import make_image
from core.tenancy import all_shops
from tenants.accounts.mails import send_waiting
from tenants.models import Invitation, Membership, User
from tenants.tests.factories import PASSWORD, make_member, make_person

AUTH = "/api/v1/auth/"
MEMBERS = "/api/v1/shop/members/"
INVITATIONS = "/api/v1/shop/invitations/"
BEA = "bea@shop.example"


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def post(action: str, **data: object):
    return APIClient().post(f"{AUTH}{action}/", data)


def invite(member, email: str = BEA, role: str = "editor"):
    return member.client.post(INVITATIONS, {"email": email, "role": role})


def read_token(mailbox) -> str:
    send_waiting()
    return search(r"#(\S+)", mailbox[-1].body)[1]


# What a viewer may not do, and an editor may.
WRITES = [
    ("post", "/api/v1/styles/", {"name": "Festive"}),
    ("post", "/api/v1/index/retry/", {}),
    ("patch", "/api/v1/shoppers/ada/preferences/", {"text": "wool"}),
    ("delete", "/api/v1/shoppers/ada/preferences/", None),
    ("post", "/api/v1/shoppers/ada/conversations/", {}),
    ("post", "/api/v1/shoppers/", {"external_id": "ada"}),
    ("post", "/api/v1/rules/", {"name": "x", "action": "hide", "target": {"brand": ["a"]}}),
    ("put", "/api/v1/quality/policy/", {}),
    ("post", "/api/v1/quality/batches/", {}),
    ("post", "/api/v1/events/", {"event_id": "e", "kind": "like"}),
]
READS = ["images/", "styles/", "index/", "prompts/", "shoppers/", "quality/reports/", "rules/"]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("role", ["owner", "editor", "staff", "viewer"])
def test_viewers_change_nothing_and_others_may(shop, role, method, path, body):
    person = make_person(shop.shop, role=role)
    answer = getattr(person.client, method)(path, body)
    is_refused = answer.status_code == 403 and answer.json()["code"] == "insufficient_role"
    assert is_refused == (role == "viewer"), answer.content


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_every_role_reads_and_searches(shop, role, settings):
    settings.ENCODE_DEADLINE_SECONDS = 0.01
    person = make_person(shop.shop, role=role)
    for path in READS:
        assert person.client.get(f"/api/v1/{path}").status_code == 200, path
    found = person.client.post("/api/v1/recommendations/", {"prompt": "red", "number_of_images": 1})
    assert found.status_code in {200, 503}
    images = [str(make_image(shop.shop).pk) for _ in range(2)]
    assert person.client.post("/api/v1/similarity/", {"images": images}).status_code != 403


@pytest.mark.parametrize("role", ["editor", "viewer", "staff"])
@pytest.mark.parametrize("path", [MEMBERS, INVITATIONS, "/api/v1/shop/keys/"])
def test_only_owners_manage_members_and_keys(shop, role, path):
    person = make_person(shop.shop, role=role)
    assert person.client.get(path).status_code == 403
    assert person.client.post(path, {"email": BEA, "role": "owner"}).status_code in {403, 405}
    assert shop.client.get(path).status_code == 403


def test_a_new_role_counts_from_the_next_request(shop, colleague):
    other = make_person(shop.shop, email=BEA, role="editor")
    assert other.client.post("/api/v1/styles/", {"name": "Festive"}).status_code == 201
    changed = colleague.client.patch(f"{MEMBERS}{other.user.pk}/", {"role": "viewer"})
    assert changed.json()["role"] == "viewer"
    assert other.client.post("/api/v1/styles/", {"name": "Warm"}).status_code == 403
    assert colleague.client.delete(f"{MEMBERS}{other.user.pk}/").status_code == 204
    assert other.client.get("/api/v1/shop/").status_code == 401


def test_members_are_listed_with_their_roles(shop, colleague):
    make_person(shop.shop, email=BEA, role="staff")
    listed = colleague.client.get(MEMBERS).json()["results"]
    assert [(each["email"], each["role"]) for each in listed] == [
        (BEA, "editor"),
        (colleague.user.email, "owner"),
    ]


def test_the_last_owner_stays(shop, colleague):
    own = f"{MEMBERS}{colleague.user.pk}/"
    make_person(shop.shop, email=BEA, role="editor")
    for answer in (
        colleague.client.patch(own, {"role": "viewer"}),
        colleague.client.delete(own),
        colleague.client.post(f"{AUTH}leave/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    make_person(shop.shop, email="cleo@shop.example", role="owner")
    assert colleague.client.post(f"{AUTH}leave/").status_code == 204
    assert colleague.client.get("/api/v1/shop/").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_both_leave_at_once():
    shop = make_member("Shop").shop
    people = [make_person(shop, email=f"{n}@shop.example") for n in range(4)]

    def leave(person) -> int:
        try:
            return person.client.post(f"{AUTH}leave/").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(leave, people))
    assert statuses == [204, 204, 204, 409]
    with all_shops():
        assert Membership.objects.filter(shop=shop, role="owner").count() == 1


def test_a_viewer_manages_their_own_account(shop):
    person = make_person(shop.shop, role="viewer")
    body = {"password": PASSWORD, "new_password": "another-staple-8"}
    assert person.client.post(f"{AUTH}password/change/", body).status_code == 200


def test_a_new_person_accepts_an_invitation_with_a_password(shop, colleague, mailoutbox):
    made = invite(colleague, role="viewer")
    assert made.status_code == 201
    token = read_token(mailoutbox)
    assert mailoutbox[-1].to == [BEA]
    offer = post("invitations/read", token=token).json()
    assert (offer["shop"]["name"], offer["email"], offer["role"]) == ("Shop", BEA, "viewer")
    assert offer["needs_password"] is True
    assert post("invitations/accept", token=token).json()["code"] == "password_required"
    weak = post("invitations/accept", token=token, password="password1")
    assert weak.json()["code"] == "weak_password"

    accepted = post("invitations/accept", token=token, password="bea-horse-staple-8", name="Bea")

    assert accepted.json()["role"] == "viewer"
    signed_in = post("login", email=BEA, password="bea-horse-staple-8").json()
    assert signed_in["shop"]["id"] == str(shop.shop.pk) and signed_in["email_verified"]
    again = post("invitations/accept", token=token, password="bea-horse-staple-8")
    assert again.json()["code"] == "invalid_link"
    assert colleague.client.get(INVITATIONS).json()["results"] == []


def test_a_person_with_an_account_joins_with_it(shop, colleague, rival, mailoutbox):
    bea = make_person(rival.shop, email=BEA)
    invite(colleague)
    token = read_token(mailoutbox)
    assert post("invitations/read", token=token).json()["needs_password"] is False
    assert post("invitations/accept", token=token).status_code == 200
    shops = bea.client.get(f"{AUTH}shops/").json()
    assert [each["role"] for each in shops] == ["owner", "editor"]


def test_who_only_claims_an_address_does_not_get_its_invitation(shop, colleague, mailoutbox):
    data = {"email": BEA, "password": "thief-horse-1", "shop_name": "Thief"}
    thief = post("register", **data).json()
    invite(colleague)
    token = read_token(mailoutbox)
    assert post("invitations/read", token=token).json()["needs_password"] is True
    post("invitations/accept", token=token, password="bea-horse-staple-8")
    with all_shops():
        members = Membership.objects.filter(shop=shop.shop, user__email=BEA)
        assert members.get().user.has_verified_email
    login = post("login", email=BEA, password="thief-horse-1").json()
    assert login["shop"]["id"] == thief["shop"]["id"]
    assert post("login", **{**data, "shop_name": ""}, shop_id=str(shop.shop.pk)).status_code >= 400


def test_inviting_is_the_same_for_known_and_unknown_addresses(shop, colleague, rival):
    make_person(rival.shop, email=BEA)
    known, unknown = invite(colleague).json(), invite(colleague, "nobody@shop.example").json()
    for answer in (known, unknown):
        for name in ("id", "email", "created_at", "expires_at"):
            assert answer.pop(name)
    assert known == unknown


def test_an_invitation_expires(colleague, mailoutbox, settings):
    invite(colleague)
    token = read_token(mailoutbox)
    with time_machine.travel(timezone.now() + settings.INVITATION_LIFETIME + timedelta(1)):
        assert post("invitations/accept", token=token).json()["code"] == "invalid_link"


def test_an_invitation_ends_when_it_is_revoked_or_replaced(colleague, mailoutbox):
    invite(colleague)
    replaced = read_token(mailoutbox)
    with time_machine.travel(timezone.now() + timedelta(seconds=1)):
        made = invite(colleague, role="owner").json()
    newest = read_token(mailoutbox)
    assert post("invitations/read", token=replaced).json()["code"] == "invalid_link"
    assert post("invitations/read", token=newest).json()["role"] == "owner"
    assert colleague.client.delete(f"{INVITATIONS}{made['id']}/").status_code == 204
    assert post("invitations/accept", token=newest).json()["code"] == "invalid_link"


def test_a_member_is_not_invited_again(shop, colleague):
    make_person(shop.shop, email=BEA)
    assert invite(colleague).json()["code"] == "already_member"


@pytest.mark.parametrize("role", ["staff", "admin", "", None])
def test_unknown_roles_are_refused(colleague, role):
    body = {"email": BEA, "role": role}
    assert colleague.client.post(INVITATIONS, body).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_twice_at_once_makes_one_person(mailoutbox):
    colleague = make_person(make_member("Shop").shop)
    invite(colleague)
    token = read_token(mailoutbox)

    def accept(_: int) -> int:
        try:
            return post("invitations/accept", token=token, password="bea-horse-8").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(accept, range(4)))
    assert statuses == [200, 400, 400, 400]
    assert User.objects.filter(email=BEA).count() == 1
    assert Invitation._base_manager.count() == 0
