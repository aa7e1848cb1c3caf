"""What was seen in a photo is stored with it, once, and only while the photo is the current one."""

import pytest

from catalog.models import IndexEntry, PhotoFacts
from catalog.services import delete_image
from catalog.tests.factories import make_garment, make_image, record_garments
from core.tenancy import all_shops, shop_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(shop):
    return make_image(shop.shop)


def facts_of(image) -> PhotoFacts | None:
    with shop_scope(image.shop_id):
        return PhotoFacts.objects.current().filter(image=image).first()


def entry_version(image) -> int:
    with shop_scope(image.shop_id):
        return IndexEntry.objects.get(image=image).version


def test_stores_every_garment_and_repeats_the_main_one(image):
    record_garments(image, make_garment("t-shirt", "royal blue"), make_garment("shorts", "camel"))
    facts = facts_of(image)
    assert (facts.kind, facts.kind_confidence, facts.is_kind_sure) == ("t-shirt", 0.93, True)
    assert (facts.colour, facts.colours[0]["name"]) == ("blue", "royal blue")
    assert (facts.pattern, facts.encoder, facts.revision) == ("plain", "mini", "r2")
    assert facts.shop_id == image.shop_id
    shorts = facts.garments[1]
    assert shorts["box"] == [0.1, 0.05, 0.9, 0.6]
    assert shorts["kind"] == {"value": "shorts", "confidence": 0.93, "is_sure": True}
    assert shorts["colour"] == {"value": "brown", "confidence": 0.9, "is_sure": True}


def test_stores_that_nothing_was_seen(image):
    record_garments(image)
    facts = facts_of(image)
    assert (facts.garments, facts.kind, facts.colours, facts.is_colour_sure) == ([], "", [], False)


def test_the_same_facts_twice_are_stored_once(image):
    record_garments(image, make_garment())
    version, updated_at = entry_version(image), facts_of(image).updated_at
    record_garments(image, make_garment())
    assert entry_version(image) == version
    assert facts_of(image).updated_at == updated_at


def test_new_facts_replace_old_ones_and_have_the_index_written_again(image):
    record_garments(image, make_garment("t-shirt"))
    version = entry_version(image)
    record_garments(image, make_garment("shirt"))
    assert facts_of(image).kind == "shirt"
    assert entry_version(image) > version


def test_facts_of_an_older_photo_are_not_stored(image):
    record_garments(image, make_garment(), image_version=image.version - 1)
    assert facts_of(image) is None


def test_facts_of_a_deleted_image_are_not_stored(image):
    with shop_scope(image.shop_id):
        delete_image(image=image)
    record_garments(image, make_garment())
    with all_shops():
        assert not PhotoFacts.objects.exists()


def test_facts_of_another_shops_image_are_not_stored(image, rival):
    image.shop_id = rival.shop.pk
    record_garments(image, make_garment())
    with all_shops():
        assert not PhotoFacts.objects.exists()
