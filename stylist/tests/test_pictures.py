"""Pictures of outfits: at an address nobody can guess, made once, without what is gone."""

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
    ids_of,
    kinds_of_files,
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


def dressed(shop, **body):
    """Return an outfit of two garments that ada was shown."""
    make_item(shop.shop, "dress", "red")
    make_item(shop.shop, "sneakers", "white")
    return ask_outfits(shop.client, number_of_outfits=1, **body)["outfits"][0]


def colours(data: bytes) -> int:
    """Return how many pixels are not white."""
    return int((np.asarray(Pillow.open(io.BytesIO(data)).convert("L")) < 250).sum())


def test_picture_is_seen_by_whoever_has_its_address(shop, stranger):
    outfit = dressed(shop)
    answer = stranger.get(outfit["picture_url"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["X-Content-Type-Options"] == "nosniff" and "private" in answer["Cache-Control"]
    picture = Pillow.open(io.BytesIO(answer.content))
    assert (picture.format, picture.size) == ("WEBP", (800, 1000))
    assert colours(answer.content) > 50_000


@pytest.mark.parametrize("how", ["cut short", "another outfit's", "another salt's", "made up"])
def test_address_that_was_tampered_with_leads_nowhere(shop, stranger, how):
    outfit = build_outfit(shop.shop, dressed(shop))
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


def test_address_of_another_shops_outfit_cannot_be_put_together(shop, rival, stranger):
    """A rival's signed address names their shop, in which the outfit is not."""
    outfit = build_outfit(shop.shop, dressed(shop))
    signed = signing.Signer(salt=SALT).sign(f"{rival.shop.pk}:{outfit.pk}")
    assert stranger.get(f"/outfits/{signed}.webp").status_code == 404


def test_picture_is_made_once_and_kept(shop, stranger, monkeypatch, media_root):
    outfit = dressed(shop)
    first = stranger.get(outfit["picture_url"]).content
    monkeypatch.setattr(pictures, "render_collage", None)
    assert stranger.get(outfit["picture_url"]).content == first
    assert kinds_of_files(media_root).count("outfits") == 1


def test_picture_lost_from_storage_is_made_anew(inside, stranger):
    told = dressed(inside)
    stranger.get(told["picture_url"])
    outfit = build_outfit(inside.shop, told)
    outfit.picture.storage.delete(outfit.picture.name)
    assert stranger.get(told["picture_url"]).status_code == 200
    assert build_outfit(inside.shop, told).picture.name != outfit.picture.name


def test_garment_taken_out_goes_from_the_picture(inside, stranger, media_root):
    told = dressed(inside)
    both = colours(stranger.get(told["picture_url"]).content)
    gone, _ = sorted(ids_of(told))
    inside.client.delete(wardrobe_url(rest=f"{gone}/"))
    delete_pending_files()
    assert "outfits" not in kinds_of_files(media_root), "it shows what was taken out"
    answer = stranger.get(told["picture_url"])
    assert answer.status_code == 200 and 0 < colours(answer.content) != both


def test_picture_of_garments_that_are_all_gone_is_white(inside, stranger):
    told = dressed(inside)
    for pk in ids_of(told):
        inside.client.delete(wardrobe_url(rest=f"{pk}/"))
    answer = stranger.get(told["picture_url"])
    assert answer.status_code == 200 and colours(answer.content) == 0


def test_images_of_the_catalogue_are_shown_with_their_photos(shop, stranger):
    for kind, colour in (("dress", "red"), ("sneakers", "white")):
        make_sold(shop.shop, kind, colour)
    told = ask_outfits(shop.client, source="catalog", number_of_outfits=1)["outfits"][0]
    assert colours(stranger.get(told["picture_url"]).content) > 50_000


def test_two_who_picture_an_outfit_at_once_leave_one_picture(inside, media_root):
    outfit = build_outfit(inside.shop, dressed(inside))
    stale = Outfit.objects.get()
    get_picture(outfit)
    get_picture(stale)
    assert delete_pending_files() == 1
    assert kinds_of_files(media_root).count("outfits") == 1
    assert Outfit.objects.get().picture.storage.exists(Outfit.objects.get().picture.name)


def test_picture_of_an_outfit_deleted_meanwhile_leaves_no_file(inside, media_root):
    outfit = build_outfit(inside.shop, dressed(inside))
    Outfit.objects.all().delete()
    get_picture(outfit)
    delete_pending_files()
    assert "outfits" not in kinds_of_files(media_root)


def test_storage_that_is_away_is_told_as_such(shop, stranger, monkeypatch):
    outfit = dressed(shop)

    def away(*_):
        raise StorageUnavailable("The storage for photos is away; try again shortly.")

    monkeypatch.setattr(pictures, "save_file", away)
    answer = stranger.get(outfit["picture_url"])
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_outfit_is_pictured_no_more_once_its_shopper_is_erased(shop, stranger):
    outfit = dressed(shop)
    assert shop.client.delete("/api/v1/shoppers/ada/").status_code == 204
    assert stranger.get(outfit["picture_url"]).status_code == 404
