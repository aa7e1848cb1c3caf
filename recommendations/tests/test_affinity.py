"""The affinity of products follows the shop's events, in complete runs and in between."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid4

from catalog.models import Product
from core.tenancy import all_shops, shop_scope
from recommendations.affinity import refresh
from recommendations.affinity.refresh import refresh_all
from recommendations.feedback.shoppers import erase_shopper
from recommendations.models import AffinityState, Event, PopularityState, ProductAffinity
from recommendations.sweeps import compute_affinity, refresh_affinity
from recommendations.tests.figures import make_plain_image
from tenants.models import Shopper

pytestmark = pytest.mark.django_db


def make_products(tenant, count: int) -> list[Product]:
    """Return products, each with one image at `photo`."""
    products = []
    for _ in range(count):
        with shop_scope(tenant.pk):
            pk = uuid4()
            product = Product.objects.create(pk=pk, shop=tenant, external_id=str(pk), name="Dress")
        product.photo = make_plain_image(tenant, product=product)
        products.append(product)
    return products


def act(tenant, name: str, *products: Product, kind: str = "purchase", **fields) -> Shopper:
    """Record an event of a named shopper on each product."""
    with shop_scope(tenant.pk):
        shopper, _ = Shopper.objects.get_or_create(shop=tenant, external_id=name)
        PopularityState.objects.get_or_create(shop=tenant)
        values = {"occurred_at": timezone.now(), **fields}
        for product in products:
            Event.objects.create(
                shop=tenant,
                event_id=str(uuid4()),
                kind=kind,
                image=product.photo,
                shopper=shopper,
                **values,
            )
    return shopper


def run(*, complete: bool = False) -> int:
    """Refresh all shops; in a test, no event can still arrive."""
    return refresh_all(complete=complete, up_to=timezone.now() + timedelta(seconds=1))


def bought(tenant, product: Product) -> list[str]:
    return listed(tenant, product, "bought")


def listed(tenant, product: Product, relation: str) -> list[str]:
    with shop_scope(tenant.pk):
        row = ProductAffinity.objects.filter(pk=product.pk).first()
    return [near[0] for near in getattr(row, relation)] if row else []


@pytest.fixture
def products(shop):
    """Return products, of which the first two are often bought together."""
    products = make_products(shop.shop, 6)
    for number in range(6):
        act(shop.shop, f"pair-{number}", *products[:2])
    for number in range(40):
        act(shop.shop, f"single-{number}", products[5])
    return products


def test_products_of_the_same_orders_are_bought_together(shop, products):
    assert run() == 1
    assert bought(shop.shop, products[0]) == [str(products[1].pk)]
    assert listed(shop.shop, products[1], "liked") == [str(products[0].pk)]
    assert bought(shop.shop, products[2]) == []


def test_what_a_shopper_buys_on_another_day_is_not_of_the_same_order(shop, products):
    for number in range(9):
        name = f"later-{number}"
        act(shop.shop, name, products[2])
        act(shop.shop, name, products[3], occurred_at=timezone.now() - timedelta(days=3))
    run()
    assert bought(shop.shop, products[2]) == []
    assert listed(shop.shop, products[2], "liked") == [str(products[3].pk)]


def test_visitors_count_and_events_of_nobody_do_not(shop, products):
    for number in range(12):
        for product in products[2:4]:
            act_as_visitor(shop.shop, product, visitor=f"session:{number}")
        for product in products[4:]:
            act_as_visitor(shop.shop, product, visitor="")
    run()
    assert bought(shop.shop, products[2]) == [str(products[3].pk)]
    assert bought(shop.shop, products[4]) == []


def act_as_visitor(tenant, product: Product, **fields) -> None:
    with shop_scope(tenant.pk):
        Event.objects.create(
            shop=tenant,
            event_id=str(uuid4()),
            kind="purchase",
            image=product.photo,
            occurred_at=timezone.now(),
            **fields,
        )


def test_disliked_products_are_not_liked_together(shop, products):
    for number in range(6):
        act(shop.shop, f"pair-{number}", products[1], kind="dislike")
    run()
    assert listed(shop.shop, products[0], "liked") == []
    assert bought(shop.shop, products[0]) == [str(products[1].pk)]


def test_new_events_give_what_a_complete_run_would(shop, products, monkeypatch):
    run()
    for number in range(8):
        act(shop.shop, f"new-{number}", *products[1:3])
    monkeypatch.setattr(refresh, "_compute", None)  # this run must not compute everything
    assert run() == 1
    monkeypatch.undo()
    after = read_rows(*products[1:3])
    assert bought(shop.shop, products[2]) == [str(products[1].pk)]
    assert run(complete=True) == 0  # nothing new
    act(shop.shop, "new-0", products[1], kind="click")
    assert run(complete=True) == 1
    assert read_rows(*products[1:3]) == after


def read_rows(*products: Product) -> list[tuple]:
    with shop_scope(products[0].shop_id):
        rows = ProductAffinity.objects.filter(pk__in=[product.pk for product in products])
        rows = rows.order_by("pk")
        return list(rows.values_list("pk", "bought", "orders", "liked", "shoppers"))


def test_too_many_changes_lead_to_a_complete_run(shop, products, monkeypatch):
    run()
    monkeypatch.setattr(refresh, "MAX_ACTIVE_SHOPPERS", 3)
    for number in range(8):
        act(shop.shop, f"new-{number}", *products[1:3])
    with shop_scope(shop.shop.pk):
        before = AffinityState.objects.get().computed_at
        assert run() == 1
        assert AffinityState.objects.get().computed_at > before


def test_nothing_is_computed_without_new_events(shop, products):
    assert run() == 1
    assert run() == 0


def test_erased_shoppers_vanish_at_the_next_run(shop, products):
    run()
    with shop_scope(shop.shop.pk):
        for shopper in Shopper.objects.filter(external_id__startswith="pair-")[:4]:
            erase_shopper(shopper=shopper)
    assert run() == 1
    assert bought(shop.shop, products[0]) == []
    with shop_scope(shop.shop.pk):
        assert ProductAffinity.objects.get(pk=products[0].pk).orders == 2
    assert run() == 0


def test_killed_run_changes_nothing_and_the_next_one_includes_its_events(
    shop, products, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(refresh, "WITH_EVENTS", ["no_such_field"])  # dies while it writes
        with pytest.raises(Exception, match="no_such_field"):
            run()
    assert bought(shop.shop, products[0]) == []
    assert run() == 0  # the lease has not ended
    with shop_scope(shop.shop.pk):
        AffinityState.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert run() == 1
    assert bought(shop.shop, products[0]) == [str(products[1].pk)]


def test_run_whose_lease_was_taken_over_stores_nothing(shop, products, monkeypatch):
    def take_over(*args, **kwargs):
        AffinityState.objects.update(claimed_until=timezone.now() + timedelta(hours=1))
        return original(*args, **kwargs)

    original = refresh.read_propensities
    monkeypatch.setattr(refresh, "read_propensities", take_over)
    assert run() == 0
    assert bought(shop.shop, products[0]) == []


def test_shops_do_not_mix(shop, rival, products):
    theirs = make_products(rival.shop, 2)
    for number in range(4):
        act(rival.shop, f"pair-{number}", *theirs)
    for number in range(20):
        act(rival.shop, f"single-{number}", make_products(rival.shop, 1)[0])
    assert run() == 2
    assert bought(rival.shop, theirs[0]) == [str(theirs[1].pk)]
    with shop_scope(rival.shop.pk):
        assert ProductAffinity.objects.filter(pk=products[0].pk).count() == 0
    with all_shops():
        assert ProductAffinity.objects.filter(pk=products[0].pk).count() == 1


def test_deleted_product_loses_its_affinity(shop, products):
    run()
    with shop_scope(shop.shop.pk):
        Product.objects.get(pk=products[0].pk).delete()
        assert not ProductAffinity.objects.filter(pk=products[0].pk).exists()


def test_tasks_run_without_a_request(shop, products):
    compute_affinity.apply(throw=True)
    refresh_affinity.apply(throw=True)


@pytest.mark.parametrize("name", ["productaffinity", "affinitystate"])
def test_operators_can_read_affinity(client, django_user_model, shop, products, name):
    run()
    client.force_login(django_user_model.objects.create_superuser("op@atelier.example"))
    page = client.get(reverse(f"admin:recommendations_{name}_changelist"))
    assert page.status_code == 200
    assert b"0 result" not in page.content
