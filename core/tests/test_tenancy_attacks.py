"""Attack a shop with the keys and sign-ins of another: nothing is read, and nothing written.

`shop` attacks `rival`, whose rows and files hold a marker that no answer may contain.
"""

import io
import json
import warnings
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from celery import Celery
from django.apps import apps
from django.conf import settings as project
from django.core import serializers as django_serializers
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import Image, IndexEntry, VectorIndex
from catalog.tests.factories import make_image
from core.ml.vector_store import get_vector_store
from core.tenancy import all_shops, shop_scope
from core.tests.rival_requests import (
    MULTIPART,
    HostileRequest,
    TheirValues,
    hostile_requests,
)
from core.tests.test_route_walk import OBJECTS
from core.tests.test_structure import index_uploads, upload
from recommendations.models import Prompt
from stylist.models import Message
from tenants.models import Membership, Scope, Shop, ShopAPIKey
from tenants.services import create_key
from tenants.tests.factories import (
    make_client,
    make_key_client,
    make_member,
    make_page,
    make_person,
    sign_shopper,
)

MARKER = "zq7secret"
SHOPPER = f"{MARKER}-shopper"


def plant(rival: Any) -> TheirValues:
    """Fill the rival with rows of every kind, and mark their texts."""
    found = {}
    for kind, make in OBJECTS.items():
        row = make(rival.shop)
        name = kind.strip("/").rpartition("/")[2]
        name = f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
        found[name.replace("-", "_")] = str(getattr(row, "user_id", row.pk))
    image = make_image(rival.shop, name=MARKER, brand=MARKER, sku=MARKER, description=MARKER)
    found["image"] = str(image.pk)
    put = rival.client.put(f"/api/v1/shoppers/{SHOPPER}/preferences/", {"text": MARKER})
    assert put.status_code == 200, put.content
    event = {"event_id": MARKER, "kind": "like", "image": str(image.pk), "shopper": SHOPPER}
    rival.client.post("/api/v1/events/", event, headers={"Idempotency-Key": MARKER})
    chat = rival.client.post(f"/api/v1/shoppers/{SHOPPER}/conversations/").json()
    found["conversation"] = chat["id"]
    with shop_scope(rival.shop.pk):
        row = {"shop": rival.shop, "conversation_id": chat["id"], "role": "shopper"}
        Message.objects.create(**row, text=MARKER)
        prompt = Prompt.objects.create(
            shop=rival.shop, prompt=MARKER, number_of_images=1, results=[{"id": str(image.pk)}]
        )
        mark_texts(rival.shop)
    found["prompt"] = str(prompt.pk)
    return TheirValues(found, SHOPPER)


def mark_texts(shop: Shop) -> None:
    """Mark names and descriptions that the factories filled."""
    for model in apps.get_models():
        names = {each.name for each in model._meta.concrete_fields}
        if "shop" in names:
            fields = {"name", "description"} & names
            rows = model._base_manager.filter(shop=shop)
            for number, row in enumerate(rows if fields else ()):
                marks = dict.fromkeys(fields, f"{MARKER} {number}")
                model._base_manager.filter(pk=row.pk).update(**marks)


def make_callers(shop: Any) -> dict[str, APIClient]:
    """Return a client for each way to call the API, none of them of the rival."""
    callers = {f"key {scope}": make_key_client(shop.shop, scopes=[scope]) for scope in Scope}
    callers |= {"secret key": shop.client, "page": make_page(shop.shop)}
    callers["shopper"] = make_page(shop.shop, shopper=SHOPPER)
    for role in ("owner", "editor", "viewer"):
        person = make_person(shop.shop, email=f"{role}@attacker.example", role=role)
        callers[role] = person.client
    return callers


def make_refused_callers(shop: Any, rival: Any) -> dict[str, APIClient]:
    """Return clients whom every route refuses: some have keys of the rival that ended."""
    _, expired = make_ended_key(rival.shop, expiry_date=timezone.now())
    _, revoked = make_ended_key(rival.shop, revoked=True)
    closed = make_member("Closed")
    former = make_person(rival.shop, email="former@rival.example")
    with all_shops():
        Shop.objects.filter(pk=closed.shop.pk).update(is_active=False)
        Membership.objects.filter(user=former.user).delete()
    # A shopper of the rival, with a key of the attacker.
    stolen = make_page(shop.shop)
    token = sign_shopper(rival.shop, SHOPPER)
    stolen.credentials(**stolen._credentials, HTTP_SHOPPER_TOKEN=token)
    return {
        "rival's shopper": stolen,
        "stranger": APIClient(),
        "expired key": make_client(f"Api-Key {expired}"),
        "revoked key": make_client(f"Api-Key {revoked}"),
        "inactive shop": closed.client,
        "former member": former.client,
    }


def make_ended_key(shop: Shop, **fields: Any) -> tuple[ShopAPIKey, str]:
    with shop_scope(shop.pk):
        key, secret = create_key(shop=shop, name=MARKER)
        ShopAPIKey.objects.filter(pk=key.pk).update(**fields)
    return key, secret


def rows_of(shop: Shop) -> dict[str, Any]:
    """Return every row of every table that is not the attacker's, by its identity."""
    found: dict[str, Any] = {}
    with all_shops():
        for model in apps.get_models():
            if model._meta.label == "tenants.GuessBucket":
                continue
            names = {each.name for each in model._meta.concrete_fields}
            rows = model._base_manager.order_by("pk")
            rows = rows.exclude(shop=shop) if "shop" in names else rows
            # A first price sets the currency of the attacker's own shop.
            rows = rows.exclude(pk=shop.pk) if model is Shop else rows
            for row in django_serializers.serialize("python", rows):
                row["fields"].pop("last_used_at", None)
                found[f"{row['model']} {row['pk']}"] = row["fields"]
    return found


def files_of(shop: Shop, root: Path) -> dict[str, str]:
    folder = root / "shops" / str(shop.pk)
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in paths}


def send(client: APIClient, request: HostileRequest) -> Any:
    client.raise_request_exception = False
    path = f"{request.path}?{urlencode(request.query)}" if request.query else request.path
    method = getattr(client, request.method)
    if request.method == "get":
        return method(path)
    headers = {"Idempotency-Key": MARKER} if request.method == "post" else {}
    if request.content_type != MULTIPART:
        return method(path, as_json(request.body or {}), format="json", headers=headers)
    fields = {name: as_part(value) for name, value in request.body.items() if value is not None}
    return method(path, fields, format="multipart", headers=headers)


def as_json(value: Any) -> Any:
    """Return a body with its photos in base 64."""
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value


def as_part(value: Any) -> Any:
    """Return a field of a form: a file, texts, or JSON for anything nested."""
    if isinstance(value, bytes):
        photo = io.BytesIO(value)
        photo.name = "photo.jpg"
        return photo
    if isinstance(value, list):
        return [as_part(each) for each in value]
    return json.dumps(value) if isinstance(value, dict) else value


def content_of(answer: Any) -> str:
    if getattr(answer, "is_async", False):
        answer.close()
        return str(answer.headers)
    return f"{answer.headers} {answer.getvalue().decode(errors='replace')}"


def find_leaks(text: str, request: HostileRequest, theirs: TheirValues) -> list[str]:
    """Return what an answer contains of the rival, except what the request itself sent."""
    sent = f"{request.path} {request.query} {request.body!r}"
    # The attacker's own audit log has the ids that the attacker sent before.
    known = [] if request.path == "/api/v1/shop/audit/" else theirs.ids.values()
    ids = [value for value in known if value not in sent]
    marks = text.replace(SHOPPER, "") if SHOPPER in sent else text
    return [MARKER] * (MARKER in marks) + [value for value in ids if value in text]


@pytest.fixture
def _fast(settings, monkeypatch) -> None:
    settings.ENCODE_DEADLINE_SECONDS = settings.QUALITY_DEADLINE_SECONDS = 0.01
    for name in dir(project):
        if name.startswith("RATE_LIMIT_"):
            setattr(settings, name, 10_000_000)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def theirs(rival) -> TheirValues:
    return plant(rival)


def attack(
    callers: dict[str, APIClient], requests: list[HostileRequest], theirs: TheirValues
) -> Any:
    """Send every request as every caller; return what leaked."""
    leaks = []
    for request in requests:
        for name, client in callers.items():
            answer = send(client, request)
            assert answer.status_code < 500 or answer.status_code == 503, (name, request)
            if found := find_leaks(content_of(answer), request, theirs):
                leaks.append((name, request.method, request.path, found))
    return leaks


@pytest.mark.usefixtures("_fast")
def test_every_operation_refuses_every_caller_the_rivals_rows(shop, rival, theirs, media_root):
    callers, refused = make_callers(shop), make_refused_callers(shop, rival)
    requests = list(hostile_requests(theirs))
    operations = {(request.method, request.path): request for request in requests}
    shop.client.get("/api/v1/index/")
    before, files = rows_of(shop.shop), files_of(rival.shop, media_root)

    assert attack(callers, requests, theirs) == []
    for request in operations.values():
        for name, client in refused.items():
            assert send(client, request).status_code == 401, (name, request)

    after = rows_of(shop.shop)
    assert {key: after.get(key) for key in before} == before
    new = [after[key] for key in after.keys() - before.keys()]
    assert [row for row in new if str(rival.shop.pk) in str(row)] == []
    assert files_of(rival.shop, media_root) == files
    # The callers could still call at the end, and the rival itself does find what is its own.
    assert all(client.get("/api/v1/shop/").status_code != 401 for client in callers.values())
    reads = [request for request in operations.values() if request.method == "get"]
    found = [read.path for read in reads if MARKER in content_of(send(rival.client, read))]
    assert len(set(found)) >= 5, found
    count = len(requests) * len(callers) + len(operations) * len(refused)
    figure = f"{len(operations)} operations x {len(callers) + len(refused)} callers"
    # Printed in the summary of pytest.
    warnings.warn(f"{figure}, {count} requests: 0 reads, 0 writes", stacklevel=1)


@pytest.mark.django_db(transaction=True)
def test_planted_vectors_show_nothing_of_the_rival(shop, rival, monkeypatch):
    # The worker's part runs in this process, when its task is sent.
    monkeypatch.setattr(
        Celery, "send_task", lambda app, name, kwargs: app.tasks[name].run(**kwargs)
    )
    for client in (shop.client, rival.client):
        upload(client)
    index_uploads()
    own, theirs = (find_images(each.shop) for each in (shop, rival))
    with all_shops():
        indexes = {index.shop_id: index for index in VectorIndex.objects.all()}
    vector = find_vector(indexes[shop.shop.pk])
    for index in indexes.values():
        ids = [*own, *theirs]
        facets = [{"planted": True}] * len(ids)
        vectors = np.tile(vector, (len(ids), 1))
        get_vector_store(index.node).upsert(index.collection, ids, vectors, facets)
    for path in ("recommendations/", f"images/{own[0]}/similar/?number_of_images=20"):
        body = {"prompt": "red dress", "number_of_images": 20}
        ask = shop.client.post if path == "recommendations/" else shop.client.get
        answer = ask(f"/api/v1/{path}", body if path == "recommendations/" else None)
        assert answer.status_code in {200, 201}, answer.content
        found = {result["id"] for result in answer.json()["results"]}
        assert found <= set(own), path
    refused = shop.client.post("/api/v1/recommendations/", {"images": [{"id": theirs[0]}]})
    assert refused.status_code in {400, 404}, refused.content
    assert shop.client.get(f"/api/v1/images/{theirs[0]}/similar/").status_code == 404


def find_images(shop: Shop) -> list[str]:
    with shop_scope(shop.pk):
        return [str(pk) for pk in Image.objects.values_list("pk", flat=True)]


def find_vector(index: VectorIndex) -> Any:
    with shop_scope(index.shop_id):
        entry = IndexEntry.objects.filter(index=index).get()
        return np.frombuffer(entry.embedding, np.float16).astype(np.float32)
