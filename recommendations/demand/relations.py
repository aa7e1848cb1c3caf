"""Related searches: prompts of the same sessions, and prompts for the same products.

Only prompts that enough different shoppers or sessions asked are related to others, and none with
personal data. Anyone can make up sessions, so every word of such a prompt is one of the vocabulary
or of the shop's products: nobody can put other words on the shop's pages.

The relation of two prompts is the sum of two cosines: of the askers that asked both in a session,
and of their images, where a click counts more than a place among the first results.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from itertools import combinations
from uuid import UUID

from catalog.vocabulary.languages.concepts import FUNCTION_WORDS
from catalog.vocabulary.languages.lexicon import is_english_word, split_words
from core.ml.known_words import find_known_words
from core.text import fold
from recommendations.analytics.rollup import normalise_text
from recommendations.demand.searches import Search, split_sessions
from recommendations.models import RelatedSearches
from recommendations.query import understand
from recommendations.steering.synonyms import split_phrase

MIN_ASKERS = 5
MAX_PROMPTS = 2_000
MAX_RELATED = 8
MAX_SESSION_PROMPTS = 20
MAX_PROMPTS_OF_IMAGE = 50
MIN_RELATION = 0.05
CLICK_WEIGHT, FOUND_WEIGHT = 3.0, 1.0


def find_related(text: str) -> list[str]:
    """Return the stored prompts that are related to a prompt; needs the shop's scope."""
    rows = RelatedSearches.objects.filter(text=normalise_text(text))
    related: list[str] = rows.values_list("related", flat=True).first() or []
    return related


def has_only_known_words(text: str, *, encoder: str, names: Container[str]) -> bool:
    """Check for a prompt whose words the vocabulary has, or are `names` of products, folded."""
    found = understand(text, encoder=encoder)
    unknown = set(map(fold, found.unknown_words))
    if found.language in (None, "en") and find_known_words(encoder) is None:
        words = {word for word in split_words(text) if word.isalpha()} - FUNCTION_WORDS
        unknown = {word for word in words if not is_english_word(word)}
    return all(word in names for word in unknown)


def relate(searches: list[Search], askers: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Return the related prompts of each of these prompts that has some, the nearest first."""
    relations: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for cosines in (_compare_sessions(searches, askers), _compare_images(searches, askers)):
        for (one, other), cosine in cosines.items():
            relations[one][other] += cosine
            relations[other][one] += cosine
    chosen = {text: _choose(text, found) for text, found in relations.items()}
    return {text: related for text, related in chosen.items() if related}


def find_common(
    searches: Iterable[Search], *, is_presentable: Callable[[str], bool]
) -> dict[str, set[str]]:
    """Return the askers of the prompts that enough of them asked, and that found something."""
    askers: defaultdict[str, set[str]] = defaultdict(set)
    matched = set()
    for search in searches:
        askers[search.text].add(search.asker)
        if search.has_match and search.text not in matched and search.is_public:
            matched.add(search.text)
    enough = [text for text in matched if len(askers[text]) >= MIN_ASKERS]
    enough.sort(key=lambda text: (-len(askers[text]), text))
    return {text: askers[text] for text in enough[:MAX_PROMPTS] if is_presentable(text)}


def _compare_sessions(
    searches: list[Search], common: Mapping[str, set[str]]
) -> dict[tuple[str, str], float]:
    """Return the cosine of the askers of prompts that some asked in one session."""
    pairs: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for session in split_sessions(searches):
        texts = dict.fromkeys(search.text for search in session if search.text in common)
        for pair in combinations(sorted(list(texts)[:MAX_SESSION_PROMPTS]), 2):
            pairs[pair].add(session[0].asker)
    return {
        (one, other): len(askers) / math.sqrt(len(common[one]) * len(common[other]))
        for (one, other), askers in pairs.items()
    }


def _compare_images(
    searches: Iterable[Search], common: Mapping[str, set[str]]
) -> dict[tuple[str, str], float]:
    """Return the cosine of the images of prompts that share some."""
    weights: defaultdict[str, defaultdict[UUID, float]] = defaultdict(lambda: defaultdict(float))
    for search in searches:
        if search.text in common:
            for image in search.found:
                weights[search.text][image] += FOUND_WEIGHT
            for image in search.clicked:
                weights[search.text][image] += CLICK_WEIGHT
    by_image: defaultdict[UUID, list[tuple[float, str]]] = defaultdict(list)
    for text, images in weights.items():
        length = math.sqrt(sum(weight**2 for weight in images.values()))
        for image, weight in images.items():
            by_image[image].append((weight / length, text))
    cosines: defaultdict[tuple[str, str], float] = defaultdict(float)
    for prompts in by_image.values():
        strongest = sorted(prompts, reverse=True)[:MAX_PROMPTS_OF_IMAGE]
        for (weight, one), (other_weight, other) in combinations(strongest, 2):
            cosines[min(one, other), max(one, other)] += weight * other_weight
    return cosines


def _choose(text: str, relations: Mapping[str, float]) -> list[str]:
    """Return the nearest prompts, without other spellings of the prompt and of each other."""
    seen = {frozenset(split_phrase(text))}
    chosen: list[str] = []
    for other in sorted(relations, key=lambda other: (-relations[other], other)):
        words = frozenset(split_phrase(other))
        if relations[other] < MIN_RELATION or len(chosen) == MAX_RELATED:
            break
        if words not in seen:
            seen.add(words)
            chosen.append(other)
    return chosen
