"""Rules of what a right first result is, such as `kind dress; colour not black; price < 50 EUR`.

A rule is a list of clauses with `;` between them, which all have to hold. A clause is a fact, `not`
if the values are excluded, and values with `|` between them. `size`, `sku`, `sale` and `price` have
to hold for the same variant. `kind` also takes the groups below. A rule `nothing` means that the
shop sells nothing of the kind: right is an answer without a match.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from evaluation.first_results.goods import SoldGarment, SoldVariant

NOTHING = "nothing"
# Words of shoppers that mean several kinds.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "shoes": ("sneakers", "boots"),
    "pants": ("trousers", "jeans"),
    "outerwear": ("jacket", "coat", "blazer"),
    "any shirt": ("shirt", "polo shirt", "t-shirt", "blouse", "long-sleeve top"),
    "any top": (
        "top", "tank top", "t-shirt", "long-sleeve top", "blouse", "shirt", "polo shirt",
        "bodysuit", "jumper", "cardigan", "hoodie",
    ),
    "knitwear": ("jumper", "cardigan"),
})  # fmt: skip
COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
)
OF_VARIANTS = frozenset({"size", "sku", "sale", "price"})
OF_GARMENTS = frozenset({
    "kind", "cut", "colour", "pattern", "sleeve", "length", "neckline", "fit", "gender", "age",
    "brand", "line", "article", "style",
})  # fmt: skip


class RuleUnusable(ValueError):
    """The text is no rule."""


@dataclass(frozen=True, slots=True)
class Clause:
    """The values that a fact has to have, or must not have."""

    fact: str
    values: frozenset[str]
    is_excluded: bool

    def holds(self, values: frozenset[str]) -> bool:
        return self.values.isdisjoint(values) == self.is_excluded


@dataclass(frozen=True, slots=True)
class PriceBound:
    """What the current price has to be, in a currency."""

    comparison: str
    amount: Decimal
    currency: str

    def holds(self, variant: SoldVariant) -> bool:
        is_met = COMPARISONS[self.comparison](variant.current_price, self.amount)
        return is_met and variant.currency == self.currency


@dataclass(frozen=True, slots=True)
class FirstResultRule:
    """A rule: clauses about the garment, and about one of its variants."""

    of_garment: Sequence[Clause]
    of_variant: Sequence[Clause]
    prices: Sequence[PriceBound]

    def is_right(self, sold: SoldGarment) -> bool:
        """Return whether the garment, and one of its variants, fulfil every clause."""
        facts = sold.facts
        return all(clause.holds(facts[clause.fact]) for clause in self.of_garment) and any(
            map(self._is_right_variant, sold.variants)
        )

    def _is_right_variant(self, variant: SoldVariant) -> bool:
        facts = {
            "size": variant.sizes,
            "sku": frozenset({variant.sku}),
            "sale": frozenset({"no" if variant.sale_price is None else "yes"}),
        }
        return all(clause.holds(facts[clause.fact]) for clause in self.of_variant) and all(
            bound.holds(variant) for bound in self.prices
        )


def parse_rule(text: str) -> FirstResultRule | None:
    """Return the rule, None for `nothing`; raises `RuleUnusable`."""
    if text == NOTHING:
        return None
    clauses: list[Clause] = []
    prices: list[PriceBound] = []
    for part in text.split(";"):
        fact, _, rest = part.strip().partition(" ")
        if fact == "price":
            prices.append(_parse_price(rest))
        elif fact in OF_GARMENTS | OF_VARIANTS:
            clauses.append(_parse_clause(fact, rest))
        else:
            raise RuleUnusable(f"“{fact}” is no fact of garments")
    return FirstResultRule(
        [clause for clause in clauses if clause.fact in OF_GARMENTS],
        [clause for clause in clauses if clause.fact in OF_VARIANTS],
        prices,
    )


def _parse_clause(fact: str, rest: str) -> Clause:
    values = rest.strip().removeprefix("not ")
    names = [name.strip() for name in values.split("|")]
    if not all(names):
        raise RuleUnusable(f"“{fact}” lacks a value")
    if fact == "kind":
        names = [kind for name in names for kind in GROUPS.get(name, (name,))]
    return Clause(fact, frozenset(names), is_excluded=values != rest.strip())


def _parse_price(text: str) -> PriceBound:
    try:
        comparison, amount, currency = text.split()
        bound = PriceBound(comparison, Decimal(amount), currency)
    except (ValueError, InvalidOperation) as error:
        raise RuleUnusable(f"“price {text}” is not like “price < 50 EUR”") from error
    if comparison not in COMPARISONS:
        raise RuleUnusable(f"“{comparison}” compares no prices")
    return bound
