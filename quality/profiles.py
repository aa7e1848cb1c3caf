"""Profiles of listing rules: read them, and check their rules against measures without pixels.

The profiles of marketplaces and the fixes of failed rules are in `profiles.toml`.
"""

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from core.errors import DomainError
from quality.measure.scales import SCALES, Measure

MAX_RULES = 40
MAX_LABEL_LENGTH = 100


class ProfileUnusable(DomainError):
    """A shop's own profile is not valid; `details` names the field."""

    code = "profile_unusable"


class FileSize(Protocol):
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def file_bytes(self) -> int | None: ...


class Measured(Protocol):
    """Measures by name, and facts of the file: `Measures` or an `Assessment`."""

    def __getitem__(self, name: str) -> Measure: ...
    @property
    def frame(self) -> FileSize: ...


# Subjects of rules that are facts of the file; all other subjects are measures.
FACTS: Mapping[str, Callable[[FileSize], float | None]] = {
    "width": lambda file: float(file.width),
    "height": lambda file: float(file.height),
    "longer_side": lambda file: float(max(file.width, file.height)),
    "shorter_side": lambda file: float(min(file.width, file.height)),
    "megapixels": lambda file: file.width * file.height / 1e6,
    "file_megabytes": lambda f: None if f.file_bytes is None else f.file_bytes / 1024**2,
    "aspect": lambda file: file.width / file.height,
}
SUBJECTS = frozenset(FACTS) | frozenset(SCALES)


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

    def admits(self, measured: float) -> bool:
        is_enough = self.least is None or measured >= self.least
        return is_enough and (self.most is None or measured <= self.most)


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


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of one rule.

    `passed` is None where the rule cannot be checked: there is no confident mask of the garment,
    or no file. `fix` is None for a rule that passed, and where nothing can be fixed.
    """

    rule: ListingRule
    passed: bool | None
    measured: float | None
    fix: Fix | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The results of a profile's rules; `passed` unless a required rule failed."""

    profile: Profile
    results: list[RuleResult]

    @property
    def passed(self) -> bool:
        return not any(r.rule.is_required and r.passed is False for r in self.results)

    @property
    def failed(self) -> list[str]:
        """Names of the rules that failed, recommendations included."""
        return [result.rule.name for result in self.results if result.passed is False]


def _read_profiles(tables: Mapping[str, Any]) -> Iterator[Profile]:
    for key, row in tables["profiles"].items():
        rules = tuple(
            ListingRule(
                **{**rule, "source": tables["sources"][rule["source"]], "as_of": tables["as_of"]}
            )
            for rule in row["rules"]
        )
        yield Profile(**{"aspect": None, **row, "key": key, "rules": rules})


_TABLES = tomllib.loads(Path(__file__).with_name("profiles.toml").read_text("utf-8"))
PROFILES = MappingProxyType({profile.key: profile for profile in _read_profiles(_TABLES)})
DEFAULT = PROFILES["default"]
FIXES = {
    subject: Fix(row.get("step"), row["advice"])
    for row in _TABLES["fixes"]
    for subject in row["subjects"]
}
_GROUND = Fix(None, "Take the photo again before a plain, evenly lit ground.")
_NEEDS_GARMENT = frozenset(
    {"subject_fill", "centring", "background_whiteness", "background_uniformity"}
)


def judge(profile: Profile, measures: Measured) -> Judgement:
    """Check each rule of a profile, in its order."""
    return Judgement(profile, [_check(rule, measures) for rule in profile.rules])


def _check(rule: ListingRule, measures: Measured) -> RuleResult:
    fact = FACTS.get(rule.subject)
    measured = fact(measures.frame) if fact else measures[rule.subject].raw
    if measured is None:
        return RuleResult(rule, None, None, _GROUND if rule.subject in _NEEDS_GARMENT else None)
    passed = rule.admits(measured)
    return RuleResult(rule, passed, measured, None if passed else FIXES[rule.subject])


def read_profile(data: Mapping[str, Any], *, as_of: date) -> Profile:
    """Return a shop's own profile from JSON; raises `ProfileUnusable`.

    `data` has a `label` and `rules`: each has a `subject` of `SUBJECTS`, `least` or `most` or both,
    and `required` (default true). `aspect`, `fill` and `wants_white` are optional. `as_of` is the
    day on which the shop set the profile.
    """
    rules = data.get("rules")
    if not isinstance(rules, list) or not 1 <= len(rules) <= MAX_RULES:
        raise ProfileUnusable(f"A profile has 1 to {MAX_RULES} rules.", field="rules")
    aspect = _read_number(data, "aspect", low=0.1, high=10)
    fill = _read_number(data, "fill", low=0.3, high=1)
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
    least = _read_number(data, "least", low=-1e9, high=1e9, field=f"{field}.")
    most = _read_number(data, "most", low=-1e9, high=1e9, field=f"{field}.")
    if least is None and most is None:
        raise ProfileUnusable("A rule has `least`, `most` or both.", field=field)
    if least is not None and most is not None and least > most:
        raise ProfileUnusable("A rule's `least` is at most its `most`.", field=field)
    is_required = data.get("required") is not False
    return ListingRule(subject, subject, "the shop", as_of, is_required, least, most)


def _read_number(
    data: Mapping[str, Any], name: str, *, low: float, high: float, field: str = ""
) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProfileUnusable(f"{name} is a number.", field=f"{field}{name}")
    if not low <= value <= high:
        raise ProfileUnusable(f"{name} is from {low} to {high}.", field=f"{field}{name}")
    return float(value)
