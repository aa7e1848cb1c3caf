"""The weights of a ranking's factors: a shop's own, or those of an arm of its experiment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

from core.postgres.trips import ResultRows, SqlStatement, run_together
from recommendations.models import Experiment, RankingSettings, Rule
from recommendations.steering.rules import read_enabled_rules
from tenants.models import Shop


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of a ranking's factors, 0 to 1; `diversity` is that of maximal marginal relevance.

    `text` and `diversity` were chosen by measurement, see decision 7.
    """

    text: float = 0.6  # of full-text rank in the fusion; the vectors' rank has the rest
    taste: float = 0.25
    collaboration: float = 0.25  # of what shoppers with the same taste chose; see `weigh_in`
    popularity: float = 0.1
    diversity: float = 0.2

    def merge(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with other values; unknown names are ignored."""
        names = {field.name for field in fields(self)}
        known = {name: float(value) for name, value in values.items() if name in names}
        return replace(self, **known)


@dataclass(frozen=True, slots=True)
class Steering:
    """A shop's own weights, the rules that it has switched on, and if an experiment runs."""

    weights: Weights
    rules: list[Rule]
    has_experiment: bool = False


@dataclass(frozen=True, slots=True)
class ChosenWeights:
    """The weights to rank with, and the experiment they were chosen for, if any."""

    weights: Weights
    experiment: Experiment | None = None
    is_variant: bool = False


def read_steering(shop: Shop) -> Steering:
    """Read weights and rules with one query, and one more if the shop has rules."""
    (answer,) = run_together(select_steering(shop))
    return load_steering(shop, answer)


def select_steering(shop: Shop) -> SqlStatement:
    """Return the statement of `read_steering`, for `load_steering`."""
    return SqlStatement(_STEERING, {"shop": shop.pk})


def load_steering(shop: Shop, answer: ResultRows) -> Steering:
    """Return the steering of a row; reads rules if the shop has some."""
    ((weights, has_rules, has_experiment),) = answer.rows
    return Steering(
        Weights().merge(json.loads(weights or "{}")),
        read_enabled_rules(shop.pk) if has_rules else [],
        has_experiment,
    )


# Plain SQL: every answer needs it, and building the query takes longer than running it.
_STEERING = """
    SELECT
        (SELECT weights FROM recommendations_rankingsettings WHERE shop_id = %(shop)s),
        EXISTS(SELECT FROM recommendations_rule WHERE shop_id = %(shop)s AND is_active),
        EXISTS(
            SELECT FROM recommendations_experiment WHERE shop_id = %(shop)s AND ended_at IS NULL
        )
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
