"""Who sees which arm of an experiment, and what its outcome tells; pure functions.

Rates are shares of answers, so that each answer counts as a success or not, and once. Intervals
are of 95 %: Wilson's for one rate, Newcombe's hybrid of two Wilson intervals (method 10 of his
1998 comparison) for a difference. Both take answers for independent: where few shoppers ask
often, the truth is less certain than they say.
"""

import math
from dataclasses import dataclass
from hashlib import sha256
from statistics import NormalDist
from uuid import UUID

Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; None where nothing was counted."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in one arm; `clicked` and `added` are answers, not events."""

    shoppers: int = 0
    answers: int = 0
    clicked: int = 0
    added: int = 0


@dataclass(frozen=True, slots=True)
class Arm:
    """How one arm did."""

    shoppers: int
    answers: int
    click_through: Estimate
    add_to_cart: Estimate


@dataclass(frozen=True, slots=True)
class Difference:
    """The variant's rate less the control's, and what that means in a sentence."""

    estimate: Estimate
    sentence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How both arms did, and how they differ."""

    control: Arm
    variant: Arm
    click_through: Difference
    add_to_cart: Difference


def is_variant(experiment_id: UUID, shopper_external_id: str, share: float) -> bool:
    """Say whether a shopper is of the `share` (0 to 1) who see the variant.

    Follows from the two ids alone, so it is the same each time, and one experiment's split
    tells nothing of another's.
    """
    digest = sha256(f"{experiment_id}:{shopper_external_id}".encode()).digest()
    # The 53 bits that a float holds exactly: below 1 always.
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53 < share


def judge(control: Counts, variant: Counts) -> Outcome:
    """Return what the counts of two arms tell."""
    arms = _arm(control), _arm(variant)
    click_through = difference(arms[0].click_through, arms[1].click_through)
    add_to_cart = difference(arms[0].add_to_cart, arms[1].add_to_cart)
    return Outcome(
        *arms,
        Difference(click_through, _sentence(click_through, "click-through rate")),
        Difference(add_to_cart, _sentence(add_to_cart, "add-to-cart rate")),
    )


def rate(successes: int, trials: int) -> Estimate:
    """Return a share with its Wilson interval; of no trials, all that is possible."""
    if not trials:
        return Estimate(None, 0.0, 1.0)
    share, spread = successes / trials, Z * Z / trials
    centre = (share + spread / 2) / (1 + spread)
    margin = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    # Rounding must not leave the share outside of its own interval.
    low, high = max(0.0, centre - margin), min(1.0, centre + margin)
    return Estimate(share, min(low, share), max(high, share))


def difference(control: Estimate, variant: Estimate) -> Estimate:
    """Return the variant's rate less the control's with its Newcombe interval."""
    if control.value is None or variant.value is None:
        return Estimate(None, -1.0, 1.0)
    value = variant.value - control.value
    below = math.hypot(variant.value - variant.low, control.high - control.value)
    above = math.hypot(variant.high - variant.value, control.value - control.low)
    return Estimate(value, max(-1.0, value - below), min(1.0, value + above))


def _arm(counts: Counts) -> Arm:
    return Arm(
        shoppers=counts.shoppers,
        answers=counts.answers,
        click_through=rate(counts.clicked, counts.answers),
        add_to_cart=rate(counts.added, counts.answers),
    )


def _sentence(estimate: Estimate, what: str) -> str:
    if estimate.low > 0 or estimate.high < 0:
        direction = "higher" if estimate.low > 0 else "lower"
        return f"The variant's {what} is {direction}; the interval excludes zero."
    return f"No difference in the {what} can be told yet."
