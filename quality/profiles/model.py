"""Profiles of listing rules, and reading a shop's own profile from JSON."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.errors import DomainError
from quality.measure.scales import SCALES

# Subjects of rules that are facts of the file; all other subjects are measures.
FACTS = {
    "width": "pixels",
    "height": "pixels",
    "longer_side": "pixels",
    "shorter_side": "pixels",
    "megapixels": "megapixels",
    "file_megabytes": "MB",
    "aspect": "width by height",
}
SUBJECTS = frozenset(FACTS) | frozenset(SCALES)
MAX_RULES = 40
MAX_LABEL_LENGTH = 100


class ProfileUnusable(DomainError):
    """A shop's own profile is not valid; `details` names the field."""

    code = "profile_unusable"


@dataclass(frozen=True, slots=True)
class Fix:
    """The fix of a failed rule: an enhancement step, or a new photo.

    `step` is a value of `quality.enhance.improvement.Step`, or None; `advice` is a sentence.
    """

    step: str | None
    advice: str


@dataclass(frozen=True, slots=True)
class ListingRule:
    """Bounds for a measure or a fact of the file; None is no bound.

    A photo that fails a rule with `is_required` fails the profile; other rules are recommendations.
    `as_of` is the day on which the rule was checked against its source.
    """

    name: str
    subject: str
    source: str
    as_of: date
    is_required: bool
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of rules, and the frame that enhancement aims at.

    `aspect` is width by height, None for any. `fill` is the share of the frame in [0.3, 1].
    """

    key: str
    label: str
    rules: tuple[ListingRule, ...]
    aspect: float | None
    fill: float
    wants_white: bool


def read_profile(data: Mapping[str, Any], *, as_of: date) -> Profile:
    """Return a shop's own profile from JSON; raises `ProfileUnusable`.

    `data` has a `label` and `rules`: each has a `subject` of `SUBJECTS`, `least` or `most` or both,
    and `required` (default true). `aspect`, `fill` and `wants_white` are optional. `as_of` is the
    day on which the shop set the profile.
    """
    rules = data.get("rules")
    if not isinstance(rules, list) or not 1 <= len(rules) <= MAX_RULES:
        raise ProfileUnusable(f"A profile has 1 to {MAX_RULES} rules.", field="rules")
    aspect = _number(data, "aspect", low=0.1, high=10, default=None)
    fill = _number(data, "fill", low=0.3, high=1, default=0.85)
    return Profile(
        key="own",
        label=str(data.get("label") or "Own rules")[:MAX_LABEL_LENGTH],
        rules=tuple(_read_rule(rule, f"rules.{k}", as_of) for k, rule in enumerate(rules)),
        aspect=aspect,
        fill=fill or 0.85,
        wants_white=data.get("wants_white") is True,
    )


def _read_rule(data: Any, field: str, as_of: date) -> ListingRule:
    if not isinstance(data, Mapping):
        raise ProfileUnusable("A rule is an object.", field=field)
    subject = data.get("subject")
    if subject not in SUBJECTS:
        known = ", ".join(sorted(SUBJECTS))
        raise ProfileUnusable(f"{subject!r} is not one of: {known}.", field=f"{field}.subject")
    least = _number(data, "least", low=-1e9, high=1e9, default=None, field=field)
    most = _number(data, "most", low=-1e9, high=1e9, default=None, field=field)
    if least is None and most is None:
        raise ProfileUnusable("A rule has `least`, `most` or both.", field=field)
    if least is not None and most is not None and least > most:
        raise ProfileUnusable("A rule's `least` is at most its `most`.", field=field)
    is_required = data.get("required") is not False
    return ListingRule(subject, subject, "the shop", as_of, is_required, least, most)


def _number(
    data: Mapping[str, Any],
    name: str,
    *,
    low: float,
    high: float,
    default: float | None,
    field: str = "",
) -> float | None:
    value = data.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProfileUnusable(f"{name} is a number.", field=f"{field}.{name}".strip("."))
    if not low <= value <= high:
        raise ProfileUnusable(
            f"{name} is from {low} to {high}.", field=f"{field}.{name}".strip(".")
        )
    return float(value)
