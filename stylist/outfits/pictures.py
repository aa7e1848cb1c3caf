"""An outfit's picture: made when it is first looked at, at an address that nobody can guess."""

import io
from typing import Any
from uuid import UUID

from django.core import signing
from django.urls import reverse
from PIL import Image as Pillow

from catalog.models import Image
from core.storage import read_file, save_file
from stylist.garments.garment import GarmentSource, Slot
from stylist.models import ImageTags, Outfit, WardrobeItem
from stylist.models.files import delete_files_later, picture_key
from stylist.outfits.collage import Piece, render_collage

SALT = "stylist.outfit"


def picture_path(outfit: Outfit) -> str:
    """Return the address of an outfit's picture, signed: it takes no key."""
    token = signing.Signer(salt=SALT).sign(f"{outfit.shop_id}:{outfit.pk}")
    return reverse("outfit-picture", args=[token])


def read_token(token: str) -> tuple[UUID, UUID] | None:
    """Return the shop and the outfit that an address is of; None where it was made up."""
    try:
        shop_id, outfit_id = signing.Signer(salt=SALT).unsign(token).split(":")
    except signing.BadSignature:
        return None
    return UUID(shop_id), UUID(outfit_id)


def get_picture(outfit: Outfit) -> bytes:
    """Return an outfit's picture, WebP, made now if it is not there; raises `Unavailable`."""
    if outfit.picture:
        try:
            return read_file(str(outfit.picture.name))
        except FileNotFoundError:
            pass  # made anew below
    picture = render_collage([_piece(piece, outfit) for piece in outfit.pieces])
    name = save_file(picture_key(outfit.shop_id), picture)
    unchanged = Outfit.objects.filter(pk=outfit.pk, picture=outfit.picture.name or "")
    if not unchanged.update(picture=name):
        delete_files_later([name])  # the outfit is gone, or somebody else has pictured it
    return picture


def _piece(piece: dict[str, Any], outfit: Outfit) -> Piece:
    photo, cutout = _files(piece, outfit)
    for name in (cutout, photo):
        opened = _open(name)
        if opened:
            mask = opened.getchannel("A") if opened.mode == "RGBA" else None
            return Piece(Slot(piece["slot"]), opened.convert("RGB"), mask)
    return Piece(Slot(piece["slot"]), None)


def _files(piece: dict[str, Any], outfit: Outfit) -> tuple[str, str]:
    """Return the keys of a garment's photo and its cutout; empty once it is gone."""
    if piece["source"] == GarmentSource.WARDROBE:
        items = WardrobeItem.objects.filter(pk=piece["id"], shopper=outfit.shopper_id)
        return items.values_list("photo", "cutout").first() or ("", "")
    images = Image.objects.live().filter(pk=piece["id"])
    photo = images.values_list("photo", flat=True).first() or ""
    cutouts = ImageTags.objects.filter(image__in=images).values_list("cutout", flat=True)
    return photo, cutouts.first() or ""


def _open(name: str) -> Pillow.Image | None:
    if not name:
        return None
    try:
        image = Pillow.open(io.BytesIO(read_file(name)))
        image.load()
    except (FileNotFoundError, OSError):
        return None
    return image
