"""A shop's rules: stored, selected for a query, and applied to images.

A rule applies to an image that has everything the rule's target names: it is one of the `images`,
and it has one of the values of each facet. Images of narrower categories have the wider ones too.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from catalog.models import Variant
from catalog.search.public_images import ImageFacts
from core.errors import Conflict, DomainError
from recommendations.models import Rule
from tenants.models import Shop

MAX_RULES = 200
FACETS = ("category", "styles", "age_group", "brand", "colour", "gender")
PROMOTING: set[str] = {Rule.Action.PIN, Rule.Action.BOOST}
SIGNS: dict[str, float] = {Rule.Action.BOOST: 1.0, Rule.Action.BURY: -1.0}


class TooManyRules(Conflict):
    """The shop has as many rules as allowed; every answer checks all of them."""

    code = "too_many_rules"


class RuleGone(DomainError):
    """The rule was deleted while the request was running."""

    status_code = 404
    code = "not_found"


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule that is active for the present query.

    `images`: position of each image in the target, empty where the target names none.
    `first_pin`: number of places that the pins of earlier rules take.
    """

    name: str
    action: str
    strength: float
    images: Mapping[UUID, int]
    facets: tuple[tuple[str, frozenset[str]], ...]
    first_pin: int

    def applies_to(self, facts: ImageFacts) -> bool:
        if self.images and facts.id not in self.images:
            return False
        return all(_has_facet(facts, name, values) for name, values in self.facets)


@dataclass(frozen=True, slots=True)
class Effect:
    """The combined effect of rules on one image.

    `pin`: pinned images come before all others, lowest number first; images that one rule pins by
    a facet share a number. `boost`: sum of boosts and burials, -1 to 1. `reasons`: name and action
    of each rule that took part, in the order of the rules.
    """

    pin: int | None = None
    boost: float = 0.0
    is_hidden: bool = False
    reasons: tuple[tuple[str, str], ...] = ()


def read_enabled_rules(shop_id: UUID) -> list[Rule]:
    """Return the rules that a shop has switched on, for all prompts and dates."""
    return list(Rule.objects.filter(shop_id=shop_id, is_active=True))


def create_rule(*, shop: Shop, fields: Mapping[str, Any]) -> Rule:
    """Add a rule; raises `TooManyRules`."""
    with transaction.atomic():
        # Requests that add a rule to this shop run one after another; nothing else waits.
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        if Rule.objects.filter(shop=shop).count() >= MAX_RULES:
            raise TooManyRules(f"A shop has at most {MAX_RULES} rules; delete one first.")
        rule: Rule = Rule.objects.create(shop=shop, **fields)
    return rule


def update_rule(*, rule: Rule, fields: Mapping[str, Any]) -> None:
    """Change a rule; raises `RuleGone` if it was deleted in the meantime."""
    with transaction.atomic():
        if not Rule.objects.filter(pk=rule.pk).update(**fields, updated_at=timezone.now()):
            raise RuleGone("This rule was deleted in the meantime.")
        rule.refresh_from_db()


def select_active_rules(rules: Iterable[Rule], prompt: str, now: datetime) -> list[ActiveRule]:
    """Return the rules that are active for a prompt at a time, the newest first.

    A rule with `prompts` is active if the prompt contains all words of one of them, in any case.
    A rule without is active for every prompt, and for "", a query without words.
    """
    words = split_words(prompt)
    active: list[ActiveRule] = []
    pins = 0
    for rule in sorted(rules, key=lambda rule: rule.pk, reverse=True):
        if not _is_active(rule, words, now):
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


def is_in_force(rule: Rule, now: datetime) -> bool:
    """Return whether a rule is switched on, and its time has come and is not over."""
    has_started = rule.starts_at is None or rule.starts_at <= now
    is_over = rule.ends_at is not None and rule.ends_at <= now
    return rule.is_active and has_started and not is_over


def apply_rules(facts: ImageFacts, rules: Sequence[ActiveRule]) -> Effect:
    """Return the effect of rules, in the order of `select_active_rules`, on an image.

    Hiding overrides everything else. Sold-out images are neither pinned nor boosted.
    """
    if not rules:
        return Effect()
    applying = [rule for rule in rules if rule.applies_to(facts)]
    if hiding := [rule for rule in applying if rule.action == Rule.Action.HIDE]:
        return Effect(is_hidden=True, reasons=_list_reasons(hiding))
    if facts.availability == Variant.Availability.OUT_OF_STOCK:
        applying = [rule for rule in applying if rule.action not in PROMOTING]
    pins = [
        rule.first_pin + rule.images.get(facts.id, 0)
        for rule in applying
        if rule.action == Rule.Action.PIN
    ]
    boost = math.fsum(SIGNS.get(rule.action, 0.0) * rule.strength for rule in applying)
    return Effect(
        pin=min(pins, default=None),
        boost=max(-1.0, min(1.0, boost)),
        reasons=_list_reasons(applying),
    )


def split_words(text: str) -> frozenset[str]:
    """Return the words of a prompt as rules compare them: NFKC, case folded."""
    return frozenset(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _is_active(rule: Rule, words: frozenset[str], now: datetime) -> bool:
    if not is_in_force(rule, now):
        return False
    return not rule.prompts or any(split_words(phrase) <= words for phrase in rule.prompts)


def _has_facet(facts: ImageFacts, name: str, values: frozenset[str]) -> bool:
    if name == "styles":
        return not values.isdisjoint(facts.styles)
    if name == "category":
        return not values.isdisjoint(facts.categories)
    return getattr(facts, name) in values


def _list_reasons(rules: Iterable[ActiveRule]) -> tuple[tuple[str, str], ...]:
    return tuple((rule.name, str(rule.action)) for rule in rules)
