"""What a shop wants of its rankings: weights, rules and experiments, read and changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from core.errors import Conflict, DomainError
from recommendations.models import Event, Experiment, Prompt, RankingSettings, Rule
from recommendations.steering.experiments import Counts, Outcome, is_variant, judge
from recommendations.steering.weights import Weights
from tenants.models import Shop

MOST_RULES = 200


class TooManyRules(Conflict):
    """Every rule is looked at for every answer, so a shop has a limited number."""

    code = "too_many_rules"

    def __init__(self) -> None:
        super().__init__(f"A shop has at most {MOST_RULES} rules; delete one first.")


class RuleGone(DomainError):
    """The rule was deleted while the request was under way."""

    status_code = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__("This rule was deleted meanwhile.")


class ExperimentRunning(Conflict):
    """Of two experiments at once, neither could be read."""

    code = "experiment_running"

    def __init__(self) -> None:
        super().__init__("An experiment is running; end it first.")


class NothingToCompare(DomainError):
    """An experiment's two weightings come to the same."""

    code = "nothing_to_compare"

    def __init__(self) -> None:
        super().__init__("The variant's weights are the control's; give it at least one other.")


@dataclass(frozen=True, slots=True)
class Steering:
    """A shop's own weights and its rules, whatever their prompts and dates."""

    weights: Weights
    rules: list[Rule]


@dataclass(frozen=True, slots=True)
class ChosenWeights:
    """The weights to rank with, and the experiment they were chosen for, if any."""

    weights: Weights
    experiment: Experiment | None = None
    is_variant: bool = False


def read_steering(shop: Shop) -> Steering:
    """Read it with one query, and one more where the shop has rules."""
    with connection.cursor() as cursor:
        cursor.execute(_STEERING, {"shop": shop.pk})
        weights, has_rules = cursor.fetchone()
    return Steering(
        Weights().changed(json.loads(weights or "{}")), rules_of(shop.pk) if has_rules else []
    )


# Written out, as it begins every answer and building it takes longer than running it.
_STEERING = """
    SELECT
        (SELECT weights FROM recommendations_rankingsettings WHERE shop_id = %(shop)s),
        EXISTS(SELECT FROM recommendations_rule WHERE shop_id = %(shop)s AND is_active)
"""


def weights_for(shop: Shop, weights: Weights, shopper_external_id: str | None) -> ChosenWeights:
    """Return the weights that a shopper's answers are ranked with, where the shop has `weights`.

    Who is not known by an id takes part in no experiment.
    """
    if not shopper_external_id:
        return ChosenWeights(weights)
    experiment: Experiment | None = Experiment.objects.filter(shop=shop, ended_at=None).first()
    if experiment is None:
        return ChosenWeights(weights)
    weights = weights.changed(experiment.control)
    if not is_variant(experiment.pk, shopper_external_id, experiment.share):
        return ChosenWeights(weights, experiment)
    return ChosenWeights(weights.changed(experiment.variant), experiment, is_variant=True)


def weights_of(shop: Shop) -> Weights:
    """Return the shop's own weights, with defaults for those it has not set."""
    settings = RankingSettings.objects.filter(shop=shop).first()
    return Weights().changed(settings.weights if settings else {})


def set_weights(*, shop: Shop, values: Mapping[str, float]) -> Weights:
    """Replace the shop's own weights; those not named are the defaults again."""
    RankingSettings.objects.update_or_create(shop=shop, defaults={"weights": dict(values)})
    return Weights().changed(values)


def rules_of(shop_id: UUID) -> list[Rule]:
    """Return the rules that a shop has switched on, whatever their prompts and dates."""
    return list(Rule.objects.filter(shop_id=shop_id, is_active=True))


def create_rule(*, shop: Shop, fields: Mapping[str, Any]) -> Rule:
    """Add a rule; raises `TooManyRules` when the shop has as many as it may."""
    with transaction.atomic():
        # Whoever adds a rule to this shop takes turns; nobody else waits for this lock.
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        if Rule.objects.filter(shop=shop).count() >= MOST_RULES:
            raise TooManyRules
        rule: Rule = Rule.objects.create(shop=shop, **fields)
    return rule


def update_rule(*, rule: Rule, fields: Mapping[str, Any]) -> None:
    """Change a rule; raises `RuleGone` if it was deleted meanwhile."""
    with transaction.atomic():
        if not Rule.objects.filter(pk=rule.pk).update(**fields, updated_at=timezone.now()):
            raise RuleGone
        rule.refresh_from_db()


def start_experiment(
    *,
    shop: Shop,
    name: str,
    control: Mapping[str, float],
    variant: Mapping[str, float],
    share: float,
) -> Experiment:
    """Start splitting the shop's shoppers between two weightings.

    Weights that the control does not name are the shop's as they are now, and stay so until
    the end; those that the variant does not name are the control's. Raises
    `ExperimentRunning`, or `NothingToCompare` when the two come to the same.
    """
    first = weights_of(shop).changed(control)
    second = first.changed(variant)
    if first == second:
        raise NothingToCompare
    try:
        with transaction.atomic():
            experiment: Experiment = Experiment.objects.create(
                shop=shop, name=name, control=first.named(), variant=second.named(), share=share
            )
    except IntegrityError as error:
        raise ExperimentRunning from error
    return experiment


def end_experiment(*, experiment: Experiment) -> None:
    """Have the shop's own weights count for everybody again; one that has ended stays so."""
    Experiment.objects.filter(pk=experiment.pk, ended_at=None).update(ended_at=timezone.now())
    experiment.refresh_from_db()


def read_outcome(*, experiment: Experiment) -> Outcome:
    """Return what the experiment's answers led to so far, in one query."""
    arms = (
        Prompt.objects.filter(experiment=experiment)
        .order_by()
        .values("is_variant")
        .annotate(
            shoppers=Count("shopper", distinct=True),
            answers=Count("pk"),
            clicked=Count("pk", filter=_led_to(Event.Kind.CLICK)),
            added=Count("pk", filter=_led_to(Event.Kind.ADD_TO_CART)),
        )
    )
    counts = {arm.pop("is_variant"): Counts(**arm) for arm in arms}
    return judge(counts.get(False, Counts()), counts.get(True, Counts()))


def _led_to(kind: Event.Kind) -> Exists:
    return Exists(Event.objects.filter(prompt=OuterRef("pk"), kind=kind))
