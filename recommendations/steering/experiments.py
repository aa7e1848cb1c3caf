"""Experiments that compare two sets of weights: start one, end it, read its outcome.

Rates are shares of answers: each answer counts once, as a success or not. Intervals are 95 %:
Wilson's for one rate, Newcombe's hybrid of two Wilson intervals (method 10 of his 1998 comparison)
for a difference. Both assume independent answers; where few shoppers ask often, the true intervals
are wider.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import NormalDist

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from core.errors import Conflict, DomainError
from recommendations.models import Event, Experiment, Prompt
from recommendations.steering.weights import read_weights
from tenants.models import Shop

Z = NormalDist().inv_cdf(0.975)


class ExperimentRunning(Conflict):
    """The shop already has a running experiment; two at once would disturb each other."""

    code = "experiment_running"


class NothingToCompare(DomainError):
    """Both arms of the experiment have the same weights."""

    code = "nothing_to_compare"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; the value is None where nothing was counted."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The variant's rate minus the control's, and its meaning in a sentence."""

    estimate: Estimate
    sentence: str


@dataclass(frozen=True, slots=True)
class Arm:
    """Counts and rates of one arm; `clicked` and `added` count answers, not events."""

    shoppers: int = 0
    answers: int = 0
    clicked: int = 0
    added: int = 0

    @property
    def click_through(self) -> Estimate:
        return estimate_rate(self.clicked, self.answers)

    @property
    def add_to_cart(self) -> Estimate:
        return estimate_rate(self.added, self.answers)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both arms of an experiment, and the differences of their rates."""

    control: Arm
    variant: Arm

    @property
    def click_through(self) -> Difference:
        return _compare(self.control.click_through, self.variant.click_through, "click-through")

    @property
    def add_to_cart(self) -> Difference:
        return _compare(self.control.add_to_cart, self.variant.add_to_cart, "add-to-cart")


def start_experiment(
    *,
    shop: Shop,
    name: str,
    control: Mapping[str, float],
    variant: Mapping[str, float],
    share: float,
) -> Experiment:
    """Start to split the shop's shoppers between two sets of weights.

    Weights that `control` does not name are the shop's present ones, and stay so until the end;
    weights that `variant` does not name are the control's. Raises `ExperimentRunning`, and
    `NothingToCompare` if both are equal.
    """
    first = read_weights(shop).merge(control)
    second = first.merge(variant)
    if first == second:
        raise NothingToCompare(
            "The variant has the control's weights; change at least one of them."
        )
    try:
        with transaction.atomic():
            experiment: Experiment = Experiment.objects.create(
                shop=shop, name=name, control=asdict(first), variant=asdict(second), share=share
            )
    except IntegrityError as error:
        raise ExperimentRunning("An experiment is running; end it first.") from error
    return experiment


def end_experiment(*, experiment: Experiment) -> None:
    """Return all shoppers to the shop's own weights; does nothing to an ended experiment."""
    Experiment.objects.filter(pk=experiment.pk, ended_at=None).update(ended_at=timezone.now())
    experiment.refresh_from_db()


def read_outcome(*, experiment: Experiment) -> Outcome:
    """Return the experiment's outcome so far, in one query."""
    arms = (
        Prompt.objects.filter(experiment=experiment)
        .order_by()
        .values("is_variant")
        .annotate(
            shoppers=Count("shopper", distinct=True),
            answers=Count("pk"),
            clicked=Count("pk", filter=_has_event(Event.Kind.CLICK)),
            added=Count("pk", filter=_has_event(Event.Kind.ADD_TO_CART)),
        )
    )
    counts = {arm.pop("is_variant"): Arm(**arm) for arm in arms}
    return Outcome(counts.get(False, Arm()), counts.get(True, Arm()))


def estimate_rate(successes: int, trials: int) -> Estimate:
    """Return a share with its Wilson interval; without trials, the interval from 0 to 1."""
    if not trials:
        return Estimate(None, 0.0, 1.0)
    share, spread = successes / trials, Z * Z / trials
    centre = (share + spread / 2) / (1 + spread)
    margin = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    # Rounding must not put the share outside its own interval.
    low, high = max(0.0, centre - margin), min(1.0, centre + margin)
    return Estimate(share, min(low, share), max(high, share))


def estimate_difference(control: Estimate, variant: Estimate) -> Estimate:
    """Return the variant's rate minus the control's, with its Newcombe interval."""
    if control.value is None or variant.value is None:
        return Estimate(None, -1.0, 1.0)
    value = variant.value - control.value
    below = math.hypot(variant.value - variant.low, control.high - control.value)
    above = math.hypot(variant.high - variant.value, control.value - control.low)
    return Estimate(value, max(-1.0, value - below), min(1.0, value + above))


def _has_event(kind: Event.Kind) -> Exists:
    return Exists(Event.objects.filter(prompt=OuterRef("pk"), kind=kind))


def _compare(control: Estimate, variant: Estimate, rate: str) -> Difference:
    estimate = estimate_difference(control, variant)
    if estimate.low <= 0 <= estimate.high:
        return Difference(estimate, f"No difference in the {rate} rate is visible yet.")
    direction = "higher" if estimate.low > 0 else "lower"
    return Difference(
        estimate, f"The variant's {rate} rate is {direction}; the interval excludes zero."
    )
