"""Everything that an answer needs and that can be read before its vector is there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import timezone

from catalog.models import VectorIndex
from catalog.search.candidates import (
    NO_TEXT_MATCHES,
    TextMatches,
    find_brands,
    find_by_words,
)
from catalog.vocabulary.languages.lexicon import split_words
from core.redaction import redact_all
from core.text import fold, has_digit
from recommendations.answers.pages import EarlierPages, read_earlier_pages
from recommendations.models import Rule
from recommendations.query import Query, Understanding, write_alternatives
from recommendations.ranking.taste import Visitor, read_visitor
from recommendations.steering.rules import ActiveRule, select_active_rules
from recommendations.steering.weights import (
    ChosenWeights,
    Steering,
    choose_weights,
    read_steering,
)
from tenants.models import Shop


@dataclass(slots=True)
class Stopwatch:
    """Measures how long the parts of an answer take, in milliseconds."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, part: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timings[part] = round((time.perf_counter() - start) * 1000, 1)


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """Everything an answer needs that can be read before the query's vector is there.

    `is_code`: the query is a code of the shop's, which finds its product and nothing else.
    """

    shop: Shop
    index: VectorIndex
    query: Query
    watch: Stopwatch
    visitor: Visitor
    chosen: ChosenWeights
    rules: list[ActiveRule]
    text_matches: TextMatches
    understood: Understanding | None
    earlier: EarlierPages
    is_code: bool = False


def read_context(
    *,
    shop: Shop,
    index: VectorIndex,
    query: Query,
    watch: Stopwatch,
    steering: Steering | None = None,
) -> AnswerContext:
    """Read the visitor, the shop's weights and rules, and the images with the query's words.

    `steering` is read if it is not given. Raises `UnknownPage`.
    """
    earlier = EarlierPages()
    if query.cursor:
        earlier = read_earlier_pages(query, redact_request(query.request))
    now = timezone.now()
    visitor = read_visitor(
        shop=shop, index=index, external_id=query.shopper, session=query.session, now=now
    )
    steering = steering or read_steering(shop)
    chosen = ChosenWeights(steering.weights)
    if steering.has_experiment:
        chosen = choose_weights(shop, steering.weights, query.shopper)
    if query.diversity is not None:
        chosen = replace(chosen, weights=replace(chosen.weights, diversity=query.diversity))
    rules = select_active_rules(steering.rules, f"{query.words} {query.english_words}", now)
    text_matches = (
        _find_by_words(query, shop.language) if chosen.weights.text > 0 else NO_TEXT_MATCHES
    )
    if is_code := _is_code(query, text_matches):
        text_matches = text_matches.narrow_to_code()
        rules = [rule for rule in rules if rule.action == Rule.Action.HIDE]
    return AnswerContext(
        shop=shop,
        index=index,
        query=query,
        watch=watch,
        visitor=visitor,
        chosen=chosen,
        rules=rules,
        text_matches=text_matches,
        understood=_recognise_brands(query.understood, shop.language),
        earlier=earlier,
        is_code=is_code,
    )


def _find_by_words(query: Query, language: str) -> TextMatches:
    """Find images by the shopper's own words, their English meaning and the shop's synonyms."""
    if not query.wanted_words:
        return NO_TEXT_MATCHES
    alternatives = write_alternatives(query.wanted_words, query.synonyms)
    texts = (query.wanted_words, query.english_words, *alternatives)
    return find_by_words(texts, language=language)


def _is_code(query: Query, found: TextMatches) -> bool:
    """Return whether a code with a digit is all that is asked for; words may be codes by chance."""
    is_possible = has_digit(query.wanted_words) and not query.photos and not query.images
    return bool(found.by_code) and is_possible


def _recognise_brands(understood: Understanding | None, language: str) -> Understanding | None:
    """Remove the shop's brands from the unknown words: the search by words finds them."""
    if understood is None or not understood.unknown_words:
        return understood
    found = find_brands(understood.unknown_words, language=language)
    brands = {word for name in found for word in split_words(name)}
    rest = tuple(word for word in understood.unknown_words if fold(word) not in brands)
    nearest = tuple(near for near in understood.nearest if near.written in rest)
    return replace(understood, unknown_words=rest, nearest=nearest)


def redact_request(request: dict[str, Any]) -> dict[str, Any]:
    """Redact what people wrote; the shop's own ids stay as they are."""
    ids = {name: request[name] for name in ("shopper", "session") if name in request}
    redacted: dict[str, Any] = redact_all(request)
    return redacted | ids
