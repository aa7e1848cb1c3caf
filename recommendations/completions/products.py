"""Find the products whose names have the typed words, the most popular first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from catalog.models import Image
from catalog.search.shop_words import ShopWords
from catalog.vocabulary.languages.lexicon import split_words
from catalog.vocabulary.terms import make_key, write_beginnings
from core.tenancy import scoped_shop_id
from recommendations.completions.popular import Popular, find_words
from recommendations.completions.typed_text import TypedText

# Of more images with the words of a text, some are suggested.
MAX_IMAGES = 100
# The index reads all names with a beginning. Where more products have it, popular ones must do.
MANY_PRODUCTS = 2_000


@dataclass(frozen=True, slots=True)
class ProductSuggestion:
    """A product under the shop's own id, and one of its images."""

    external_id: str
    name: str
    brand: str
    link: str
    image: UUID


def find_products(
    typed: TypedText, own: ShopWords, popular: Popular, limit: int
) -> list[ProductSuggestion]:
    """Return products with all words in the name of an image, the most popular first."""
    # Some may have changed since they were read.
    ids = find_words(popular.images, typed.beginnings)[: 2 * limit]
    found = _read_products(typed, "= ANY(%s)", [ids]) if len(ids) >= limit else []
    if len(found) < limit:
        counts = {beginning: own.count_products(beginning) for beginning in typed.beginnings}
        if min(counts.values()) <= MANY_PRODUCTS:
            # A word of products that were not counted yet: one that is frequent takes longer.
            new = [beginning for beginning, count in counts.items() if not count]
            found = _search_products(typed, new or typed.beginnings)
        elif len(ids) < limit:
            found = _read_products(typed, "= ANY(%s)", [ids])
    return found[:limit]


def _search_products(typed: TypedText, beginnings: Iterable[str]) -> list[ProductSuggestion]:
    """Return the products of images that the index finds by these beginnings."""
    query = write_beginnings(beginnings, key=make_key(scoped_shop_id()))
    return _read_products(typed, _WITH_WORDS, [query, [Image.Status.PUBLISHED], MAX_IMAGES])


_WITH_WORDS = "IN (SELECT find_images(%s::tsquery, %s::text[], %s))"
# By hand, because Django takes longer to write this query than Postgres to answer it.
_PRODUCTS = """
SELECT image.product_id, product.external_id, image.name, image.brand, image.link, image.id
FROM catalog_image AS image
JOIN catalog_product AS product ON product.id = image.product_id
LEFT JOIN recommendations_imagepopularity AS popularity ON popularity.image_id = image.id
WHERE image.id {condition} AND image.deleted_at IS NULL
    AND image.status = 'published' AND image.availability <> 'out_of_stock'
ORDER BY coalesce(popularity.score, 0) DESC, length(image.name), image.name, image.id
"""


def _read_products(
    typed: TypedText, condition: str, parameters: Sequence[Any]
) -> list[ProductSuggestion]:
    """Return the products of images that can be bought and have the words, the best first."""
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCTS.format(condition=condition), parameters)
        rows = cursor.fetchall()
    found: dict[UUID, ProductSuggestion] = {}
    for product, external_id, name, brand, link, pk in rows:
        if product not in found and typed.matches(split_words(name)):
            found[product] = ProductSuggestion(external_id, name, brand, link, pk)
    return list(found.values())
