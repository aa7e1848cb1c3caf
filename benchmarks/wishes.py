"""What is asked of the generated catalogue, with what its own facts say answers it.

Words find some of it (numbers, brands, titles, shades that only descriptions name), looks find
other (words for kinds, and for moods, that no page holds).
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

# In no title; the features of which any answers it.
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


def wishes(catalogue: Catalogue) -> list[Query]:
    """Return the queries to a shop of generated garments, in its scope, by kind."""
    listings = catalogue.listings
    pages = Image.objects.filter(pk__in=listings).values_list("pk", "attributes")
    asked: defaultdict[str, defaultdict[str, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    for image, features in pages:
        for kind, prompt in _prompts(listings[image], features):
            asked[kind][prompt].append(image)
    told = title_queries(catalogue) + facet_queries(catalogue)
    told += [
        Query(kind, prompt, dict.fromkeys(images, 1))
        for kind, prompts in asked.items()
        for prompt, images in sorted(prompts.items())
    ]
    kinds = sorted({query.kind for query in told})
    return [
        query
        for kind in kinds
        for query in sample([query for query in told if query.kind == kind], MAX_QUERIES_PER_KIND)
    ]


def _prompts(listing: Listing, features: Features) -> Iterator[tuple[str, str]]:
    """Yield each prompt that a garment answers, after the kind of prompt that it is."""
    kind, colour = features["kind"], listing.facts.colour
    yield "number", listing.sku
    yield "category", kind
    if features["pattern"] != "plain":
        yield "pattern category", f"{features['pattern']} {kind}"
    if features["shade"] != colour:
        yield "shade category", f"{features['shade']} {kind}"
    for word in set(SYNONYMS[kind]) - {kind}:
        yield "other word", f"{colour} {word}"
    for mood, meant in MOODS.items():
        if any(features.get(name) in values for name, values in meant.items()) or (
            not listing.facts.styles.isdisjoint(meant.get("style", ()))
        ):
            yield "mood", mood
