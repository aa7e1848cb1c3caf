"""Suggestions of outfits and purchases, from a wardrobe, the catalogue, or both."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import numpy as np

from catalog.models import Image, Variant
from core.errors import Conflict
from core.jobs.models import Job
from core.tenancy import scoped_shop_id
from stylist.garments.features import STYLE_NAMES
from stylist.garments.garment import Garment, GarmentSource, Slot
from stylist.garments.pool import Pool
from stylist.models import ImageTags, Outfit
from stylist.outfits.catalog_pool import get_pool
from stylist.outfits.composition import compose
from stylist.outfits.composition.purchases import Purchase, rank_purchases
from stylist.outfits.composition.shortlist import narrow
from stylist.outfits.feedback import get_taste
from stylist.outfits.wishes import Origin, Taste, Wish
from stylist.tagging.records import build_garment
from stylist.tagging.taxonomy import Taxonomy, find_stated_type, get_taxonomy
from stylist.wardrobe.items import load_wardrobe
from tenants.models import Shop, Shopper

MAX_IMAGES_PER_SLOT = 24
MAX_PURCHASES_PER_SLOT = 12
SPARE_IMAGES = 8  # per slot; the pool may still have images that were sold out or deleted
SELLABLE = (Variant.Availability.IN_STOCK, Variant.Availability.PREORDER)


class ImageNotTagged(Conflict):
    """The image is not tagged yet, or cannot be tagged."""

    code = "image_not_tagged"


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Stored outfits, the best first; without any, `lacking` is the reason."""

    outfits: list[Outfit] = field(default_factory=list)
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseAdvice:
    """A purchase, and the stored row of the best outfit it makes possible."""

    purchase: Purchase
    best: Outfit


def suggest_outfits(
    *,
    shop: Shop,
    shopper: Shopper | None,
    origin: Origin,
    wish: Wish,
    count: int,
    without: Collection[UUID] = (),
) -> Suggestions:
    """Compose outfits and store them; raises `AnchorUnknown` and `AnchorsExclude`.

    Anchors are items of the shopper's wardrobe or images of the catalogue. The garments in
    `without` are not used.
    """
    taste = get_taste(shopper)
    needs_wardrobe = origin is not Origin.CATALOG or wish.anchors
    wardrobe = load_wardrobe(shopper) if shopper and needs_wardrobe else []
    owned = [] if origin is Origin.CATALOG else wardrobe
    anchors = _load_anchors(wish.anchors, wardrobe)
    if missing := wish.anchors - {garment.id for garment in anchors}:
        message = "An anchor does not exist, or is not tagged yet."
        raise compose.AnchorUnknown(message, ids=sorted(map(str, missing)))
    sold: list[Garment] = []
    if origin is not Origin.WARDROBE:
        sold = _select_from_catalog(anchors or owned, wish, taste, per_slot=MAX_IMAGES_PER_SLOT)
    candidates = _drop_odd_embeddings([*anchors, *owned, *sold])
    garments = {garment.id: garment for garment in candidates if garment.id not in without}
    found = compose.compose(garments=garments.values(), wish=wish, taste=taste, count=count)
    # The best row is created last: the history, and "the last outfit" of a chat, begin with it.
    outfits = [_make_row(shop, shopper, outfit, wish) for outfit in reversed(found)][::-1]
    Outfit.objects.bulk_create(outfits)
    return Suggestions(outfits, "" if outfits else _explain_lack(garments.values()))


def complete_look(*, shop: Shop, image: Image, wish: Wish, count: int) -> Suggestions:
    """Compose outfits around an image; raises `ImageNotTagged`."""
    row = ImageTags.objects.filter(image=image).first()
    if row is not None and row.state == Job.State.FAILED:
        raise ImageNotTagged(f"This image cannot be tagged: {row.problem['detail']}")
    if row is None or row.state != Job.State.DONE:
        raise ImageNotTagged("This image is not tagged yet; try again shortly.")
    around = replace(wish, anchors=frozenset({image.pk}))
    return suggest_outfits(shop=shop, shopper=None, origin=Origin.CATALOG, wish=around, count=count)


def advise_purchases(*, shopper: Shopper, wish: Wish, count: int) -> list[PurchaseAdvice]:
    """Return the purchases that would complete the most outfits, and store the best outfits."""
    taste, owned = get_taste(shopper), load_wardrobe(shopper)
    sold = _select_from_catalog(owned, wish, taste, per_slot=MAX_PURCHASES_PER_SLOT)
    purchases = rank_purchases(wardrobe=owned, candidates=sold, wish=wish, taste=taste, count=count)
    outfits = [_make_row(shopper.shop, shopper, purchase.best, wish) for purchase in purchases]
    Outfit.objects.bulk_create(outfits)
    return [PurchaseAdvice(*row) for row in zip(purchases, outfits, strict=True)]


def _select_from_catalog(
    around: Sequence[Garment], wish: Wish, taste: Taste, *, per_slot: int
) -> list[Garment]:
    """Return the most promising garments that are for sale now."""
    pool = get_pool(scoped_shop_id())
    group = Pool.of(around, style_names=STYLE_NAMES)
    found = narrow(pool, around=group, wish=wish, taste=taste, per_slot=per_slot + SPARE_IMAGES)
    rows = np.concatenate([*found.values()])
    return _load_for_sale(pool.ids[rows].tolist(), per_slot=per_slot)


def _load_for_sale(image_ids: Collection[UUID], *, per_slot: int) -> list[Garment]:
    by_id = _load_images(image_ids, image__availability__in=SELLABLE)
    garments, counts = [], dict.fromkeys(Slot, 0)
    for garment in (by_id[image_id] for image_id in image_ids if image_id in by_id):
        counts[garment.slot] += 1
        if counts[garment.slot] <= per_slot:
            garments.append(garment)
    return garments


def _load_images(image_ids: Collection[UUID], **conditions: object) -> dict[UUID, Garment]:
    """Return the garments of published images by id; makes two queries."""
    rows = (
        ImageTags.objects.done()
        .filter(image_id__in=image_ids, image__deleted_at=None)
        .filter(image__status=Image.Status.PUBLISHED, **conditions)
        .select_related("image__category")
    )
    taxonomy = get_taxonomy(scoped_shop_id())
    return {row.image_id: _build_image_garment(row, taxonomy) for row in rows}


def _drop_odd_embeddings(garments: Sequence[Garment]) -> list[Garment]:
    """Return the garments, without embeddings of a size that most do not have.

    The shop's encoder may have changed since some were tagged; embeddings only find twins.
    """
    sizes = Counter(_size(garment) for garment in garments if garment.embedding is not None)
    usual = max(sizes, key=sizes.__getitem__, default=0)
    return [
        garment if _size(garment) == usual else replace(garment, embedding=None)
        for garment in garments
    ]


def _size(garment: Garment) -> int:
    return 0 if garment.embedding is None else len(garment.embedding)


def _load_anchors(ids: Collection[UUID], wardrobe: Sequence[Garment]) -> list[Garment]:
    owned = [garment for garment in wardrobe if garment.id in ids]
    if len(owned) == len(ids):
        return owned
    return [*owned, *_load_images(set(ids) - {garment.id for garment in owned}).values()]


def _build_image_garment(row: ImageTags, taxonomy: Taxonomy) -> Garment:
    """Return the garment of an image; its current category overrides the tagged type."""
    category = row.image.category
    stated = find_stated_type(taxonomy, category.name) if category else None
    return build_garment(
        garment_id=row.image_id,
        source=GarmentSource.CATALOG,
        tags=row.tags,
        slot=stated.slot if stated else row.slot,
        corrected={"type": stated.name if stated else row.kind},
        price=None if row.image.price is None else float(row.image.price),
        embedding=bytes(row.embedding) if row.embedding else None,
    )


def _make_row(
    shop: Shop, shopper: Shopper | None, outfit: compose.ComposedOutfit, wish: Wish
) -> Outfit:
    return Outfit(
        shop=shop,
        shopper=shopper,
        pieces=[
            {
                "source": garment.source,
                "id": str(garment.id),
                "slot": garment.slot,
                "kind": garment.kind,
                "primary": list(garment.primary) if garment.primary else None,
            }
            for garment in outfit.garments
        ],
        total=outfit.score.total,
        parts=[
            {name: round(getattr(part, name), 4) for name in ("value", "weight", "points")}
            | {"name": part.name, "sentence": part.sentence}
            for part in outfit.score.parts
        ],
        wish={
            "occasion": wish.occasion.name if wish.occasion else None,
            "season": wish.season,
            "formality": wish.formality,
        },
    )


def _explain_lack(garments: Collection[Garment]) -> str:
    slots = {garment.slot for garment in garments}
    if not slots:
        return "There are no garments to choose from yet."
    if Slot.ONE_PIECE in slots or {Slot.TOP, Slot.BOTTOM} <= slots:
        return "These garments do not go together in the way you asked for."
    missing = [slot for slot in (Slot.TOP, Slot.BOTTOM) if slot not in slots]
    names = " and ".join(f"a {slot.value}" for slot in missing)
    return f"An outfit needs a top with a bottom, or a one-piece: {names} is missing."
