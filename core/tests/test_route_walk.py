"""Access control of every route: without a key, without the scope, with another shop's ids.

The routes come from the URL resolver, so that new ones are included. A route with an object needs
an entry in `OBJECTS`, and fails here without one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers as django_serializers
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient
from uuid_utils.compat import uuid7

from catalog.indexing.indexes import get_live_index
from catalog.models import (
    AgeGroup,
    Category,
    DuplicatePair,
    Feed,
    ImportJob,
    PhotoFetch,
    Product,
    Style,
    VectorIndex,
)
from catalog.tests.factories import make_image, make_pair
from core.tenancy import all_shops, shop_scope
from quality.models import Batch, Comparison, Enhancement, Report, Source
from recommendations.models import Experiment, Prompt, Replay, Rule, Synonym
from recommendations.steering.weights import Weights
from stylist.models import Conversation, Outfit, WardrobeItem
from tenants.models import (
    Invitation,
    Membership,
    Shop,
    Shopper,
    ShopperSigningSecret,
    User,
)
from tenants.services import create_key
from tenants.shopper_tokens import create_signing_secret
from tenants.tests.factories import make_key_client

API = "api/v1/"
METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")
# Routes with access control of their own; the admin has a test below.
FOREIGN = ("admin/",)
# Routes that need no key.
PUBLIC = {
    "api/v1/auth/register/",
    "api/v1/auth/login/",
    "api/v1/auth/refresh/",
    "api/v1/auth/logout/",
    "api/v1/auth/password/reset/",
    "api/v1/auth/password/reset/confirm/",
    "api/v1/auth/verification/confirm/",
    "api/v1/auth/invitations/read/",
    "api/v1/auth/invitations/accept/",
    "api/schema/",
    "api/docs/",
    "api/redoc/",
    "",
    "analytics/",
    "quality/",
    "stylist/",
    "account/password/",
    "account/verification/",
    "account/invitation/",
    "health/live",
    "health/ready",
    "metrics",
    "media/<path:key>",
    "outfits/<str:token>.webp",
}


def make_prompt(shop: Shop) -> Prompt:
    with shop_scope(shop.pk):
        prompt: Prompt = Prompt.objects.create(shop=shop, prompt="red", number_of_images=1)
    return prompt


def make_photo_fetch(shop: Shop) -> PhotoFetch:
    with shop_scope(shop.pk):
        fetch: PhotoFetch = PhotoFetch.objects.create(shop=shop, url="https://secret.example/")
    return fetch


def make_feed(shop: Shop) -> Feed:
    with shop_scope(shop.pk):
        feed: Feed = Feed.objects.create(shop=shop, name="secret", url="https://secret.example/")
    return feed


def make_import(shop: Shop) -> ImportJob:
    with shop_scope(shop.pk):
        job: ImportJob = ImportJob.objects.create(shop=shop, url="https://secret.example/")
    return job


def make_rule(shop: Shop) -> Rule:
    with shop_scope(shop.pk):
        target = {"brand": ["Secret"]}
        rule: Rule = Rule.objects.create(shop=shop, name="Secret", action="hide", target=target)
    return rule


def make_synonym(shop: Shop) -> Synonym:
    with shop_scope(shop.pk):
        synonym: Synonym = Synonym.objects.create(shop=shop, phrase="secret", meaning="hidden")
    return synonym


def make_experiment(shop: Shop) -> Experiment:
    with shop_scope(shop.pk):
        weights = asdict(Weights())
        experiment: Experiment = Experiment.objects.create(
            shop=shop, name="Secret", control=weights, variant={**weights, "taste": 0.5}
        )
    return experiment


def make_replay(shop: Shop) -> Replay:
    with shop_scope(shop.pk):
        steering = {"weights": asdict(Weights()), "rules": []}
        lists = ("added", "replaced", "removed", "synonyms_added", "synonyms_removed")
        change = {"weights": None, "index": None, **{name: [] for name in lists}}
        index = get_live_index(shop.pk).pk
        replay: Replay = Replay.objects.create(
            shop=shop,
            change=change,
            present_steering=steering,
            proposed_steering=steering,
            present_index=index,
            proposed_index=index,
            number_of_prompts=10,
        )
    return replay


def make_product(shop: Shop) -> Product:
    """Return a product whose `external_id` equals the id, since the route uses that."""
    product = make_image(shop).product
    assert product
    assert product.external_id == str(product.pk)
    return product


def make_shopper(shop: Shop) -> Shopper:
    """Return a shopper whose `external_id` equals the id, since routes use either."""
    with shop_scope(shop.pk):
        pk = uuid7()
        shopper: Shopper = Shopper.objects.create(pk=pk, shop=shop, external_id=str(pk))
    return shopper


def make_duplicate_pair(shop: Shop) -> DuplicatePair:
    return make_pair(make_image(shop), make_image(shop))


def make_comparison(shop: Shop) -> Comparison:
    with shop_scope(shop.pk):
        first, second = (make_source(shop) for _ in range(2))
        comparison: Comparison = Comparison.objects.create(
            shop=shop, first=first, second=second, enhancement_level=0.5, state="failed"
        )
    return comparison


def make_enhancement(shop: Shop) -> Enhancement:
    with shop_scope(shop.pk):
        enhancement: Enhancement = Enhancement.objects.create(
            shop=shop, source=make_source(shop), level=1.0, steps=[], state="failed"
        )
    return enhancement


def make_source(shop: Shop) -> Source:
    source: Source = Source.objects.create(shop=shop, image=make_image(shop), is_upload=False)
    return source


def make_batch(shop: Shop) -> Batch:
    with shop_scope(shop.pk):
        batch: Batch = Batch.objects.create(shop=shop, level=1.0, steps=[], applies=False)
    return batch


def make_report(shop: Shop) -> Any:
    """Return an image with a report; the route uses the image's id."""
    image = make_image(shop)
    with shop_scope(shop.pk):
        Report.objects.get_or_create(shop=shop, image=image)
    return image


def make_item(shop: Shop) -> WardrobeItem:
    """Return a garment with its shopper's id, since the address contains both."""
    shopper = make_shopper(shop)
    with shop_scope(shop.pk):
        item: WardrobeItem = WardrobeItem.objects.create(
            pk=shopper.pk, shop=shop, shopper=shopper, photo="none.jpg", width=1, height=1
        )
    return item


def make_outfit(shop: Shop) -> Outfit:
    with shop_scope(shop.pk):
        piece = {"source": "catalog", "id": str(uuid7()), "slot": "top", "kind": "secret"}
        outfit: Outfit = Outfit.objects.create(shop=shop, pieces=[piece], total=0.5, parts=[])
    return outfit


def make_conversation(shop: Shop) -> Conversation:
    shopper = make_shopper(shop)
    with shop_scope(shop.pk):
        conversation: Conversation = Conversation.objects.create(shop=shop, shopper=shopper)
    return conversation


def make_colleague(shop: Shop) -> User:
    """Return a person; the route uses the person's id."""
    user = User.objects.create_user("secret@rival.example")
    with all_shops():
        Membership.objects.create(user=user, shop=shop)
    return user


def make_invitation(shop: Shop) -> Invitation:
    with shop_scope(shop.pk):
        invitation: Invitation = Invitation.objects.create(
            shop=shop, email="secret@rival.example", role="editor", expires_at=timezone.now()
        )
    return invitation


def make_facet(model: Any) -> Callable[[Shop], Any]:
    def make(shop: Shop) -> Any:
        with shop_scope(shop.pk):
            return model.objects.create(shop=shop, name="Secret")

    return make


# Route prefix -> function that makes a row of a shop for its detail routes.
def make_signing_secret(shop: Shop) -> ShopperSigningSecret:
    with shop_scope(shop.pk):
        return create_signing_secret(shop=shop)[0]


def make_index(shop: Shop) -> VectorIndex:
    """Return an index that is being built, which can be deleted."""
    with shop_scope(shop.pk):
        live = get_live_index(shop.pk)
        return VectorIndex.objects.create(
            shop=shop,
            encoder="fashion-clip",
            node=live.node,
            collection=f"next-{shop.pk}",
            state=VectorIndex.State.BUILDING,
        )


OBJECTS: dict[str, Callable[[Shop], Any]] = {
    "api/v1/images/": make_image,
    "api/v1/products/": make_product,
    "api/v1/photo-fetches/": make_photo_fetch,
    "api/v1/imports/": make_import,
    "api/v1/feeds/": make_feed,
    "api/v1/contradictions/": make_image,
    "api/v1/duplicates/": make_duplicate_pair,
    "api/v1/index/models/": make_index,
    "api/v1/categories/": make_facet(Category),
    "api/v1/styles/": make_facet(Style),
    "api/v1/age-groups/": make_facet(AgeGroup),
    "api/v1/prompts/": make_prompt,
    "api/v1/rules/": make_rule,
    "api/v1/synonyms/": make_synonym,
    "api/v1/experiments/": make_experiment,
    "api/v1/replays/": make_replay,
    "api/v1/shoppers/": make_shopper,
    "api/v1/quality/compare/": make_comparison,
    "api/v1/quality/enhance/": make_enhancement,
    "api/v1/quality/batches/": make_batch,
    "api/v1/quality/reports/": make_report,
    "api/v1/shoppers/<external_id>/wardrobe/": make_item,
    "api/v1/outfits/": make_outfit,
    "api/v1/conversations/": make_conversation,
    "api/v1/shop/signing-secrets/": make_signing_secret,
    "api/v1/shop/members/": make_colleague,
    "api/v1/shop/invitations/": make_invitation,
    "api/v1/shop/keys/": lambda shop: create_key(shop=shop, name="Secret key")[0],
}

# Any name is valid here, since each shop has its own shopper of that name; the tests of the views
# check that a rival's rows are not found.
NAMED_BY_THE_CALLER = {
    f"api/v1/shoppers/<str:external_id>/{what}/"
    for what in ("preferences", "feed", "outfits", "conversations")
} | {"api/v1/shoppers/<external_id>/wardrobe/"}

# A PUT there adds a row of the caller's own, under an id that another shop may have as well.
ADDED_BY_PUT = {"api/v1/products/<external_id>/"}


@dataclass(frozen=True)
class Route:
    """A registered address: its pattern with `<name>` for parameters, its methods and its name."""

    pattern: str
    methods: tuple[str, ...]
    name: str

    @property
    def is_detail(self) -> bool:
        return "<" in self.pattern

    def url(self, pk: object) -> str:
        return "/" + re.sub(r"<[^>]+>", str(pk), self.pattern)

    def __str__(self) -> str:
        return self.pattern or "/"


def routes() -> list[Route]:
    found: dict[str, Route] = {}
    for pattern, name, callback in _walk(get_resolver(), ""):
        if not pattern.startswith(FOREIGN):
            found[pattern] = Route(pattern, _methods(callback), name)
    return sorted(found.values(), key=str)


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, str, Any]]:
    for entry in resolver.url_patterns:
        place = prefix + _readable(str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield place, entry.name or "", entry.callback
        else:
            yield from _walk(entry, place)


def _readable(pattern: str) -> str:
    """Convert a router's regular expression to the syntax of `path()`."""
    pattern = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", pattern)
    return re.sub(r"\\Z|[\^$]", "", pattern).replace("\\", "")


def _methods(callback: Any) -> tuple[str, ...]:
    """Return the methods of a view; all methods for a plain function."""
    if actions := getattr(callback, "actions", None):
        return (*actions, "options")
    if view := getattr(callback, "cls", getattr(callback, "view_class", None)):
        return tuple(method for method in METHODS if hasattr(view, method))
    return METHODS


ROUTES = routes()
GUARDED = [route for route in ROUTES if route.pattern not in PUBLIC]
STEPS = [
    pytest.param(route, method, id=f"{method} {route}")
    for route in GUARDED
    for method in route.methods
]
DETAILS = [
    pytest.param(route, method, id=f"{method} {route}")
    for route in GUARDED
    if route.is_detail and route.pattern not in NAMED_BY_THE_CALLER
    for method in route.methods
    if method != "put" or route.pattern not in ADDED_BY_PUT
]
NOBODY = "018f0000-0000-7000-8000-000000000000"


def rows() -> dict[str, Any]:
    """Return all rows of all tables, without the fields that every request may change."""
    found: dict[str, Any] = {}
    with all_shops():
        for model in apps.get_models():
            for row in django_serializers.serialize("python", model._base_manager.order_by("pk")):
                row["fields"].pop("last_used_at", None)
                found[f"{row['model']} {row['pk']}"] = row["fields"]
    return found


def call(client: APIClient, method: str, url: str, body: Any = None) -> Any:
    client.raise_request_exception = False
    if method in {"get", "head", "trace"}:
        return getattr(client, method)(url)
    return getattr(client, method)(url, {} if body is None else body)


def test_walk_finds_the_known_routes():
    patterns = {route.pattern for route in ROUTES}
    assert {"api/v1/images/", "api/v1/images/<pk>/", "api/v1/index/drift/"} <= patterns
    methods = {route.pattern: set(route.methods) for route in ROUTES}
    assert methods["api/v1/images/<pk>/"] >= {"get", "put", "patch", "delete"}
    assert methods["api/v1/images/"] >= {"get", "post"}
    assert methods["api/v1/recommendations/"] >= {"post"}


def test_every_public_route_exists():
    assert {route.pattern for route in ROUTES} >= PUBLIC


def test_only_sign_in_routes_of_the_api_are_public():
    below = {pattern for pattern in PUBLIC if pattern.startswith(API)}
    assert all(pattern.startswith(f"{API}auth/") for pattern in below)


@pytest.mark.parametrize(("route", "method"), STEPS)
def test_refuses_requests_without_a_valid_key(stranger, route, method):
    for authorization in ("", "Api-Key wrong.key", "Bearer a.b.c", "Basic YTpi"):
        stranger.credentials(HTTP_AUTHORIZATION=authorization)
        response = call(stranger, method, route.url(NOBODY))
        assert response.status_code == 401
        assert response["WWW-Authenticate"]


@pytest.mark.parametrize(("route", "method"), STEPS)
def test_refuses_keys_without_the_scope(shop, route, method):
    client = make_key_client(shop.shop, scopes=[])
    before = rows()
    assert call(client, method, route.url(NOBODY)).status_code == 403
    assert rows() == before


@pytest.mark.parametrize(("route", "method"), STEPS)
def test_refuses_the_session_of_an_operator(client, django_user_model, route, method):
    client.force_login(django_user_model.objects.create_superuser("root@atelier.example"))
    client.raise_request_exception = False
    assert getattr(client, method)(route.url(NOBODY)).status_code in {401, 403}


@pytest.mark.parametrize(("route", "method"), DETAILS)
@pytest.mark.parametrize("body", [{}, {"name": "Taken"}], ids=["empty", "valid"])
def test_a_rivals_ids_are_not_found_and_change_nothing(shop, colleague, rival, route, method, body):
    kinds = [kind for kind in OBJECTS if route.pattern.startswith(kind)]
    assert kinds, f"{route}: add to OBJECTS how to make a row for this route."
    theirs = OBJECTS[max(kinds, key=len)](rival.shop)
    # Create the caller's own rows that a first request makes, such as the index.
    shop.client.get("/api/v1/index/")
    before = rows()

    # A member has all scopes; a key may lack the one that the route needs.
    for client, refusals in ((colleague.client, {404}), (shop.client, {403, 404})):
        response = call(client, method, route.url(theirs.pk), body)
        assert method == "options" or response.status_code in refusals
        assert str(theirs).encode() not in response.content

    assert rows() == before
    # The rival itself finds them; 409 means that the image is not indexed yet.
    if "get" in route.methods:
        assert rival.client.get(route.url(theirs.pk)).status_code in {200, 409}


@pytest.mark.parametrize(
    "route", [pytest.param(route, id=str(route)) for route in GUARDED if not route.is_detail]
)
def test_lists_contain_nothing_of_a_rival(colleague, rival, route):
    secrets = [str(make(rival.shop).pk) for make in OBJECTS.values()]
    for method in ("get", "options"):
        if method in route.methods:
            response = call(colleague.client, method, route.url(""))
            assert response.status_code < 500
            # The export is read by a test of its own: it ends the connection of this test.
            content = getattr(response, "content", b"").decode()
            assert not [secret for secret in secrets if secret in content]


@pytest.mark.parametrize("field", ["category", "styles", "age_group"])
def test_a_rivals_ids_in_a_body_are_refused(shop, rival, field):
    kind = {"category": Category, "styles": Style, "age_group": AgeGroup}[field]
    theirs = str(make_facet(kind)(rival.shop).pk)
    image = make_image(shop.shop)
    value = [theirs] if field == "styles" else theirs
    changed = shop.client.patch(f"/api/v1/images/{image.pk}/", {field: value})
    asked = shop.client.post(
        "/api/v1/recommendations/", {"prompt": "red", "filters": {field: [theirs]}}
    )
    assert (changed.status_code, asked.status_code) == (400, 400)
    for path in ("images", "products"):
        narrowed = shop.client.get(f"/api/v1/{path}/", {field: theirs})
        assert (narrowed.status_code, list(narrowed.json()["errors"])) == (400, [field])


@pytest.mark.parametrize(
    "route", [pytest.param(route, id=str(route)) for route in ROUTES if route.pattern in PUBLIC]
)
def test_public_routes_never_fail(stranger, route):
    for method in route.methods:
        response = call(stranger, method, route.url("nothing"))
        assert response.status_code < 500, (method, response.content)


def test_walk_covers_every_detail_route():
    """If this fails, add to OBJECTS how to make a row for the route."""
    for route in GUARDED:
        if route.is_detail:
            assert any(route.pattern.startswith(kind) for kind in OBJECTS), route.pattern
    assert all(issubclass(model, models.Model) for model in (Category, Style, AgeGroup))


@pytest.mark.parametrize("path", ["", "catalog/image/", "tenants/shop/", "tenants/shopapikey/"])
def test_admin_is_closed_to_shops_and_strangers(shop, colleague, stranger, path):
    for client in (shop.client, colleague.client, stranger):
        response = client.get(f"/admin/{path}")
        assert response.status_code == 302
        assert "/admin/login/" in response["Location"]
