"""The photos that products name by link: which to fetch, to keep in another order, and to remove.

Photos that were uploaded are left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from catalog.indexing.removal import remove_images
from catalog.models import Image, PhotoFetch, Variant
from catalog.models.fetches import FETCHES
from catalog.products.specs import PhotoLink
from tenants.models import Shop


def sync_photos(shop: Shop, wanted: Mapping[UUID, Sequence[PhotoLink]]) -> set[UUID]:
    """Bring the photos by link of locked products to these; return the products that changed.

    A photo whose link the product has already is not fetched again, unless that failed.
    """
    if not wanted:
        return set()
    images = _read_images(wanted)
    fetches = _read_fetches(wanted)
    skus = _read_skus(wanted)
    changed: set[UUID] = set()
    removed: list[UUID] = []
    added: list[PhotoFetch] = []
    for product_id, photos in wanted.items():
        own, waiting = images[product_id], fetches[product_id]
        for position, photo in enumerate({photo.url: photo for photo in photos}.values()):
            shown = [skus[product_id, sku] for sku in photo.skus if (product_id, sku) in skus]
            facts = {"position": position, "skus": list(photo.skus)}
            if image := own.pop(photo.url, None):
                if _place(image, position, shown):
                    changed.add(product_id)
            elif fetch := waiting.pop(photo.url, None):
                if fetch.facts != facts or fetch.state == PhotoFetch.State.FAILED:
                    same = PhotoFetch.objects.filter(pk=fetch.pk)
                    same.restart(state=PhotoFetch.State.PENDING, problem=None, facts=facts)
                    changed.add(product_id)
            else:
                added.append(
                    PhotoFetch(shop=shop, product_id=product_id, url=photo.url, facts=facts)
                )
        removed += [image.pk for image in own.values()]
        if own or waiting:
            changed.add(product_id)
    PhotoFetch.objects.bulk_create(added)
    surplus = [fetch.pk for waiting in fetches.values() for fetch in waiting.values()]
    if surplus:
        PhotoFetch.objects.filter(pk__in=surplus).delete()
    remove_images(shop.pk, removed)
    changed |= {fetch.product_id for fetch in added if fetch.product_id}
    if changed:
        FETCHES.wake()
    return changed


def name_variants(image_id: UUID, variant_ids: Iterable[UUID]) -> None:
    """Let an image show exactly these variants."""
    variants: Any = Image(pk=image_id).variants
    variants.set(variant_ids)


def _place(image: Image, position: int, shown: Sequence[UUID]) -> bool:
    """Set an image's position and variants; return whether that is a change."""
    is_changed = {variant.pk for variant in image.variants.all()} != set(shown)
    if is_changed:
        name_variants(image.pk, shown)
    if image.position != position:
        Image.objects.filter(pk=image.pk).update(position=position)
        is_changed = True
    return is_changed


def _read_images(products: Iterable[UUID]) -> dict[UUID, dict[str, Image]]:
    """Return the live images by link, by product and link."""
    images = Image.objects.live().filter(product_id__in=products).exclude(source_url="")
    found: defaultdict[UUID, dict[str, Image]] = defaultdict(dict)
    rows = images.only("product_id", "source_url", "position").prefetch_related("variants")
    for image in rows.order_by("-pk"):
        found[image.product_id][image.source_url] = image
    return found


def _read_fetches(products: Iterable[UUID]) -> dict[UUID, dict[str, PhotoFetch]]:
    """Return the photos that are not there yet, by product and link."""
    found: defaultdict[UUID, dict[str, PhotoFetch]] = defaultdict(dict)
    fetches = PhotoFetch.objects.filter(product_id__in=products)
    for fetch in fetches.exclude(state=PhotoFetch.State.DONE):
        found[fetch.product_id][fetch.url] = fetch
    return found


def _read_skus(products: Iterable[UUID]) -> dict[tuple[UUID, str], UUID]:
    variants = Variant.objects.filter(product_id__in=products).exclude(sku="")
    rows = variants.values_list("product_id", "sku", "pk")
    return {(product_id, sku): pk for product_id, sku, pk in rows}
