"""Several statements in one round trip are one unit, in the scope of the shop."""

import pytest
from django.db import DatabaseError, transaction

from catalog.models import Image
from catalog.tests.factories import make_image
from core.postgres.trips import SqlStatement, run_together
from core.tenancy import all_shops, shop_scope
from core.tests.trips import recorded_trips

COUNT = SqlStatement("SELECT count(*) FROM catalog_image")


def test_statements_share_a_trip_and_see_their_shop_only(shop, rival):
    make_image(shop.shop)
    make_image(rival.shop)
    with recorded_trips() as trips:
        for scope, expected in (
            (shop_scope(shop.shop.pk), 1),
            (all_shops(), 2),
            (shop_scope(rival.shop.pk), 1),
        ):
            with scope:
                one, two = run_together(COUNT, SqlStatement("SELECT %s::int AS n", [7]))
            assert (one.rows, two.as_dicts()) == ([(expected,)], [{"n": 7}])
    assert len(trips) == 3
    (outside,) = run_together(COUNT)
    assert outside.rows == [(0,)]


def test_a_statement_that_fails_takes_the_others_with_it(shop):
    image = make_image(shop.shop)
    rename = SqlStatement("UPDATE catalog_image SET name = 'x' WHERE id = %s", [image.pk])
    with shop_scope(shop.shop.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            run_together(rename, SqlStatement("SELECT 1 / 0"))
        assert Image.objects.get().name == image.name


def test_scopes_follow_each_other_on_one_connection(shop, rival):
    make_image(shop.shop)
    for _ in range(2):
        with shop_scope(shop.shop.pk):
            assert Image.objects.count() == 1
        with shop_scope(rival.shop.pk):
            assert Image.objects.count() == 0
        with all_shops():
            assert Image.objects.count() == 1
