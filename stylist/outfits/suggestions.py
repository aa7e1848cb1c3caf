"""Outfits for a shopper, or around an image: what they own, what the shop sells, or both."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

import numpy as np

from catalog.models import Image
from core.errors import Conflict
from core.tenancy import scoped_shop_id
from quality.models import Job
from stylist.garments.features import STYLE_NAMES
from stylist.garments.garment import Garment, GarmentSource, Slot
from stylist.garments.pool import Pool
from stylist.models import ImageTags, Outfit
from stylist.outfits.catalog_pool import get_pool
from stylist.outfits.composition import compose
from stylist.outfits.composition.purchases import Purchase, rank_purchases
from stylist.outfits.composition.shortlist import narrow
from stylist.outfits.tastes import get_taste
from stylist.outfits.wishes import Taste, Wish
from stylist.tagging.records import build_garment
from stylist.tagging.shop_taxonomy import find_stated_type, get_taxonomy
from stylist.tagging.taxonomy import Taxonomy
from stylist.wardrobe.items import load_wardrobe
from tenants.models import Shop, Shopper

PER_SLOT = 24  # of the catalogue, beside a wardrobe or an anchor
SPARE = 8  # some of them may have been sold out or deleted since
FOR_PURCHASES = 12
SELLABLE = (Image.Availability.IN_STOCK, Image.Availability.PREORDER)


class ImageNotTagged(Conflict):
    """What the image shows is not known yet, or cannot be told from its photo."""

    code = "image_not_tagged"

    def __init__(self, why: str = "This image waits to be tagged; ask again shortly.") -> None:
        super().__init__(why)


class Origin(StrEnum):
    """Where an outfit's garments come from."""

    WARDROBE = "wardrobe"
    CATALOG = "catalog"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Outfits, kept so that they can be spoken of; `lacking` tells what none could do without."""

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
    """Put outfits together and keep them; raises `AnchorUnknown` and `AnchorsExclude`.

    Anchors are items of the shopper's wardrobe or images of the catalogue; garments named by
    `without` are in none.
    """
    taste = get_taste(shopper)
    is_asked = origin is not Origin.CATALOG or wish.anchors
    wardrobe = load_wardrobe(shopper) if shopper and is_asked else []
    owned = [] if origin is Origin.CATALOG else wardrobe
    anchors = _anchors(wish.anchors, wardrobe)
    if missing := wish.anchors - {garment.id for garment in anchors}:
        message = "A garment to start from is not there, or waits to be tagged."
        raise compose.AnchorUnknown(message, ids=sorted(map(str, missing)))
    sold: list[Garment] = []
    if origin is not Origin.WARDROBE:
        sold = _from_catalog(anchors or owned, wish, taste, per_slot=PER_SLOT)
    able = _comparable([*anchors, *owned, *sold])
    garments = {garment.id: garment for garment in able if garment.id not in without}
    found = compose.compose(garments=garments.values(), wish=wish, taste=taste, count=count)
    # The best is the newest, which "the last outfit" and the history begin with.
    outfits = [_row(shop, shopper, outfit, wish) for outfit in reversed(found)][::-1]
    Outfit.objects.bulk_create(outfits)
    return Suggestions(outfits, "" if outfits else _lacking(garments.values()))


def complete_look(*, shop: Shop, image: Image, wish: Wish, count: int) -> Suggestions:
    """Put outfits together around an image; raises `ImageNotTagged`."""
    row = ImageTags.objects.filter(image=image).first()
    if row is not None and row.state == Job.State.FAILED:
        raise ImageNotTagged(f"This image cannot be tagged: {row.problem['detail']}")
    if row is None or row.state != Job.State.DONE:
        raise ImageNotTagged
    around = replace(wish, anchors=frozenset({image.pk}))
    return suggest_outfits(shop=shop, shopper=None, origin=Origin.CATALOG, wish=around, count=count)


def advise_purchases(*, shopper: Shopper, wish: Wish, count: int) -> list[PurchaseAdvice]:
    """Return the purchases that would complete the most outfits, and store the best outfits."""
    taste, owned = get_taste(shopper), load_wardrobe(shopper)
    sold = _from_catalog(owned, wish, taste, per_slot=FOR_PURCHASES)
    purchases = rank_purchases(wardrobe=owned, candidates=sold, wish=wish, taste=taste, count=count)
    outfits = [_row(shopper.shop, shopper, purchase.best, wish) for purchase in purchases]
    Outfit.objects.bulk_create(outfits)
    return [PurchaseAdvice(*row) for row in zip(purchases, outfits, strict=True)]


def _from_catalog(
    around: Sequence[Garment], wish: Wish, taste: Taste, *, per_slot: int
) -> list[Garment]:
    """Return what of the catalogue is worth trying, as it is sold now."""
    pool = get_pool(scoped_shop_id())
    group = Pool.of(around, style_names=STYLE_NAMES)
    found = narrow(pool, around=group, wish=wish, taste=taste, per_slot=per_slot + SPARE)
    rows = np.concatenate([*found.values()])
    return _sold(pool.ids[rows].tolist(), per_slot=per_slot)


def _sold(image_ids: Collection[UUID], *, per_slot: int) -> list[Garment]:
    """Return these images' garments in this order, but for those that are not for sale now."""
    rows = (
        ImageTags.objects.done()
        .filter(image_id__in=image_ids, image__deleted_at=None)
        .filter(image__status=Image.Status.PUBLISHED, image__availability__in=SELLABLE)
        .select_related("image__category")
        .defer("image__search")
    )
    by_id = {row.image_id: row for row in rows}
    taxonomy = get_taxonomy(scoped_shop_id())
    garments, counts = [], dict.fromkeys(Slot, 0)
    for image_id in image_ids:
        if image_id in by_id:
            garment = _garment(by_id[image_id], taxonomy)
            counts[garment.slot] += 1
            if counts[garment.slot] <= per_slot:
                garments.append(garment)
    return garments


def _comparable(garments: Sequence[Garment]) -> list[Garment]:
    """Return garments without the embeddings that are not of the size that most have.

    A shop's encoder may have changed since some were tagged; embeddings only tell twins.
    """
    sizes = Counter(_size(garment) for garment in garments if garment.embedding is not None)
    usual = max(sizes, key=sizes.__getitem__, default=0)
    return [
        garment if _size(garment) == usual else replace(garment, embedding=None)
        for garment in garments
    ]


def _size(garment: Garment) -> int:
    return 0 if garment.embedding is None else len(garment.embedding)


def _anchors(ids: Collection[UUID], wardrobe: Sequence[Garment]) -> list[Garment]:
    """Return the garments that every outfit is to hold, whichever of the two they are of."""
    owned = [garment for garment in wardrobe if garment.id in ids]
    if len(owned) == len(ids):
        return owned
    left = set(ids) - {garment.id for garment in owned}
    rows = (
        ImageTags.objects.done()
        .filter(image_id__in=left, image__deleted_at=None)
        .filter(image__status=Image.Status.PUBLISHED)
        .select_related("image__category")
        .defer("image__search")
    )
    taxonomy = get_taxonomy(scoped_shop_id())
    return owned + [_garment(row, taxonomy) for row in rows]


def _garment(row: ImageTags, taxonomy: Taxonomy) -> Garment:
    """Return an image as outfits see it; the category it has by now is not guessed."""
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


def _row(shop: Shop, shopper: Shopper | None, outfit: compose.ComposedOutfit, wish: Wish) -> Outfit:
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
            {
                "name": part.name,
                "value": round(part.value, 4),
                "weight": round(part.weight, 4),
                "points": round(part.points, 4),
                "sentence": part.sentence,
            }
            for part in outfit.score.parts
        ],
        wish={
            "occasion": wish.occasion.name if wish.occasion else None,
            "season": wish.season,
            "formality": wish.formality,
        },
    )


def _lacking(garments: Collection[Garment]) -> str:
    """Return a sentence for what an outfit cannot do without and is not there."""
    slots = {garment.slot for garment in garments}
    if not slots:
        return "There are no garments to choose from yet."
    if Slot.ONE_PIECE in slots or {Slot.TOP, Slot.BOTTOM} <= slots:
        return "Nothing of what is there goes together in the way that was asked for."
    missing = [slot for slot in (Slot.TOP, Slot.BOTTOM) if slot not in slots]
    names = " and ".join(f"a {slot.value}" for slot in missing)
    return f"An outfit needs a top with a bottom, or a one-piece: {names} is missing."
