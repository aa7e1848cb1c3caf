"""Texts are stored in one form, in whatever form a client, a feed or a token brings them."""

import json
import unicodedata
from io import BytesIO

import pytest

from catalog.feeds.read import read_feed
from catalog.tests.test_images_api import photo_file
from core.tenancy import shop_scope
from tenants.models import Shopper
from tenants.shopper_tokens import read_shopper_token
from tenants.tests.factories import sign_shopper

pytestmark = pytest.mark.django_db

COMPOSED = "Café-é1"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def test_a_product_is_one_in_every_form_of_its_id(shop):
    body = {"name": DECOMPOSED, "brand": DECOMPOSED, "attributes": {DECOMPOSED: DECOMPOSED}}
    made = shop.client.put(f"/api/v1/products/{DECOMPOSED}/", body, format="json")
    assert made.status_code == 201, made.content
    again = shop.client.put(f"/api/v1/products/{COMPOSED}/", body, format="json")
    assert again.status_code == 200
    product = shop.client.get(f"/api/v1/products/{DECOMPOSED}/").json()
    texts = [product[name] for name in ("external_id", "name", "brand")]
    assert texts == [COMPOSED] * 3
    assert product["attributes"] == {COMPOSED: COMPOSED}


def test_escaped_letters_of_json_are_normalized(shop):
    body = json.dumps({"name": DECOMPOSED}, ensure_ascii=True)
    path = "/api/v1/products/1/"
    made = shop.client.put(path, body, content_type="application/json")
    assert made.json()["name"] == COMPOSED


def test_filters_find_a_value_in_every_form(shop):
    form = {"photo": photo_file(), "name": DECOMPOSED, "brand": DECOMPOSED, "sku": DECOMPOSED}
    made = shop.client.post("/api/v1/images/", form, format="multipart")
    assert made.json()["brand"] == COMPOSED
    for name in ("brand", "sku", "q"):
        for value in (COMPOSED, DECOMPOSED):
            found = shop.client.get("/api/v1/images/", {name: value}).json()["results"]
            assert [image["name"] for image in found] == [COMPOSED], (name, ascii(value))


def test_a_shopper_is_one_in_every_form_of_the_id(shop):
    token = sign_shopper(shop.shop, DECOMPOSED)
    assert read_shopper_token(shop=shop.shop, token=token) == COMPOSED
    for form in (DECOMPOSED, COMPOSED):
        answer = shop.client.patch(f"/api/v1/shoppers/{form}/preferences/", {"text": form})
        assert answer.status_code == 200, answer.content
    with shop_scope(shop.shop.pk):
        assert [shopper.external_id for shopper in Shopper.objects.all()] == [COMPOSED]


def test_feeds_bring_texts_in_one_form():
    row = json.dumps({"external_id": DECOMPOSED, "name": DECOMPOSED}, ensure_ascii=True)
    (record,) = read_feed(BytesIO(row.encode()))
    assert (record.external_id, record.name) == (COMPOSED, COMPOSED)
