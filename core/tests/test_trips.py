"""Several statements in one round trip are one unit, in the scope of the shop."""

import pytest
from django.db import DatabaseError, transaction

from catalog.models import Image
from catalog.tests.factories import make_image
from core.postgres.trips import SqlStatement, insert_row, run_together
from core.tenancy import all_shops, shop_scope
from core.tests.trips import recorded_trips
from recommendations.models import Prompt

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


def test_an_inserted_row_is_the_one_that_save_would_store(shop):
    values = {"shop": shop.shop, "prompt": "Élan “x”", "number_of_images": 5}
    values |= {"understood": {"words": ["é"]}, "timings_ms": {"total": 1.5}, "results": []}
    saved, inserted = Prompt(**values), Prompt(**values)
    with shop_scope(shop.shop.pk):
        saved.save()
        run_together(insert_row(inserted))
        rows = {row["id"]: row for row in Prompt.objects.values()}
    assert rows.keys() == {saved.pk, inserted.pk}
    assert rows[inserted.pk].pop("created_at") >= rows[saved.pk].pop("created_at")
    assert rows[inserted.pk] | {"id": saved.pk} == rows[saved.pk]


def test_a_row_of_another_shop_is_not_inserted(shop, rival):
    foreign = Prompt(shop=rival.shop, number_of_images=5)
    with shop_scope(shop.shop.pk), pytest.raises(DatabaseError), transaction.atomic():
        run_together(insert_row(foreign))
    with all_shops():
        assert not Prompt.objects.exists()
