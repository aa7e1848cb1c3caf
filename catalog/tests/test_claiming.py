from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog.indexing.indexes import ENTRIES
from catalog.models import IndexEntry
from catalog.tests.factories import make_image
from core.jobs.queues import Claim
from core.tenancy import all_shops
from tenants.tests.factories import make_member

pytestmark = pytest.mark.django_db


def shops_of(claims) -> Counter:
    with all_shops():
        entries = IndexEntry.objects.filter(pk__in=[claim.row_id for claim in claims])
        return Counter(entries.values_list("shop_id", flat=True))


def claim(*, size: int) -> list[Claim]:
    return ENTRIES.claim(size=size, lease=60)


def copy_entries(image, count: int) -> None:
    """Add waiting entries to the image's shop, all with the same photo."""
    with all_shops():
        entry = image.entries.get()
        for _ in range(count):
            image.pk, image._state.adding = None, True
            image.pk = type(image)._meta.pk.get_default()
            image.save(force_insert=True)
            IndexEntry.objects.create(shop_id=entry.shop_id, index_id=entry.index_id, image=image)


def test_claims_rows_of_every_waiting_shop(shop, rival):
    copy_entries(make_image(shop.shop), 30)
    make_image(rival.shop)
    counted = shops_of(claim(size=8))
    assert counted == {shop.shop.pk: 7, rival.shop.pk: 1}


def test_fills_a_batch_from_many_small_shops():
    for number in range(6):
        make_image(make_member(f"shop {number}").shop)
    counted = shops_of(claim(size=6))
    assert len(counted) == 6 and sum(counted.values()) == 6


def test_does_not_claim_leased_rows(shop):
    make_image(shop.shop)
    assert len(claim(size=4)) == 1
    assert claim(size=4) == []
    assert not ENTRIES.has_waiting()


def test_claims_rows_again_after_their_lease(shop):
    make_image(shop.shop)
    (first,) = claim(size=4)
    with all_shops():
        IndexEntry.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    (second,) = claim(size=4)
    assert (first.row_id, first.attempts, second.attempts) == (second.row_id, 1, 2)


def test_does_not_claim_finished_rows(shop):
    make_image(shop.shop)
    with all_shops():
        IndexEntry.objects.update(state=IndexEntry.State.INDEXED)
    assert claim(size=4) == []


@pytest.mark.django_db(transaction=True)
def test_never_gives_a_row_to_two_workers(shop):
    copy_entries(make_image(shop.shop), 39)

    def claim_some(_: int) -> list[Claim]:
        try:
            return claim(size=5)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        claims = [claim.row_id for part in workers.map(claim_some, range(8)) for claim in part]
    assert len(claims) == len(set(claims)) == 40
