"""The words of a shop's products, for spelling and suggestions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Category, Product, ShopWord
from catalog.products.specs import ProductSpec
from catalog.products.word_counts import count_words, find_due_shops
from catalog.search.shop_words import read_shop_words
from catalog.services import upsert_products
from core.tenancy import shop_scope

pytestmark = pytest.mark.django_db


def write(shop, external_id: str, name: str, colours: tuple[str, ...] = (), **facts) -> None:
    variants = [{"colour": colour, "size": "M"} for colour in colours]
    spec = ProductSpec(external_id=external_id, facts={"name": name, **facts}, variants=variants)
    with shop_scope(shop.pk):
        upsert_products(shop=shop, specs=[spec])


def count(shop) -> dict[tuple[str, str], tuple[str, int]]:
    with shop_scope(shop.pk):
        count_words(shop.pk)
        shop.refresh_from_db()
    words = read_shop_words(shop)
    return {(term.kind, term.folded): (term.written, term.count) for term in words.terms}


def test_names_brands_categories_and_colours_are_counted(shop):
    with shop_scope(shop.shop.pk):
        dress = Category.objects.visible().named("dress").first()
    facts = {"brand": "Łódź Studio", "category": dress}
    write(shop.shop, "1", "Huśtawka dress", ("Dark blue",), **facts)
    write(shop.shop, "2", "HUŚTAWKA 501 dress", ("Dark Blue", "red"), **facts)
    write(shop.shop, "3", "Huśtawka", ("dark blue",))
    words = count(shop.shop)
    assert words["name", "hustawka"] == ("Huśtawka", 3)
    assert words["brand", "lodz studio"] == ("Łódź Studio", 2)
    assert words["category", "dress"] == ("dress", 2)
    assert words["colour", "dark blue"][1] == 3
    assert ("name", "501") not in words
    assert read_shop_words(shop.shop).counts["studio"] == 2


def test_words_of_drafts_and_of_other_shops_are_not_counted(shop, rival):
    write(shop.shop, "1", "Secret", status=Product.Status.DRAFT)
    write(rival.shop, "1", "Foreign")
    assert count(shop.shop) == {}
    assert set(count(rival.shop)) == {("name", "foreign")}


def test_words_are_one_in_whatever_form_they_are_encoded(shop):
    write(shop.shop, "1", "cafe\u0301")
    write(shop.shop, "2", "café")
    assert count(shop.shop) == {("name", "cafe"): ("café", 2)}


def test_a_new_count_replaces_the_one_before(shop):
    write(shop.shop, "1", "linen shirt")
    count(shop.shop)
    write(shop.shop, "1", "linen blouse")
    words = count(shop.shop)
    assert set(words) == {("name", "linen"), ("name", "blouse")}
    with shop_scope(shop.shop.pk):
        assert ShopWord.objects.count() == 2


def test_words_are_read_once_for_each_count(shop):
    assert read_shop_words(shop.shop).terms == ()
    write(shop.shop, "1", "linen")
    count(shop.shop)
    with CaptureQueriesContext(connection) as queries:
        assert read_shop_words(shop.shop).counts == {"linen": 1}
    assert not queries.captured_queries


def test_words_are_counted_again_after_changes_and_once_a_day(shop, rival):
    count(rival.shop)
    assert find_due_shops() == [shop.shop.pk]
