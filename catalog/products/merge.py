"""Make one product of two: its variants, photos and links move, and what it lacks is filled."""

from collections.abc import Mapping, Sequence
from itertools import count
from uuid import UUID

from catalog.models import Image, PhotoFetch, Product, Variant
from catalog.products.links import name_variants
from catalog.products.placement import PRODUCT_FACTS, VARIANT_FACTS, fill_blanks
from catalog.products.search_copy import copy_to_images
from catalog.products.variants import OPTIONS
from core.errors import Conflict


class SkuClash(Conflict):
    """Both products have a variant with the same size and colour, under SKUs of their own."""

    code = "sku_clash"

    def __init__(self, first: Variant, second: Variant) -> None:
        super().__init__(
            f"The SKUs {first.sku} and {second.sku} are of variants with the same size and colour. "
            "Change or delete one of them first."
        )


def merge_products(*, kept: Product, other: Product) -> None:
    """Move all that another product has to one that stays, and delete the other one.

    Variants with the same size and colour become one. Run it in a transaction, in the shop's scope.
    Raises `SkuClash`.
    """
    pks = (kept.pk, other.pk)
    locked = Product.objects.filter(pk__in=pks).order_by("external_id").select_for_update()
    products = {product.pk: product for product in locked}
    kept, other = (products[pk] for pk in pks)
    own, theirs = list(kept.variants.all()), list(other.variants.all())
    merged = _match_variants(own, theirs)
    moved = [variant for variant in theirs if variant.pk not in merged]
    shown = {**_read_shown(kept, own), **_read_shown(other, theirs)}
    _move(kept, other, moved, len(own))
    every = {variant.pk for variant in (*own, *moved)}
    for image_id, variants in shown.items():
        wanted = {merged[pk].pk if pk in merged else pk for pk in variants}
        name_variants(image_id, () if wanted == every else wanted)
    for variant in theirs:
        if same := merged.get(variant.pk):
            facts = {name: getattr(variant, name) for name in (*VARIANT_FACTS, "name", "link")}
            # A SKU is unique in the shop: it can move once its variant has none.
            Variant.objects.filter(pk=variant.pk).delete()
            fill_blanks(same, facts, frozenset(facts))
    fill_blanks(kept, {name: getattr(other, name) for name in PRODUCT_FACTS}, PRODUCT_FACTS)
    if kept.is_made_from_photo and not other.is_made_from_photo:
        kept.is_made_from_photo = False
        kept.save(update_fields=["is_made_from_photo"])
    other.delete()
    copy_to_images(kept.shop_id, [kept.pk])


def _match_variants(own: Sequence[Variant], theirs: Sequence[Variant]) -> Mapping[UUID, Variant]:
    """Return, by their ids, the own variants that become one with theirs."""
    by_options = {_read_options(variant): variant for variant in own}
    matched = {}
    for variant in theirs:
        same = by_options.get(_read_options(variant))
        if same is None:
            continue
        if same.sku and variant.sku:
            raise SkuClash(same, variant)
        matched[variant.pk] = same
    return matched


def _read_options(variant: Variant) -> tuple[str, ...]:
    return tuple(getattr(variant, name) for name in OPTIONS)


def _read_shown(product: Product, variants: Sequence[Variant]) -> dict[UUID, set[UUID]]:
    """Return the variants that each live photo of a product shows: all, if it names none."""
    images = Image.objects.live().filter(product=product).prefetch_related("variants")
    every = {variant.pk for variant in variants}
    return {image.pk: {variant.pk for variant in image.variants.all()} or every for image in images}


def _move(kept: Product, other: Product, variants: Sequence[Variant], after: int) -> None:
    """Let variants, photos and links of the other product follow those of the kept one."""
    places = count(after)
    for variant in variants:
        variant.product, variant.position = kept, next(places)
    Variant.objects.bulk_update(variants, ["product", "position"])
    places = count(Image.objects.live().filter(product=kept).count())
    images = list(Image.objects.filter(product=other).order_by("position", "pk").only("pk"))
    for image in images:
        image.product, image.position = kept, next(places)
    Image.objects.bulk_update(images, ["product", "position"])
    PhotoFetch.objects.filter(product=other).update(product=kept)
