"""Tagging jobs: the garments that shoppers own, and the images that the shop sells."""

import io
import json
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
import structlog
from django.db.models import Case, F, Value, When
from PIL import Image as Pillow

from catalog.facts import SeenGarment, copy_facts, record_facts
from catalog.indexing.indexes import get_live_index
from catalog.models import Image, VectorIndex
from catalog.vocabulary.kinds import GarmentKind
from core.jobs.runner import Overtaken, run_waiting
from core.ml.batching import get_batcher
from core.ml.encoder import Embeddings, get_encoder
from core.storage import read_file, save_file
from quality.measure.frame import Frame, make_frame
from stylist.garments.features import pack_features
from stylist.garments.garment import GarmentSource
from stylist.models import GarmentTags, ImageTags, WardrobeItem
from stylist.models.files import delete_files_later, make_cutout_key
from stylist.tagging.crop import Crop
from stylist.tagging.detection.detector import FoundGarment, find_garments
from stylist.tagging.labels import Labels, make_labels
from stylist.tagging.queues import IMAGES, WARDROBE
from stylist.tagging.records import build_garment, serialize_tags
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, get_own_types, get_taxonomy
from stylist.tagging.twins import find_tagged_twin, find_types

log = structlog.get_logger(__name__)

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
    """Return the fields to store for a shopper's garment: the main one of its photo."""
    index = get_live_index(item.shop_id)
    main, *_ = _look(index, str(item.photo.name))
    fields = _make_fields(item, main, index.encoder)
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
    index, taxonomy = get_live_index(row.shop_id), get_taxonomy(row.shop_id)
    stated, named = find_types(image, taxonomy)
    twin = find_tagged_twin(image, index, taxonomy, named)
    if twin and (copied := _copy_fields(row, twin)):
        copy_facts(source=twin.image.facts, image_id=image.pk, image_version=image.version)
        fields = copied
    else:
        garments = _look(index, str(image.photo.name), stated=named)
        record_facts(
            image_id=image.pk,
            image_version=image.version,
            encoder=index.encoder,
            revision=index.revision,
            garments=[_describe(garment) for garment in garments],
        )
        fields = _make_fields(row, garments[0], index.encoder)
    tags = fields["tags"]
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


def _describe(garment: FoundGarment) -> SeenGarment:
    tags = garment.tags
    return SeenGarment(
        box=garment.place,
        region=garment.region.value,
        kind=tags.type.value,
        kind_confidence=tags.type.confidence,
        is_kind_sure=tags.type.is_sure,
        colours=tuple((colour.name, colour.share) for colour in tags.colours),
        colour_confidence=tags.primary_colour.confidence,
        is_colour_sure=tags.primary_colour.is_sure,
        pattern=tags.pattern.value,
        pattern_confidence=tags.pattern.confidence,
        is_pattern_sure=tags.pattern.is_sure,
        embedding=garment.embedding,
    )


def _look(
    index: VectorIndex, photo: str, *, stated: GarmentKind | None = None
) -> tuple[FoundGarment, ...]:
    """Return the garments of a photo, as the encoder of an index sees them."""
    batcher = get_batcher(index.encoder, index.revision)

    def encode(photos: Sequence[Pillow.Image]) -> Embeddings:
        found: Embeddings = batcher.encode_pixels(batcher.encoder.prepare(photos))
        return found

    return find_garments(_frame(read_file(photo)), encode, get_labels(index), stated=stated)


def _make_fields(row: GarmentTags, garment: FoundGarment, encoder: str) -> dict[str, Any]:
    """Return the fields to store that only depend on the photo."""
    return {
        "tags": serialize_tags(garment.tags),
        "embedding": garment.embedding.astype(np.float16).tobytes(),
        "encoder": encoder,
        "cutout": _replace_cutout(row, garment.crop),
    }


def _frame(jpeg: bytes) -> Frame:
    with Pillow.open(io.BytesIO(jpeg), formats=["JPEG"]) as photo:
        return make_frame(np.array(photo.convert("RGB")))


def _copy_fields(row: ImageTags, twin: ImageTags) -> dict[str, Any] | None:
    """Return the fields that only depend on the photo, as another image with it has them.

    None if that image was just deleted.
    """
    try:
        cutout = read_file(str(twin.cutout.name)) if twin.cutout else b""
    except FileNotFoundError:
        return None
    log.info("tags_reused", source=str(twin.image_id))
    _drop_cutout(row)
    return {
        **{name: getattr(twin, name) for name in ("tags", "embedding", "encoder")},
        "cutout": save_file(make_cutout_key(row.shop_id), cutout) if cutout else "",
    }


def _drop_cutout(row: GarmentTags) -> None:
    if row.cutout:
        delete_files_later([row.cutout.name])


def _replace_cutout(row: GarmentTags, crop: Crop) -> str:
    _drop_cutout(row)
    if not crop.has_mask:
        return ""
    cut = Pillow.fromarray(crop.pixels)
    cut.putalpha(Pillow.fromarray((crop.mask * 255).astype(np.uint8)))
    cut.thumbnail((CUTOUT_SIDE, CUTOUT_SIDE))
    out = io.BytesIO()
    cut.save(out, "WEBP", quality=CUTOUT_QUALITY)
    return save_file(make_cutout_key(row.shop_id), out.getvalue())


def get_labels(index: VectorIndex) -> Labels:
    """Return the labels of a shop's taxonomy for the encoder of its index."""
    own_types = json.dumps(get_own_types(index.shop_id), sort_keys=True)
    with _lock:
        return _make_labels(index.encoder, index.revision, own_types)


@lru_cache(maxsize=MAX_LABELS)
def _make_labels(encoder: str, revision: str, own_types: str) -> Labels:
    taxonomy = DEFAULT_TAXONOMY.extend(json.loads(own_types))
    return make_labels(taxonomy, get_encoder(encoder, revision))
