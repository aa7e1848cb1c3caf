"""What a profile is, and how a shop's own is read from plain data."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.errors import DomainError
from quality.measure.scales import SCALES

# What a rule can ask for: facts of the file, and every raw measure. Those named here are no
# measures; `quality.profiles.checking` knows how they are read.
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
    """A shop's own profile is not of the right form; `details` says where."""

    code = "profile_unusable"


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends a failed rule: a step of the enhancement, or else only another photo.

    `step` is a name of `quality.enhance.enhancement.Step`, or None; `advice` a sentence for people.
    """

    step: str | None
    advice: str


@dataclass(frozen=True, slots=True)
class ListingRule:
    """A bound on a measure or a fact, either end open when None.

    `is_required` rules make a listing fail, the others are recommendations.
    """

    name: str
    subject: str
    least: float | None
    most: float | None
    is_required: bool
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of rules, and the frame that enhancement aims at.

    `aspect` is width by height, None for any; `fill` the share of the frame in [0.3, 1].
    """

    key: str
    label: str
    rules: tuple[ListingRule, ...]
    aspect: float | None
    fill: float
    wants_white: bool


def read_profile(data: Mapping[str, Any], *, as_of: date) -> Profile:
    """Return the profile that plain data describes; raises `ProfileUnusable`.

    The data has `label`, `rules`, each with a `subject` of `SUBJECTS`, `least` or `most` or both,
    and `required` (true by default), and may have `aspect`, `fill` and `wants_white`. `as_of` is
    the day on which the shop set it.
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
        raise ProfileUnusable(f"{subject!r} is none of: {known}.", field=f"{field}.subject")
    least = _number(data, "least", low=-1e9, high=1e9, default=None, field=field)
    most = _number(data, "most", low=-1e9, high=1e9, default=None, field=field)
    if least is None and most is None:
        raise ProfileUnusable("A rule has a least, a most or both.", field=field)
    if least is not None and most is not None and least > most:
        raise ProfileUnusable("A rule's least is at most its most.", field=field)
    return ListingRule(
        name=subject, subject=subject, least=least, most=most,
        is_required=data.get("required") is not False, source="the shop", as_of=as_of,
    )  # fmt: skip


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
