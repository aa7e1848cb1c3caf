"""What a shop's rules do to an image; pure functions.

A rule applies to an image when everything that its target names holds: being one of the
`images`, and each of the facets; within one, any of the values will do.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from catalog.models import Image
from catalog.search.image_facts import Facts
from recommendations.models import Rule

FACETS = ("category", "styles", "age_group", "brand", "colour", "gender")
LIFTING: set[str] = {Rule.Action.PIN, Rule.Action.BOOST}
SIGNS: dict[str, float] = {Rule.Action.BOOST: 1.0, Rule.Action.BURY: -1.0}


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule that is active for what was asked now.

    `images` gives each image its place in the target, and is empty where the target names
    none. `first_pin` counts the pins of the rules before this one.
    """

    name: str
    action: str
    strength: float
    images: Mapping[UUID, int]
    facets: tuple[tuple[str, frozenset[str]], ...]
    first_pin: int

    def applies_to(self, facts: Facts) -> bool:
        if self.images and facts.id not in self.images:
            return False
        return all(_has(facts, name, values) for name, values in self.facets)

    def pin_of(self, facts: Facts) -> int:
        return self.first_pin + self.images.get(facts.id, 0)


@dataclass(frozen=True, slots=True)
class Effect:
    """What rules do to one image.

    `pin`: pinned images stand above all others, the lowest number first; images that one rule
    pins by a facet share a number. `boost`: boosts less burials, from -1 to 1. `reasons`: name
    and action of each rule that had a part in this, in the order of the rules.
    """

    pin: int | None = None
    boost: float = 0.0
    is_hidden: bool = False
    reasons: tuple[tuple[str, str], ...] = ()


UNTOUCHED = Effect()


def active_rules(rules: Iterable[Rule], prompt: str, now: datetime) -> list[ActiveRule]:
    """Return the rules that count for a prompt at a time: the newest first, however they come.

    A rule with `prompts` counts where the prompt holds all the words of any of them, in any
    case; one without, for every prompt and for "", which is what asks without words.
    """
    asked = words_of(prompt)
    active: list[ActiveRule] = []
    pins = 0
    for rule in sorted(rules, key=lambda rule: rule.pk, reverse=True):
        if not (_is_due(rule, now) and _is_meant(rule, asked)):
            continue
        images = {UUID(pk): place for place, pk in enumerate(rule.target.get("images", ()))}
        facets = tuple(
            (name, frozenset(value.lower() for value in rule.target[name]))
            for name in FACETS
            if name in rule.target
        )
        active.append(ActiveRule(rule.name, rule.action, rule.strength, images, facets, pins))
        if rule.action == Rule.Action.PIN:
            pins += max(len(images), 1)
    return active


def effects_of(facts: Facts, rules: Sequence[ActiveRule]) -> Effect:
    """Return what rules, as `active_rules` gives them, do to an image.

    Hiding beats all else. What is out of stock is neither pinned nor boosted.
    """
    if not rules:
        return UNTOUCHED
    applying = [rule for rule in rules if rule.applies_to(facts)]
    if hiding := [rule for rule in applying if rule.action == Rule.Action.HIDE]:
        return Effect(is_hidden=True, reasons=_reasons(hiding))
    if facts.availability == Image.Availability.OUT_OF_STOCK:
        applying = [rule for rule in applying if rule.action not in LIFTING]
    pins = [rule.pin_of(facts) for rule in applying if rule.action == Rule.Action.PIN]
    boost = math.fsum(SIGNS.get(rule.action, 0.0) * rule.strength for rule in applying)
    return Effect(
        pin=min(pins, default=None),
        boost=max(-1.0, min(1.0, boost)),
        reasons=_reasons(applying),
    )


def words_of(text: str) -> frozenset[str]:
    """Return the words of a prompt as rules compare them."""
    return frozenset(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _is_due(rule: Rule, now: datetime) -> bool:
    has_begun = rule.starts_at is None or rule.starts_at <= now
    return rule.is_active and has_begun and (rule.ends_at is None or now < rule.ends_at)


def _is_meant(rule: Rule, asked: frozenset[str]) -> bool:
    return not rule.prompts or any(words_of(phrase) <= asked for phrase in rule.prompts)


def _has(facts: Facts, name: str, values: frozenset[str]) -> bool:
    if name == "styles":
        return not values.isdisjoint(facts.styles)
    return getattr(facts, name) in values


def _reasons(rules: Iterable[ActiveRule]) -> tuple[tuple[str, str], ...]:
    return tuple((rule.name, str(rule.action)) for rule in rules)
