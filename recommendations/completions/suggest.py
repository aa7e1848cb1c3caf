"""Suggest prompts, categories, brands and products of the shop while a shopper types.

Categories, brands and the words for corrections are in the memory of the process. Prompts are the
shopper's own ones and those that enough others asked (`recommendations.demand`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import nsmallest
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, FloatField, OuterRef, Q, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.models import Image, ShopWord, Variant
from catalog.search.shop_words import ShopTerm, ShopWords, read_shop_words
from catalog.vocabulary.languages.lexicon import split_words
from catalog.vocabulary.terms import make_key, write_beginnings
from core.tenancy import scoped_shop_id
from recommendations.analytics.rollup import make_lowest_id, normalise_text
from recommendations.completions.typed_text import TypedText, read_typed_text
from recommendations.demand.searches import is_public
from recommendations.feedback.shoppers import find_shopper, read_preferences
from recommendations.models import CommonPrompt, ImagePopularity, Prompt
from recommendations.query.corrections import Correction
from tenants.models import Shop, Shopper

# Of more images with the words of a text, some are suggested.
MAX_IMAGES = 100
# The index reads all names with a beginning. Where more products have it, only these are looked at.
MANY_PRODUCTS, LOOKED_AT = 2_000, 500
MAX_OWN_PROMPTS = 200
DAYS_OF_OWN_PROMPTS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PromptSuggestion:
    """A prompt; `is_own`: of the shopper, and not of others."""

    text: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class NameSuggestion:
    """A category or a brand, and how many products have it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ProductSuggestion:
    """A product under the shop's own id, and one of its images."""

    external_id: str
    name: str
    brand: str
    link: str
    image: UUID


@dataclass(frozen=True, slots=True)
class Completions:
    """What a text may become, each kind the best first."""

    corrections: Sequence[Correction] = ()
    prompts: Sequence[PromptSuggestion] = ()
    categories: Sequence[NameSuggestion] = ()
    brands: Sequence[NameSuggestion] = ()
    products: Sequence[ProductSuggestion] = ()


def suggest_completions(
    *, shop: Shop, text: str, external_id: str | None, limit: int
) -> Completions:
    """Return up to `limit` suggestions of each kind; needs the shop's scope.

    Makes up to four queries, and up to three more for a shopper.
    """
    own = read_shop_words(shop)
    typed = read_typed_text(text, own=own)
    if not typed.beginnings:
        return Completions()
    shopper = find_shopper(shop, external_id) if external_id else None
    liked = read_preferences(shopper).liked if shopper else {}
    return Completions(
        corrections=typed.corrections,
        prompts=_find_prompts(typed, shopper, limit),
        categories=_find_names(typed, own, ShopWord.Kind.CATEGORY, liked, limit),
        brands=_find_names(typed, own, ShopWord.Kind.BRAND, liked, limit),
        products=_find_products(typed, own, limit),
    )


def _find_prompts(typed: TypedText, shopper: Shopper | None, limit: int) -> list[PromptSuggestion]:
    rows = CommonPrompt.objects.order_by("-askers", "text")
    for beginning in typed.beginnings:
        rows = rows.filter(words__contains=f" {beginning}")
    found = dict.fromkeys(_find_own_prompts(typed, shopper) if shopper else (), True)
    for text in rows.values_list("text", flat=True)[: limit + len(found)]:
        found.setdefault(text, False)
    return [PromptSuggestion(*one) for one in found.items()][:limit]


def _find_own_prompts(typed: TypedText, shopper: Shopper) -> Iterator[str]:
    """Yield the shopper's prompts that found something, the newest first."""
    first = make_lowest_id(timezone.now() - DAYS_OF_OWN_PROMPTS)
    prompts = Prompt.objects.filter(
        shopper=shopper, source=Prompt.Source.SEARCH, feed=None, pk__gt=first
    ).exclude(prompt="")
    # In the order of the shopper's index, which has no ids.
    rows = prompts.exclude(results=[]).order_by("-created_at")
    for prompt in rows.values_list("prompt", flat=True)[:MAX_OWN_PROMPTS]:
        text = normalise_text(prompt)
        if typed.matches(split_words(text)) and is_public(text):
            yield text


def _find_names(
    typed: TypedText,
    own: ShopWords,
    kind: ShopWord.Kind,
    liked: dict[str, Any],
    limit: int,
) -> list[NameSuggestion]:
    """Return names with a word that begins like the last one; the others need not match."""
    preferred = {" ".join(split_words(name)) for name in liked.get(kind.value, ())}
    *others, last = typed.beginnings

    def order(term: ShopTerm) -> tuple[object, ...]:
        words = term.folded.split()
        matched = sum(any(word.startswith(one) for word in words) for one in others)
        return -matched, term.folded not in preferred, -term.count, term.folded

    terms = {term for term in own.list_names(last) if term.kind == kind}
    return [NameSuggestion(term.written, term.count) for term in nsmallest(limit, terms, key=order)]


def _find_products(typed: TypedText, own: ShopWords, limit: int) -> list[ProductSuggestion]:
    """Return products with all words in the name of an image, the most popular first."""
    popularity = ImagePopularity.objects.filter(image=OuterRef("pk")).values("score")
    images = (
        Image.objects.searchable()
        .filter(_match_names(typed, own), product__isnull=False)
        .exclude(availability=Variant.Availability.OUT_OF_STOCK)
        .annotate(popularity=Coalesce(Subquery(popularity), Value(0.0), output_field=FloatField()))
        .order_by()
    )
    rows = images.values_list(
        *("popularity", "name", "pk", "product_id", "product__external_id", "brand", "link")
    )
    found: dict[UUID, ProductSuggestion] = {}
    best = sorted(rows, key=lambda row: (-row[0], len(row[1]), row[1], row[2]))
    for _, name, pk, product, external_id, brand, link in best:
        suggestion = ProductSuggestion(external_id, name, brand, link, pk)
        found.setdefault(product, suggestion)
    return list(found.values())[:limit]


def _match_names(typed: TypedText, own: ShopWords) -> Q:
    """Return the condition for images with all words in their names.

    Of words that are all frequent, only the most popular images are looked at, or the newest ones
    where nobody knows what is popular.
    """
    query = write_beginnings(typed.beginnings, key=make_key(scoped_shop_id()))
    if min(own.count_products(one) for one in typed.beginnings) <= MANY_PRODUCTS:
        parameters = [query, [Image.Status.PUBLISHED], MAX_IMAGES]
        return Q(pk__in=RawSQL("SELECT find_images(%s::tsquery, %s::text[], %s)", parameters))
    popular = ImagePopularity.objects.order_by("-score").values_list("image_id", flat=True)
    newest = Image.objects.searchable().order_by("-pk").values_list("pk", flat=True)
    ids = list(popular[:LOOKED_AT]) or list(newest[:LOOKED_AT])
    has_words = RawSQL(
        "EXISTS (SELECT FROM catalog_imagedocument AS document"
        " WHERE document.image_id = catalog_image.id AND document.words @@ %s::tsquery)",
        [query],
        output_field=BooleanField(),
    )
    return Q(has_words, pk__in=ids)
