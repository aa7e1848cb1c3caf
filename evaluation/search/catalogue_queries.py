"""Queries that need no judge: a shop's own titles and facets.

What is relevant follows from the catalogue: the images of that title, or those that have the
facets. A fact that the catalogue lacks counts as not true, which can only lower a figure.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from uuid import UUID

from catalog.search.public_images import ImageFacts
from evaluation.search.catalogue import Catalogue
from evaluation.search.judgements import Query

TITLE, COLOUR, STYLE, BRAND = "title", "colour category", "style category", "brand"
MIN_ITEMS = 2  # a facet query that fewer items answer is left out


def title_queries(catalogue: Catalogue) -> list[Query]:
    """Ask for every title; each image that has it is meant."""
    named: defaultdict[str, list[UUID]] = defaultdict(list)
    for image, listing in catalogue.listings.items():
        named[" ".join(listing.name.split()).lower()].append(image)
    return [Query(TITLE, title, catalogue.grades_for(images)) for title, images in named.items()]


def facet_queries(catalogue: Catalogue) -> list[Query]:
    """Ask for every colour and style of every category, and for every brand."""
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
