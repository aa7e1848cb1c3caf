"""Tagging jobs: the garments that shoppers own, and the images that the shop sells."""

import io
import json
from functools import lru_cache
from threading import Lock
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Case, F, Value, When
from PIL import Image as Pillow

from catalog.indexing.indexes import get_live_index
from catalog.models import Image
from core.jobs.runner import Overtaken, run_waiting
from core.ml.batching import get_batcher
from core.ml.encoder import Embeddings, get_encoder
from core.storage import read_file, save_file
from quality.measure.frame import Frame, make_frame
from stylist.garments.features import pack_features
from stylist.garments.garment import GarmentSource
from stylist.models import GarmentTags, ImageTags, WardrobeItem
from stylist.models.files import delete_files_later, make_cutout_key
from stylist.tagging.crop import Crop, crop_to_garment
from stylist.tagging.labels import Labels, make_labels
from stylist.tagging.queues import IMAGES, WARDROBE
from stylist.tagging.records import build_garment, serialize_tags
from stylist.tagging.tagger import tag_crop
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, find_stated_type, get_own_types, get_taxonomy

CUTOUT_SIDE = 640
CUTOUT_QUALITY = 80
MAX_LABELS = 32
_lock = Lock()


def tag_wardrobes() -> int:
    """Tag the garments that shoppers have added; return how many."""
    return run_waiting(WARDROBE, tag_item, size=4)


def tag_images() -> int:
    """Tag the images of the catalogues that wait; return how many."""
    return run_waiting(IMAGES, tag_image, size=8)


def tag_item(item: WardrobeItem) -> dict[str, Any]:
    """Return the fields to store for a shopper's garment."""
    fields = _tag_photo(item, str(item.photo.name))
    return {
        **fields,
        "kind": _unless_corrected("kind", fields["tags"]["type"]["value"]),
        "slot": _unless_corrected("slot", fields["tags"]["slot"]["value"]),
    }


def _unless_corrected(name: str, tagged: str) -> Case:
    """Return a column's new value: unchanged if the type was corrected, even during the job."""
    return Case(When(corrected__has_key="type", then=F(name)), default=Value(tagged))


def tag_image(row: ImageTags) -> dict[str, Any]:
    """Return the fields to store for an image; its category overrides the tagged type."""
    images = Image.objects.live().select_related("category")
    image: Image | None = images.filter(pk=row.image_id).first()
    if image is None:
        raise Overtaken
    fields = _tag_photo(row, str(image.photo.name))
    tags = fields["tags"]
    category = image.category.name if image.category else ""
    stated = find_stated_type(get_taxonomy(row.shop_id), category)
    kind = stated.name if stated else tags["type"]["value"]
    slot = stated.slot if stated else tags["slot"]["value"]
    garment = build_garment(
        garment_id=image.pk,
        source=GarmentSource.CATALOG,
        tags=tags,
        slot=slot,
        corrected={"type": kind},
    )
    return {
        **fields,
        "kind": kind,
        "slot": slot,
        "image_version": image.version,
        "features": pack_features(garment),
    }


def _tag_photo(row: GarmentTags, photo: str) -> dict[str, Any]:
    """Return the fields to store that only depend on the photo."""
    encoder, labels = get_labels(row.shop_id)
    crop = crop_to_garment(_frame(read_file(photo)), aspect=labels.aspect)
    embedding = _embed(crop, encoder)
    return {
        "tags": serialize_tags(tag_crop(crop, embedding, labels)),
        "embedding": embedding.astype(np.float16).tobytes(),
        "encoder": encoder,
        "cutout": _replace_cutout(row, crop),
    }


def _frame(jpeg: bytes) -> Frame:
    with Pillow.open(io.BytesIO(jpeg), formats=["JPEG"]) as photo:
        return make_frame(np.array(photo.convert("RGB")))


def _embed(crop: Crop, encoder: str) -> Embeddings:
    batcher = get_batcher(encoder)
    pixels = batcher.encoder.prepare([Pillow.fromarray(crop.pixels)])
    embedding: Embeddings = batcher.encode_pixels(pixels)[0]
    return embedding


def _replace_cutout(row: GarmentTags, crop: Crop) -> str:
    if row.cutout:
        delete_files_later([row.cutout.name])
    if not crop.has_mask:
        return ""
    cut = Pillow.fromarray(crop.pixels)
    cut.putalpha(Pillow.fromarray((crop.mask * 255).astype(np.uint8)))
    cut.thumbnail((CUTOUT_SIDE, CUTOUT_SIDE))
    out = io.BytesIO()
    cut.save(out, "WEBP", quality=CUTOUT_QUALITY)
    return save_file(make_cutout_key(row.shop_id), out.getvalue())


def get_labels(shop_id: UUID) -> tuple[str, Labels]:
    """Return the name of a shop's encoder, and its labels of the shop's taxonomy."""
    encoder = get_live_index(shop_id).encoder
    own_types = json.dumps(get_own_types(shop_id), sort_keys=True)
    with _lock:
        return encoder, _make_labels(encoder, own_types)


@lru_cache(maxsize=MAX_LABELS)
def _make_labels(encoder: str, own_types: str) -> Labels:
    return make_labels(DEFAULT_TAXONOMY.extend(json.loads(own_types)), get_encoder(encoder))
