"""Garments for tests: photos to tag, and rows as the worker stores them."""

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow
from rest_framework.response import Response

from catalog.models import Image
from catalog.vocabulary.words import FORMALITY_LEVELS, SEASONS
from core.storage import save_file
from core.tenancy import shop_scope
from core.tests.factories import make_unique
from demo.garments import Garment, draw_garment
from quality.models import Job
from quality.tests.factories import make_image
from recommendations.feedback.shoppers import get_or_create_shopper
from stylist.garments.features import pack_features
from stylist.garments.garment import GarmentSource
from stylist.models import ImageTags, Outfit, WardrobeItem
from stylist.models.files import make_cutout_key, make_wardrobe_key
from stylist.tagging.records import LAB_BY_NAME, build_garment
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY
from tenants.models import Shop

FEATURES: Mapping[str, dict[str, str]] = {
    "t-shirt": {"sleeve": "short", "neckline": "crew neck"},
    "dress": {"sleeve": "short", "neckline": "round neck", "cut": "a-line", "length": "midi"},
    "jeans": {"cut": "straight"},
    "sneakers": {"cut": "low-top"},
}


def encode(pixels: Any, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Pillow.fromarray(pixels).save(out, kind, quality=92)
    return out.getvalue()


@cache
def draw(kind: str = "t-shirt", colour: str = "red") -> Any:
    """Return a generated garment's photo, (h, w, 3) uint8."""
    garment = Garment(kind, colour, 5, **FEATURES[kind])  # type: ignore[arg-type]
    return np.asarray(draw_garment(garment, height=400))


@cache
def make_jpeg(kind: str = "t-shirt", colour: str = "red") -> bytes:
    return encode(draw(kind, colour))


@cache
def make_blank() -> bytes:
    """Return a photo without a garment."""
    return encode(np.full((400, 300, 3), 200, np.uint8))


@cache
def make_pair() -> bytes:
    """Return a photo of two separate garments, next to each other."""
    shirt, trousers = draw("t-shirt", "red"), draw("jeans", "navy")
    height = min(len(shirt), len(trousers))
    return encode(np.hstack([shirt[:height], trousers[:height]]))


def wardrobe_url(shopper: str = "ada", rest: str = "") -> str:
    return f"/api/v1/shoppers/{shopper}/wardrobe/{rest}"


def add_photos(client: Any, *photos: bytes, shopper: str = "ada", **more: Any) -> Response:
    """Send photos to a shopper's wardrobe; `more` are fields and headers of the request."""
    headers = more.pop("headers", None)
    files = [SimpleUploadedFile(f"{n}.jpg", photo) for n, photo in enumerate(photos)]
    body = {"photo": files, **more}
    url = wardrobe_url(shopper)
    return client.post(url, body, format="multipart", headers=headers)  # type: ignore[no-any-return]


def make_tags(
    kind: str = "t-shirt",
    colour: str = "navy",
    *,
    pattern: str = "plain",
    style: str = "casual",
    formality: str = "casual",
) -> dict[str, Any]:
    """Return stored tags, all of them sure and for all seasons."""
    found = DEFAULT_TAXONOMY.find(kind)
    assert found
    return {
        "type": _tag(kind),
        "slot": _tag(found.slot),
        "primary_colour": _tag(colour),
        "secondary_colour": None,
        "pattern": _tag(pattern),
        "style": _tag(style),
        "season": _tag("all year") | {"distribution": dict.fromkeys(SEASONS, 0.25)},
        "formality": _tag(formality),
        "formality_level": FORMALITY_LEVELS[formality],
        "sighting": "one",
        "colours": [{"name": colour, "lab": list(LAB_BY_NAME[colour]), "share": 1.0}],
    }


def _tag(value: str) -> dict[str, Any]:
    return {"value": value, "confidence": 0.9, "is_sure": True, "distribution": {value: 1.0}}


def make_item(
    shop: Shop, kind: str = "t-shirt", colour: str = "navy", *, shopper: str = "ada", **tags: Any
) -> WardrobeItem:
    """Return a tagged garment of a shopper, with its photo and its cutout stored."""
    seen = make_tags(kind, colour, **tags)
    with shop_scope(shop.pk):
        item: WardrobeItem = WardrobeItem.objects.create(
            shop=shop,
            shopper=get_or_create_shopper(shop=shop, external_id=shopper)[0],
            photo=save_file(make_wardrobe_key(shop.pk), make_jpeg("t-shirt", "red")),
            width=300,
            height=400,
            cutout=save_file(make_cutout_key(shop.pk), _cutout()),
            **_tagged(seen),
        )
    return item


def make_wardrobe(shop: Shop, *, shopper: str = "ada") -> list[WardrobeItem]:
    """Return a wardrobe that makes several outfits."""
    kinds = (
        ("t-shirt", "white"), ("t-shirt", "navy"), ("shirt", "light blue"), ("jeans", "navy"),
        ("chinos", "beige"), ("sneakers", "white"), ("loafers", "brown"),
    )  # fmt: skip
    return [make_item(shop, kind, colour, shopper=shopper) for kind, colour in kinds]


def make_sold(shop: Shop, kind: str = "jeans", colour: str = "navy", **fields: Any) -> Image:
    """Return an image of the catalogue that was tagged; `fields` are the image's."""
    image = make_image(shop, make_unique(make_jpeg()), **{"name": f"{colour} {kind}", **fields})
    tag_image(image, kind, colour)
    return image


def tag_image(image: Image, kind: str, colour: str, **tags: Any) -> ImageTags:
    """Store the tags of an image, as the worker does."""
    seen = make_tags(kind, colour, **tags)
    garment = build_garment(
        garment_id=image.pk, source=GarmentSource.CATALOG, tags=seen, slot=seen["slot"]["value"]
    )
    values = {**_tagged(seen), "image_version": image.version, "features": pack_features(garment)}
    with shop_scope(image.shop_id):
        row: ImageTags = ImageTags.objects.update_or_create(
            image=image, defaults={"shop_id": image.shop_id, **values}
        )[0]
    return row


def _tagged(seen: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": Job.State.DONE,
        "tags": seen,
        "kind": seen["type"]["value"],
        "slot": seen["slot"]["value"],
    }


def _cutout() -> bytes:
    cut = Pillow.new("RGBA", (60, 80), (20, 40, 90, 255))
    out = io.BytesIO()
    cut.save(out, "WEBP")
    return out.getvalue()


def outfits_url(shopper: str = "ada") -> str:
    return f"/api/v1/shoppers/{shopper}/outfits/"


def ask_outfits(client: Any, *, shopper: str = "ada", **body: Any) -> dict[str, Any]:
    """Return the response to a request for outfits."""
    response = client.post(outfits_url(shopper), body, format="json")
    assert response.status_code == 200, response.content
    return response.json()  # type: ignore[no-any-return]


def build_outfit(shop: Shop, result: dict[str, Any]) -> Outfit:
    """Return the row of a returned outfit."""
    with shop_scope(shop.pk):
        outfit: Outfit = Outfit.objects.get(pk=result["id"])
    return outfit


def ids_of(result: dict[str, Any]) -> set[str]:
    return {piece["id"] for piece in result["pieces"]}


def files_in(media_root: Path) -> set[str]:
    """Return the folders and names of all stored files, below those of shops."""
    return {"/".join(path.parts[-2:]) for path in media_root.rglob("*") if path.is_file()}


def folders_of_files(media_root: Path) -> list[str]:
    """Return the folder of each stored file: photos, originals, wardrobe, cutouts, outfits."""
    return sorted(name.partition("/")[0] for name in files_in(media_root))
