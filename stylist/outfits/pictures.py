"""Pictures of outfits: rendered on the first request, at signed addresses."""

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
from stylist.models.files import delete_files_later, make_picture_key
from stylist.outfits.collage import Piece, render_collage

SALT = "stylist.outfit"


def picture_path(outfit: Outfit) -> str:
    """Return the signed path of an outfit's picture, which needs no key."""
    token = signing.Signer(salt=SALT).sign(f"{outfit.shop_id}:{outfit.pk}")
    return reverse("outfit-picture", args=[token])


def read_token(token: str) -> tuple[UUID, UUID] | None:
    """Return the ids of the shop and the outfit in a token; None if its signature is wrong."""
    try:
        shop_id, outfit_id = signing.Signer(salt=SALT).unsign(token).split(":")
    except signing.BadSignature:
        return None
    return UUID(shop_id), UUID(outfit_id)


def get_picture(outfit: Outfit) -> bytes:
    """Return an outfit's picture, WebP, rendered if it is not stored; raises `Unavailable`."""
    if outfit.picture:
        try:
            return read_file(str(outfit.picture.name))
        except FileNotFoundError:
            pass  # rendered again below
    picture = render_collage([_load_piece(piece, outfit) for piece in outfit.pieces])
    name = save_file(make_picture_key(outfit.shop_id), picture)
    unchanged = Outfit.objects.filter(pk=outfit.pk, picture=outfit.picture.name or "")
    if not unchanged.update(picture=name):
        delete_files_later([name])  # the outfit was deleted, or another request was faster
    return picture


def _load_piece(piece: dict[str, Any], outfit: Outfit) -> Piece:
    photo, cutout = _find_files(piece, outfit)
    for name in (cutout, photo):
        opened = _open_image(name)
        if opened:
            mask = opened.getchannel("A") if opened.mode == "RGBA" else None
            return Piece(Slot(piece["slot"]), opened.convert("RGB"), mask)
    return Piece(Slot(piece["slot"]), None)


def _find_files(piece: dict[str, Any], outfit: Outfit) -> tuple[str, str]:
    if piece["source"] == GarmentSource.WARDROBE:
        items = WardrobeItem.objects.filter(pk=piece["id"], shopper=outfit.shopper_id)
        return items.values_list("photo", "cutout").first() or ("", "")
    images = Image.objects.live().filter(pk=piece["id"])
    photo = images.values_list("photo", flat=True).first() or ""
    cutouts = ImageTags.objects.filter(image__in=images).values_list("cutout", flat=True)
    return photo, cutouts.first() or ""


def _open_image(name: str) -> Pillow.Image | None:
    if not name:
        return None
    try:
        image = Pillow.open(io.BytesIO(read_file(name)))
        image.load()
    except (FileNotFoundError, OSError):
        return None
    return image
