"""The present ranking of a shop, and the one that a change would make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from recommendations.models import Rule, Synonym
from recommendations.query.synonyms import SynonymTable, make_table
from recommendations.steering.rules import MAX_RULES, TooManyRules, is_in_force
from recommendations.steering.synonyms import add_keys
from recommendations.steering.weights import Steering, Weights

RULE_FIELDS = ("id", "name", "action", "strength", "target", "prompts")


@dataclass(frozen=True, slots=True)
class RankingChange:
    """What a shop proposes.

    `weights` replace all of its own; None leaves them. Rules have the fields of `Rule`; those in
    `replaced` also the `id` of the rule whose place they take. `index` answers the prompts.
    """

    weights: Mapping[str, float] | None = None
    added: Sequence[Mapping[str, Any]] = ()
    replaced: Sequence[Mapping[str, Any]] = ()
    removed: Sequence[UUID] = ()
    synonyms_added: Sequence[Mapping[str, Any]] = ()
    synonyms_removed: Sequence[UUID] = ()
    index: UUID | None = None


def select_present(steering: Steering, now: datetime) -> Steering:
    """Return the weights, and the rules that are in force now."""
    rules = [rule for rule in steering.rules if is_in_force(rule, now)]
    return Steering(steering.weights, rules)


def propose(present: Steering, change: RankingChange) -> Steering:
    """Return a steering with a change; raises `TooManyRules`.

    Proposed rules apply now, whatever their dates: the change may be meant for another season.
    """
    weights = present.weights if change.weights is None else Weights().merge(change.weights)
    gone = {*change.removed, *(fields["id"] for fields in change.replaced)}
    rules = [rule for rule in present.rules if rule.pk not in gone]
    rules += [_make_rule(fields) for fields in change.replaced]
    # Newer ids, in their order: the pins of newer rules come first.
    rules += [_make_rule({**fields, "id": uuid7()}) for fields in change.added]
    rules = [rule for rule in rules if rule.is_active]
    if len(rules) > MAX_RULES:
        raise TooManyRules(f"A shop has at most {MAX_RULES} rules; remove some in the change.")
    return Steering(weights, rules)


def propose_synonyms(change: Mapping[str, Any]) -> SynonymTable | None:
    """Return the shop's synonyms with a stored change; None if it is not about them.

    Needs the shop's scope.
    """
    # The release before stores changes without them.
    added, removed = change.get("synonyms_added", ()), change.get("synonyms_removed", ())
    if not added and not removed:
        return None
    rest = Synonym.objects.exclude(pk__in=removed).order_by("pk")
    return make_table([*rest, *(Synonym(**add_keys(fields)) for fields in added)])


def dump_steering(steering: Steering) -> dict[str, Any]:
    """Return a steering as JSON."""
    rules = [
        {name: getattr(rule, name) for name in RULE_FIELDS} | {"id": str(rule.pk)}
        for rule in steering.rules
    ]
    return {"weights": asdict(steering.weights), "rules": rules}


def load_steering(stored: Mapping[str, Any]) -> Steering:
    """Return the steering that `dump_steering` made JSON of."""
    rules = [Rule(**{**fields, "id": UUID(fields["id"])}) for fields in stored["rules"]]
    return Steering(Weights().merge(stored["weights"]), rules)


def _make_rule(fields: Mapping[str, Any]) -> Rule:
    return Rule(**{**fields, "starts_at": None, "ends_at": None})
