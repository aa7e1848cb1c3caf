"""Keep common prompts and popular products in memory, for suggestions.

A process reads those of a shop again after `MAX_AGE_SECONDS`; both change once a night.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar
from uuid import UUID

from catalog.models import Image, Variant
from catalog.vocabulary.languages.lexicon import split_words
from core.shop_cache import ShopCache
from recommendations.models import CommonPrompt, ImagePopularity

T = TypeVar("T")

MAX_IMAGES = 2_000
MAX_AGE_SECONDS = 300.0
MAX_SHOPS = 32  # 2,000 prompts and 2,000 names take about 1 MB


@dataclass(frozen=True, slots=True)
class Popular:
    """The words of prompts and of names, each with what has them, the most popular first.

    Words are folded, with a space before each. Names belong to one image of each product, and come
    from the newest products where too few are popular.
    """

    prompts: Sequence[tuple[str, str]]
    images: Sequence[tuple[str, UUID]]
    read_at: float  # time.monotonic()


_cache: ShopCache[Popular] = ShopCache(MAX_SHOPS)


def read_popular(shop_id: UUID) -> Popular:
    """Return what is popular in the scope's shop; makes up to four queries if it has to be read."""
    cached = _cache.get(shop_id)
    now = time.monotonic()
    if cached and now - cached.read_at < MAX_AGE_SECONDS:
        return cached
    prompts = list(CommonPrompt.objects.values_list("words", "text"))
    popular = Popular(prompts, list(_read_images()), now)
    _cache.set(shop_id, popular)
    return popular


def find_words(rows: Sequence[tuple[str, T]], beginnings: Iterable[str]) -> list[T]:
    """Return what has words with all of these beginnings, in its order."""
    for beginning in beginnings:
        start = f" {beginning}"
        rows = [row for row in rows if start in row[0]]
    return [value for _, value in rows]


def _read_images() -> Iterator[tuple[str, UUID]]:
    """Yield the name and the id of the most popular image of each product."""
    sold = Image.objects.searchable().filter(product__isnull=False)
    sold = sold.exclude(availability=Variant.Availability.OUT_OF_STOCK)
    popular = ImagePopularity.objects.order_by("-score").values_list("image_id", flat=True)
    places = {pk: place for place, pk in enumerate(popular[:MAX_IMAGES])}
    columns = ("name", "pk", "product_id")
    rows = sorted(
        sold.filter(pk__in=places).order_by().values_list(*columns), key=lambda row: places[row[1]]
    )
    newest = sold.order_by("-pk").values_list(*columns)[: MAX_IMAGES - len(rows)]
    seen: set[UUID] = set()
    for name, pk, product in chain(rows, newest):
        if product not in seen:
            seen.add(product)
            yield f" {' '.join(split_words(name))}", pk
