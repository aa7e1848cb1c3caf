"""Words and numbers find products and images in whatever form people type them."""

import unicodedata

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import ImageDocument, Product, ProductDocument, Variant
from catalog.products.search_copy import write_missing, write_outdated
from catalog.products.specs import ProductSpec
from catalog.search.candidates import find_brands, find_by_words
from catalog.search.codes import Code, find_codes
from catalog.services import delete_image, upsert_products
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope

pytestmark = pytest.mark.django_db


def write(shop, external_id: str, name: str, skus: tuple[str, ...] = (), **facts) -> None:
    variants = [{"sku": sku, "size": str(i)} for i, sku in enumerate(skus)]
    spec = ProductSpec(external_id=external_id, facts={"name": name, **facts}, variants=variants)
    with shop_scope(shop.pk):
        upsert_products(shop=shop, specs=[spec])


def find(shop, words: str, path: str = "products") -> set[str]:
    answer = shop.client.get(f"/api/v1/{path}/", {"q": words})
    assert answer.status_code == 200, answer.content
    return {row["name"] for row in answer.json()["results"]}


def find_shares(shop, *texts: str, language: str = "en"):
    with shop_scope(shop.pk):
        return find_by_words(texts, language=language)


FORMS = [
    ("Huśtawka", "hustawka"),
    ("Café crème", "cafe creme"),
    ("Cafe\u0301 noir", "café noir"),
    ("Été", unicodedata.normalize("NFD", "été")),
    ("ﬁne lace", "FINE"),
    ("ＷＩＤＥ jeans", "wide"),
    ("Ёлка", "елка"),
    ("كتاب", "کتاب"),
    ("Dresses", "dress"),
    ("Summer dress", "dresses"),
    ("T-Shirt", "tshirt"),
    ("T-Shirt", "tee"),
    ("T-Shirt", "t shirts"),
    ("Tee basic", "T-shirt"),
    ("Tshirt", "t-shirt"),
    ("Wool trousers", "pants"),
    ("Cargo pants", "trousers"),
    ("Levi's 501", "levis"),
    ("Levis 505", "Levi's"),
    ("V-neck", "vneck"),
    ("赤いドレス", "ドレス"),
    ("红色修身连衣裙", "连衣裙"),
    ("紅色連衣裙", "红色连衣裙"),
    ("Shirt 16-07", "16-07"),
    ("Shirt 16-07", "1607"),
]


@pytest.mark.parametrize(("name", "words"), FORMS)
def test_a_product_and_its_image_are_found_in_another_form(shop, name, words):
    write(shop.shop, "other", "Something else")
    make_image(shop.shop, name=name)
    stored = unicodedata.normalize("NFC", name)
    for path in ("products", "images"):
        assert {unicodedata.normalize("NFC", found) for found in find(shop, words, path)} == {
            stored
        }
    shares = find_shares(shop.shop, words)
    assert list(shares.shares.values()) == [1.0]
    assert len(shares.holding_all) == 1


NUMBERS = [
    *("KT-INS114-DRE", "kt-ins114-dre", "KT-INS114", "KTINS114DRE", "ktins114", "ins114"),
    *("P/16-07", "p1607", "ab-12-xl", "ab12xl", "AB 12 XL", "ab_12_xl", "ＡＢ－１２－ＸＬ"),
]


@pytest.mark.parametrize("words", NUMBERS)
def test_a_number_finds_its_product_in_any_form(shop, words):
    write(shop.shop, "other", "Other", ("KT-INS115-DRE", "AB-13-XL"))
    image = make_image(shop.shop, name="Wanted", external_id="P/16-07", sku="KT-INS114-DRE")
    with shop_scope(shop.shop.pk):
        more = Variant.objects.create(shop=shop.shop, product=image.product, sku="AB-12-XL")
        image.variants.add(more)
        write_outdated()
    assert find(shop, words) == find(shop, words, "images") == {"Wanted"}
    shares = find_shares(shop.shop, words)
    assert shares.shares == {image.pk: 1.0}
    assert shares.holding_all == {image.pk}


def test_numbers_and_what_they_begin_with_are_recognised(shop, rival):
    write(shop.shop, "16-07", "Shirt", ("KT-INS114-DRE", "AB-12-XL"))
    write(rival.shop, "99-99", "Foreign")
    texts = [
        "ab12xl",
        "KT-INS114",
        "kt ins114 dre",
        "16-07",
        "KT-INS1",
        "dress",
        "99-99",
        "--",
        "KT",
    ]
    with shop_scope(shop.shop.pk):
        assert find_codes(texts) == {
            "ab12xl": Code.NUMBER,
            "KT-INS114": Code.GROUP,
            "kt ins114 dre": Code.NUMBER,
            "16-07": Code.NUMBER,
        }
        assert find_codes([]) == {}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(categories=("Ll", "Lu", "Lo", "Mn", "Nd")), min_size=2, max_size=20),
    st.sampled_from(("NFC", "NFD")),
    st.sampled_from(("NFC", "NFD")),
)
def test_every_canonically_equivalent_form_gives_the_same_answer(shop, name, stored, asked):
    if not any(character.isalnum() for character in name):
        return
    with shop_scope(shop.shop.pk):
        Product.objects.all().delete()
    write(shop.shop, "1", unicodedata.normalize(stored, name))
    first = find(shop, unicodedata.normalize(asked, name))
    assert first == find(shop, name)


def test_the_syntax_of_web_search_engines_is_understood(shop):
    for number, name in enumerate(("Navy linen dress", "Linen navy shirt", "Denim dress")):
        write(shop.shop, str(number), name)
    assert find(shop, "linen -shirt") == {"Navy linen dress"}
    assert find(shop, '"navy linen"') == {"Navy linen dress"}
    assert find(shop, "denim or shirt") == {"Denim dress", "Linen navy shirt"}
    assert find(shop, "-linen") == {"Denim dress"}
    assert find(shop, 'dress -"navy linen"') == {"Denim dress"}
    assert find(shop, "the") == find(shop, "-- ' \" \\ : & | ! ( ) <->") == set()


def test_words_of_all_texts_count_and_the_best_share_wins(shop):
    both = make_image(shop.shop, name="Czerwona sukienka")
    one = make_image(shop.shop, name="Red shirt")
    found = find_shares(shop.shop, "czerwona sukienka", "red dress", language="pl")
    assert found.shares[both.pk] == 1.0
    assert 0 < found.shares[one.pk] < 1
    assert found.holding_all == {both.pk}


def test_stems_are_those_of_the_shops_language(shop):
    write(shop.shop, "1", "Rote Kleider")
    assert find(shop, "rotes Kleid") == set()
    shop.client.patch("/api/v1/shop/", {"language": "de"}, format="json")
    with all_shops():
        write_missing()
        assert set(ProductDocument.objects.values_list("language", flat=True)) == {"de"}
    assert find(shop, "rotes Kleid mit") == {"Rote Kleider"}


def test_brands_are_found_by_their_words(shop, rival):
    make_image(shop.shop, name="Dress", brand="Łódź Studio")
    make_image(rival.shop, name="Dress", brand="Lodz Rivals")
    with shop_scope(shop.shop.pk):
        assert find_brands(["lodz"], language="en") == ["Łódź Studio"]
        assert find_brands(["the"], language="en") == []


def test_no_word_finds_anything_of_another_shop(shop, rival):
    make_image(rival.shop, name="Kimono", external_id="K-1")
    for words in ("kimono", "K-1", "-dress"):
        assert find(shop, words) == find(shop, words, "images") == set()
        assert find_shares(shop.shop, words).shares == {}


def test_changed_deleted_and_hidden_products_are_found_no_more(shop):
    image = make_image(shop.shop, name="Kimono")
    shop.client.patch(f"/api/v1/images/{image.pk}/", {"name": "Poncho"}, format="json")
    assert find(shop, "kimono") == find(shop, "kimono", "images") == set()
    assert find(shop, "poncho") == find(shop, "poncho", "images") == {"Poncho"}
    shop.client.patch(f"/api/v1/images/{image.pk}/", {"status": "draft"}, format="json")
    assert find_shares(shop.shop, "poncho").shares == {}
    assert find(shop, "poncho", "images") == {"Poncho"}
    with shop_scope(shop.shop.pk):
        delete_image(image=image)
    assert find(shop, "poncho") == find(shop, "poncho", "images") == set()


def test_documents_of_the_release_before_are_written_by_a_sweep(shop):
    image = make_image(shop.shop, name="Kimono")
    with all_shops():
        ProductDocument.objects.all().delete()
        ImageDocument.objects.all().delete()
        assert find(shop, "kimono") == set()
        write_missing()
    assert find(shop, "kimono") == find(shop, "kimono", "images") == {"Kimono"}
    with shop_scope(shop.shop.pk):
        Product.objects.filter(pk=image.product_id).update(name="Poncho")
        write_outdated()
    assert find(shop, "poncho") == {"Poncho"}


def test_unchanged_products_leave_their_documents_alone(shop):
    image = make_image(shop.shop, name="Kimono", sku="K-1")
    with shop_scope(shop.shop.pk):
        before = list(ProductDocument.objects.values_list("updated_at"))
    shop.client.patch(f"/api/v1/images/{image.pk}/", {"price": "5", "currency": "EUR"})
    with shop_scope(shop.shop.pk):
        assert list(ProductDocument.objects.values_list("updated_at")) == before


def test_the_words_of_several_texts_are_found_by_one_query(shop):
    make_image(shop.shop, name="Kimono")
    with shop_scope(shop.shop.pk), CaptureQueriesContext(connection) as queries:
        find_by_words(["a red kimono", "K-1"], language="en")
    assert len(queries) == 1
