"""The weights of a ranking's factors, and experiments that compare two sets of weights.

Rates are shares of answers: each answer counts once, as a success or not. Intervals are 95 %:
Wilson's for one rate, Newcombe's hybrid of two Wilson intervals (method 10 of his 1998 comparison)
for a difference. Both assume independent answers; where few shoppers ask often, the true intervals
are wider.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from statistics import NormalDist
from typing import Any, Self
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from core.errors import Conflict, DomainError
from recommendations.models import Event, Experiment, Prompt, RankingSettings, Rule
from recommendations.steering.rules import read_enabled_rules
from tenants.models import Shop


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of a ranking's factors, 0 to 1; `diversity` is that of maximal marginal relevance.

    `text` and `diversity` were chosen by measurement, see decision 7.
    """

    text: float = 0.6  # of full-text rank in the fusion; the vectors' rank has the rest
    taste: float = 0.25
    popularity: float = 0.1
    diversity: float = 0.2

    def merge(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with other values; unknown names are ignored."""
        names = {field.name for field in fields(self)}
        known = {name: float(value) for name, value in values.items() if name in names}
        return replace(self, **known)


@dataclass(frozen=True, slots=True)
class Steering:
    """A shop's own weights, and the rules that it has switched on."""

    weights: Weights
    rules: list[Rule]


@dataclass(frozen=True, slots=True)
class ChosenWeights:
    """The weights to rank with, and the experiment they were chosen for, if any."""

    weights: Weights
    experiment: Experiment | None = None
    is_variant: bool = False


def read_steering(shop: Shop) -> Steering:
    """Read weights and rules with one query, and one more if the shop has rules."""
    with connection.cursor() as cursor:
        cursor.execute(_STEERING, {"shop": shop.pk})
        weights, has_rules = cursor.fetchone()
    return Steering(
        Weights().merge(json.loads(weights or "{}")),
        read_enabled_rules(shop.pk) if has_rules else [],
    )


# Plain SQL: every answer needs it, and building the query takes longer than running it.
_STEERING = """
    SELECT
        (SELECT weights FROM recommendations_rankingsettings WHERE shop_id = %(shop)s),
        EXISTS(SELECT FROM recommendations_rule WHERE shop_id = %(shop)s AND is_active)
"""


def choose_weights(shop: Shop, weights: Weights, shopper_external_id: str | None) -> ChosenWeights:
    """Return the weights for a shopper's answers; `weights` are the shop's own.

    A visitor without an id is in no experiment.
    """
    if not shopper_external_id:
        return ChosenWeights(weights)
    experiment: Experiment | None = Experiment.objects.filter(shop=shop, ended_at=None).first()
    if experiment is None:
        return ChosenWeights(weights)
    weights = weights.merge(experiment.control)
    if not is_variant(experiment.pk, shopper_external_id, experiment.share):
        return ChosenWeights(weights, experiment)
    return ChosenWeights(weights.merge(experiment.variant), experiment, is_variant=True)


def is_variant(experiment_id: UUID, shopper_external_id: str, share: float) -> bool:
    """Return whether a shopper is in the `share` (0 to 1) of shoppers who see the variant.

    The result depends on the two ids only, so it never changes, and the splits of two experiments
    are independent.
    """
    digest = sha256(f"{experiment_id}:{shopper_external_id}".encode()).digest()
    # The 53 bits that a float holds exactly, so that the fraction is always below 1.
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53 < share


def read_weights(shop: Shop) -> Weights:
    """Return the shop's own weights, with defaults for those that it has not set."""
    settings = RankingSettings.objects.filter(shop=shop).first()
    return Weights().merge(settings.weights if settings else {})


def set_weights(*, shop: Shop, values: Mapping[str, float]) -> Weights:
    """Replace the shop's own weights; weights that are not named return to their defaults."""
    RankingSettings.objects.update_or_create(shop=shop, defaults={"weights": dict(values)})
    return Weights().merge(values)


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
