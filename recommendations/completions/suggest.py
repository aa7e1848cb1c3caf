"""Suggest prompts, categories, brands and products of the shop while a shopper types.

Categories, brands, the words for corrections and what is popular are in the memory of the process.
Prompts are the shopper's own ones and those that enough others asked (`recommendations.demand`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from catalog.models import ShopWord
from catalog.search.shop_words import ShopTerm, ShopWords, read_shop_words
from catalog.vocabulary.languages.lexicon import split_words
from recommendations.analytics.rollup import normalise_text
from recommendations.completions.popular import Popular, find_words, read_popular
from recommendations.completions.products import ProductSuggestion, find_products
from recommendations.completions.typed_text import TypedText, read_typed_text
from recommendations.completions.wishes import NO_WISHES, Wishes, read_wishes
from recommendations.demand.searches import is_public
from recommendations.query.corrections import Correction
from tenants.models import Shop


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

    Makes up to two queries, one more for a shopper, and four if what is popular has to be read.
    """
    own = read_shop_words(shop)
    typed = read_typed_text(text, own=own)
    if not typed.beginnings:
        return Completions()
    popular = read_popular(shop.pk)
    wishes = read_wishes(shop.pk, external_id) if external_id else NO_WISHES
    return Completions(
        corrections=typed.corrections,
        prompts=_find_prompts(typed, popular, wishes, limit),
        categories=_find_names(typed, own, ShopWord.Kind.CATEGORY, wishes, limit),
        brands=_find_names(typed, own, ShopWord.Kind.BRAND, wishes, limit),
        products=find_products(typed, own, popular, limit),
    )


def _find_prompts(
    typed: TypedText, popular: Popular, wishes: Wishes, limit: int
) -> list[PromptSuggestion]:
    own = (
        text
        for text in map(normalise_text, wishes.prompts)
        if typed.matches(split_words(text)) and is_public(text)
    )
    found = dict.fromkeys(islice(own, limit), True)
    for text in find_words(popular.prompts, typed.beginnings)[: limit + len(found)]:
        found.setdefault(text, False)
    return [PromptSuggestion(*one) for one in found.items()][:limit]


def _find_names(
    typed: TypedText,
    own: ShopWords,
    kind: ShopWord.Kind,
    wishes: Wishes,
    limit: int,
) -> list[NameSuggestion]:
    """Return names with a word that begins like the last one; the others need not match."""
    preferred = {" ".join(split_words(name)) for name in wishes.liked.get(kind.value, ())}
    *others, last = typed.beginnings

    def order(term: ShopTerm) -> tuple[object, ...]:
        words = term.folded.split()
        matched = sum(any(word.startswith(one) for word in words) for one in others)
        return -matched, term.folded not in preferred, -term.count, term.folded

    terms = {term for term in own.list_names(last) if term.kind == kind}
    return [NameSuggestion(term.written, term.count) for term in nsmallest(limit, terms, key=order)]
