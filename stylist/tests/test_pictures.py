"""Pictures of outfits: at signed addresses, rendered once, without deleted garments."""

import io

import numpy as np
import pytest
from django.core import signing
from PIL import Image as Pillow

from core.storage import StorageUnavailable
from core.tenancy import shop_scope
from stylist.models import Outfit
from stylist.outfits import pictures
from stylist.outfits.pictures import SALT, get_picture
from stylist.sweeps import delete_pending_files
from stylist.tests.factories import (
    ask_outfits,
    build_outfit,
    folders_of_files,
    ids_of,
    make_item,
    make_sold,
    wardrobe_url,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


def make_shown_outfit(shop, **body):
    """Return an outfit of two garments that was suggested to ada."""
    make_item(shop.shop, "dress", "red")
    make_item(shop.shop, "sneakers", "white")
    return ask_outfits(shop.client, number_of_outfits=1, **body)["outfits"][0]


def colours(data: bytes) -> int:
    """Return the number of pixels that are not white."""
    return int((np.asarray(Pillow.open(io.BytesIO(data)).convert("L")) < 250).sum())


def test_picture_needs_only_its_address(shop, stranger):
    outfit = make_shown_outfit(shop)
    answer = stranger.get(outfit["picture_url"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["X-Content-Type-Options"] == "nosniff" and "private" in answer["Cache-Control"]
    picture = Pillow.open(io.BytesIO(answer.content))
    assert (picture.format, picture.size) == ("WEBP", (800, 1000))
    assert colours(answer.content) > 50_000


@pytest.mark.parametrize("how", ["cut short", "another outfit's", "another salt's", "made up"])
def test_changed_address_is_not_found(shop, stranger, how):
    outfit = build_outfit(shop.shop, make_shown_outfit(shop))
    right = signing.Signer(salt=SALT).sign(f"{outfit.shop_id}:{outfit.pk}")
    other = f"{outfit.shop_id}:{outfit.shop_id}"
    token = {
        "cut short": right[:-1],
        "another outfit's": f"{other}:{right.rpartition(':')[2]}",
        "another salt's": signing.Signer(salt="x").sign(f"{outfit.shop_id}:{outfit.pk}"),
        "made up": "x",
    }[how]
    assert stranger.get(f"/outfits/{token}.webp").status_code == 404
    assert stranger.get(f"/outfits/{right}.webp").status_code == 200


def test_address_of_another_shops_outfit_cannot_be_forged(shop, rival, stranger):
    """A rival's signed address names their shop, which does not have the outfit."""
    outfit = build_outfit(shop.shop, make_shown_outfit(shop))
    signed = signing.Signer(salt=SALT).sign(f"{rival.shop.pk}:{outfit.pk}")
    assert stranger.get(f"/outfits/{signed}.webp").status_code == 404


def test_picture_is_rendered_once_and_stored(shop, stranger, monkeypatch, media_root):
    outfit = make_shown_outfit(shop)
    first = stranger.get(outfit["picture_url"]).content
    monkeypatch.setattr(pictures, "render_collage", None)
    assert stranger.get(outfit["picture_url"]).content == first
    assert folders_of_files(media_root).count("outfits") == 1


def test_picture_lost_from_storage_is_rendered_again(inside, stranger):
    result = make_shown_outfit(inside)
    stranger.get(result["picture_url"])
    outfit = build_outfit(inside.shop, result)
    outfit.picture.storage.delete(outfit.picture.name)
    assert stranger.get(result["picture_url"]).status_code == 200
    assert build_outfit(inside.shop, result).picture.name != outfit.picture.name


def test_removed_garment_disappears_from_the_picture(inside, stranger, media_root):
    result = make_shown_outfit(inside)
    both = colours(stranger.get(result["picture_url"]).content)
    gone, _ = sorted(ids_of(result))
    inside.client.delete(wardrobe_url(rest=f"{gone}/"))
    delete_pending_files()
    assert "outfits" not in folders_of_files(media_root), "it shows what was taken out"
    answer = stranger.get(result["picture_url"])
    assert answer.status_code == 200 and 0 < colours(answer.content) != both


def test_picture_without_garments_is_white(inside, stranger):
    result = make_shown_outfit(inside)
    for pk in ids_of(result):
        inside.client.delete(wardrobe_url(rest=f"{pk}/"))
    answer = stranger.get(result["picture_url"])
    assert answer.status_code == 200 and colours(answer.content) == 0


def test_picture_shows_photos_of_the_catalogue(shop, stranger):
    for kind, colour in (("dress", "red"), ("sneakers", "white")):
        make_sold(shop.shop, kind, colour)
    result = ask_outfits(shop.client, source="catalog", number_of_outfits=1)["outfits"][0]
    assert colours(stranger.get(result["picture_url"]).content) > 50_000


def test_concurrent_requests_store_one_picture(inside, media_root):
    outfit = build_outfit(inside.shop, make_shown_outfit(inside))
    stale = Outfit.objects.get()
    get_picture(outfit)
    get_picture(stale)
    assert delete_pending_files() == 1
    assert folders_of_files(media_root).count("outfits") == 1
    assert Outfit.objects.get().picture.storage.exists(Outfit.objects.get().picture.name)


def test_picture_of_a_deleted_outfit_leaves_no_file(inside, media_root):
    outfit = build_outfit(inside.shop, make_shown_outfit(inside))
    Outfit.objects.all().delete()
    get_picture(outfit)
    delete_pending_files()
    assert "outfits" not in folders_of_files(media_root)


def test_unavailable_storage_answers_503(shop, stranger, monkeypatch):
    outfit = make_shown_outfit(shop)

    def fail(*_):
        raise StorageUnavailable("The storage for photos is fail; try again shortly.")

    monkeypatch.setattr(pictures, "save_file", fail)
    answer = stranger.get(outfit["picture_url"])
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_picture_is_gone_once_its_shopper_is_erased(shop, stranger):
    outfit = make_shown_outfit(shop)
    assert shop.client.delete("/api/v1/shoppers/ada/").status_code == 204
    assert stranger.get(outfit["picture_url"]).status_code == 404
