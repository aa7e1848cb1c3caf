"""Queries to a shop of generated garments, with the relevant images by their known facts.

Some need words (numbers, brands, titles, shades that only descriptions name), others need vectors
(other words for kinds, and moods, which are in no text).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from catalog.models import Image
from demo.garments import SYNONYMS
from evaluation.search.catalogue import Catalogue, Listing
from evaluation.search.catalogue_queries import facet_queries, title_queries
from evaluation.search.judgements import Query
from evaluation.statistics import sample

Features: TypeAlias = Mapping[str, str]
MAX_QUERIES_PER_KIND = 30

# Prompts without a word of any title; images with any of these features are relevant.
MOODS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "for the gym": {"style": ("sporty",)},
    "to wear at the beach": {"style": ("beach",)},
    "job interview outfit": {"style": ("business",)},
    "night out in a club": {"style": ("party",)},
    "hiking in the mountains": {"style": ("outdoor",)},
    "wedding guest": {"style": ("elegant",)},
    "skater look": {"style": ("streetwear",)},
    "keep me warm in winter": {"kind": ("coat", "jumper", "scarf"), "cut": ("puffer", "beanie")},
    "hot summer day": {"sleeve": ("sleeveless",), "kind": ("shorts",)},
    "a present for a newborn": {"kind": ("bodysuit",)},
    "something to carry my things": {"kind": ("bag",)},
    "what to put on my feet": {"kind": ("sneakers", "boots")},
    "cover my head": {"kind": ("hat",), "neckline": ("hooded",)},
    "animal skin": {"pattern": ("leopard",)},
    "flowery": {"pattern": ("floral",)},
    "polka dots": {"pattern": ("dotted",)},
    "tartan": {"pattern": ("checked",)},
})  # fmt: skip


def build_queries(catalogue: Catalogue) -> list[Query]:
    """Return the queries by kind; needs the shop's scope."""
    listings = catalogue.listings
    pages = Image.objects.filter(pk__in=listings).values_list("pk", "attributes")
    relevant: defaultdict[tuple[str, str], list[UUID]] = defaultdict(list)
    for image, features in pages:
        for kind_and_prompt in _prompts(listings[image], features):
            relevant[kind_and_prompt].append(image)
    queries = title_queries(catalogue) + facet_queries(catalogue)
    queries += [
        Query(kind, prompt, dict.fromkeys(images, 1))
        for (kind, prompt), images in sorted(relevant.items())
    ]
    kinds = sorted({query.kind for query in queries})
    return [
        query
        for kind in kinds
        for query in sample([q for q in queries if q.kind == kind], MAX_QUERIES_PER_KIND)
    ]


def _prompts(listing: Listing, features: Features) -> Iterator[tuple[str, str]]:
    """Yield (kind of prompt, prompt) for each prompt that the garment is relevant to."""
    kind, colour = features["kind"], listing.facts.colour
    yield "number", listing.sku
    yield "category", kind
    if features["pattern"] != "plain":
        yield "pattern category", f"{features['pattern']} {kind}"
    if features["shade"] != colour:
        yield "shade category", f"{features['shade']} {kind}"
    for word in set(SYNONYMS[kind]) - {kind}:
        yield "other word", f"{colour} {word}"
    for mood, wanted in MOODS.items():
        if any(features.get(name) in values for name, values in wanted.items()) or (
            not listing.facts.styles.isdisjoint(wanted.get("style", ()))
        ):
            yield "mood", mood
