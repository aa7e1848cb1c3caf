"""Understand a query's texts, and narrow the query to what they ask for.

Prices, sizes and sales become filters on variants, unless the request has such a filter itself.
What a text excludes is left out of the answer; what no facet tells is also sought away from.
"""

from collections.abc import Sequence
from dataclasses import replace

from catalog.models import Product, Variant
from catalog.search.filters import VariantFilter, find_currencies
from catalog.search.shop_words import ShopWords, read_shop_words
from catalog.vocabulary.languages.concepts import Role
from core.text import fold
from recommendations.query.constraints.exclusions import Exclusion
from recommendations.query.constraints.prompt import ConstraintKind
from recommendations.query.constraints.size_names import SizeWish
from recommendations.query.direction import AnswerOrder, Query, Term
from recommendations.query.interpretation import Interpretation, ShopContext, interpret
from recommendations.query.product_numbers import find_number
from recommendations.query.synonyms import SynonymTable, read_synonyms
from recommendations.query.understanding import Chip, Understanding, combine, understand
from tenants.models import Shop

# Of an excluded thing that no facet tells, such as a hood.
AWAY = -0.25
_TOLD_BY_FACETS = frozenset({Role.COLOUR, Role.SHADE, Role.KIND})


def understand_query(
    query: Query, *, encoder: str, shop: Shop, synonyms: SynonymTable | None = None
) -> Query:
    """Return a query whose texts are understood, narrowed to what they ask for.

    `synonyms` replace the shop's own. Needs the shop's scope. Raises `EncoderUnavailable`.
    """
    table = read_synonyms(shop) if synonyms is None else synonyms
    context = ShopContext(shop.default_currency, read_shop_words(shop), table)
    texts: list[str] = []
    found: list[Interpretation | None] = []
    for term in query.terms:
        is_read = query.is_interpreted and term.weight > 0
        number = find_number(term.text) if is_read else None
        texts.append(number or term.text)
        found.append(
            _interpret(term.text, encoder, context, shop) if is_read and not number else None
        )
    understandings = [
        one.understanding if one else understand(text, encoder=encoder)
        for text, one in zip(texts, found, strict=True)
    ]
    wanted = [one.wanted if one else text for text, one in zip(texts, found, strict=True)]
    read = [one for one in found if one]
    understood = combine(understandings)
    exclusions = tuple(exclusion for one in read for exclusion in one.exclusions)
    for one in read:
        query, ignored = _narrow(query, one, shop)
        understood = _mark_ignored(understood, ignored)
    away = [exclusion.english for exclusion in exclusions if not _is_told(exclusion)]
    return replace(
        query,
        terms=(*query.terms, *(Term(text, AWAY) for text in away)),
        understandings=(*understandings, *(understand(text, encoder=encoder) for text in away)),
        wanted_texts=(*wanted, *away),
        understood=understood,
        exclusions=exclusions,
        wearer=next((one.wearer for one in read if one.wearer), None),
    )


def _interpret(text: str, encoder: str, context: ShopContext, shop: Shop) -> Interpretation:
    """Interpret a text; what the shop has in its products is not misspelt, counted or not."""
    found = interpret(text, encoder=encoder, shop=context)
    used = [
        one.written
        for one in found.understanding.corrections
        if Product.objects.matching(one.written, language=shop.language).exists()
    ]
    if not used:
        return found
    counts = {**context.words.counts, **{fold(word): 1 for word in used}}
    words = ShopWords(context.words.terms, counts)
    return interpret(text, encoder=encoder, shop=replace(context, words=words))


def _narrow(query: Query, found: Interpretation, shop: Shop) -> tuple[Query, set[str]]:
    """Return a query with the constraints of a text, and the kinds of those that do not apply."""
    read, variants, ignored = found.constraints, query.facets.variants, set[str]()
    if price := read.price:
        currencies = find_currencies(shop, price.currency)
        if currencies and variants.price_min is None and variants.price_max is None:
            variants = replace(
                variants,
                price_min=price.price_min,
                price_max=price.price_max,
                currencies=currencies,
            )
        else:
            ignored.add(ConstraintKind.PRICE)
    if read.sizes:
        forms = () if variants.sizes else _find_sizes(read.sizes)
        variants = replace(variants, sizes=forms or variants.sizes)
        if not forms:
            ignored.add(ConstraintKind.SIZE)
    if read.reduced:
        variants = replace(variants, is_reduced=True)
    facets = replace(query.facets, variants=variants)
    if found.brands:
        facets = replace(facets, brands=facets.brands or found.brands)
    query = replace(query, facets=facets)
    if read.new and query.order is AnswerOrder.RELEVANCE:
        query = replace(query, order=AnswerOrder.NEWEST, is_order_read=True)
    return query, ignored


def _find_sizes(sizes: Sequence[SizeWish]) -> tuple[str, ...]:
    """Return the sizes as the shop may write them; none if it has none of them."""
    forms = tuple(form for size in sizes for form in size.forms)
    plain = tuple(form.partition(" ")[2] for form in forms if form.partition(" ")[2])
    for written in (forms, plain):
        if written and Variant.objects.filter(VariantFilter(sizes=written).condition()).exists():
            return written
    return ()


def _mark_ignored(understood: Understanding | None, ignored: set[str]) -> Understanding | None:
    if understood is None or not ignored:
        return understood
    chips = (_mark(chip, ignored) for chip in understood.chips)
    return replace(understood, chips=tuple(chips))


def _mark(chip: Chip, ignored: set[str]) -> Chip:
    return replace(chip, is_applied=False) if chip.kind in ignored else chip


def _is_told(exclusion: Exclusion) -> bool:
    role = exclusion.concept.role if exclusion.concept else None
    return role in _TOLD_BY_FACETS or exclusion.is_brand or bool(exclusion.patterns)
