"""Queries made from the catalogue: a shop's own titles and facets.

Relevant are the images with the title, or with the facets. A fact that is missing in the catalogue
counts as false, which can only lower a figure.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from uuid import UUID

from catalog.search.public_images import ImageFacts
from evaluation.search.catalogue import Catalogue
from evaluation.search.judgements import Query

TITLE, COLOUR, STYLE, BRAND = "title", "colour category", "style category", "brand"
MIN_ITEMS = 2  # facet queries with fewer relevant items are left out


def title_queries(catalogue: Catalogue) -> list[Query]:
    """Return a query for every title; it means each image with this title."""
    named: defaultdict[str, list[UUID]] = defaultdict(list)
    for image, listing in catalogue.listings.items():
        named[" ".join(listing.name.split()).lower()].append(image)
    return [Query(TITLE, title, catalogue.grades_for(images)) for title, images in named.items()]


def facet_queries(catalogue: Catalogue) -> list[Query]:
    """Return queries for every colour and style of every category, and for every brand."""
    wanted: defaultdict[tuple[str, str], dict[UUID, int]] = defaultdict(dict)
    for image, listing in catalogue.listings.items():
        for query in _facet_prompts(listing.facts):
            wanted[query][image] = 1
    return [
        Query(kind, prompt, relevant)
        for (kind, prompt), relevant in sorted(wanted.items())
        if len({catalogue.item_of(image) for image in relevant}) >= MIN_ITEMS
    ]


def _facet_prompts(facts: ImageFacts) -> Iterator[tuple[str, str]]:
    for kind, values in ((COLOUR, {facts.colour}), (STYLE, facts.styles)):
        for value, category in product(values - {""}, {facts.category} - {""}):
            yield kind, f"{value} {category}"
    if facts.brand:
        yield BRAND, facts.brand
