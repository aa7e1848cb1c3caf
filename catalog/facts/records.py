"""Store what was seen in a photo, and have search filter by it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from catalog.facts.garments import SeenGarment
from catalog.indexing.garment_vectors import decode_garments
from catalog.indexing.indexes import ENTRIES
from catalog.indexing.results import record_garment_vectors
from catalog.models import GarmentVectors, Image, IndexEntry, PhotoFacts, VectorIndex


def record_facts(
    *,
    image_id: UUID,
    image_version: int,
    encoder: str,
    revision: str,
    garments: Sequence[SeenGarment],
) -> None:
    """Replace the facts of an image's photo; `garments` has the main one first.

    Can run twice. Does nothing if the image is deleted or has another photo by now. Needs the
    shop's scope.
    """
    columns = _make_columns([garment.serialize() for garment in garments])
    _store(image_id, image_version, {"encoder": encoder, "revision": revision, **columns})


def copy_facts(*, source: PhotoFacts, image_id: UUID, image_version: int) -> None:
    """Give an image the facts and the garments' vectors of another one with the same photo.

    Can run twice. Needs the shop's scope.
    """
    columns = ("encoder", "revision", *_make_columns(source.garments))
    _store(image_id, image_version, {name: getattr(source, name) for name in columns})
    vectors = GarmentVectors.objects.filter(
        image=source.image_id, image_version=source.image_version
    )
    for found in vectors:
        record_garment_vectors(
            image_id=image_id,
            image_version=image_version,
            encoder=found.encoder,
            revision=found.revision,
            vectors=decode_garments(found.embeddings, found.count),
        )


def _store(image_id: UUID, image_version: int, columns: dict[str, Any]) -> None:
    with transaction.atomic():
        # Locked, so that a late job cannot replace the facts of a newer photo.
        images = Image.objects.live().select_for_update(no_key=True).filter(version=image_version)
        image: Image | None = images.filter(pk=image_id).first()
        if image is None:
            return
        fields = {"shop_id": image.shop_id, "image_version": image_version, **columns}
        before = PhotoFacts.objects.filter(image=image).values(*fields).first()
        if before != fields:
            PhotoFacts.objects.update_or_create(image=image, defaults=fields)
            _mirror(image)


def _make_columns(garments: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all garments, and the facts of the main one."""
    columns: dict[str, Any] = {"garments": garments}
    main = garments[0] if garments else {}
    for name in ("kind", "colour", "pattern"):
        tag = main.get(name, {"value": "", "confidence": 0.0, "is_sure": False})
        columns[name] = tag["value"]
        columns[f"{name}_confidence"] = tag["confidence"]
        columns[f"is_{name}_sure"] = tag["is_sure"]
    return {**columns, "colours": main.get("colours", [])}


def _mirror(image: Image) -> None:
    """Have the facets in Chroma written again, without another embedding."""
    if image.status != Image.Status.HELD:
        entries = IndexEntry.objects.filter(image=image)
        entries.exclude(index__state=VectorIndex.State.RETIRED).request()
        ENTRIES.wake()
