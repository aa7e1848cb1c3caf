"""What a caller is shown of figures: each with its name, its unit, and what it is worth."""

from typing import Any

from django.core.files.storage import default_storage
from rest_framework.request import Request

from catalog.models import Image
from quality.enhance.improvement import AUTOMATIC
from quality.measure.assessment import Assessment
from quality.measure.overall import PARTS
from quality.measure.scales import SCALES, Verdict
from quality.models import Comparison, Enhancement, Policy, Report, Source
from quality.profiles.checking import RuleResult, judge
from quality.profiles.model import Profile

ENHANCE = "/api/v1/quality/enhance/"


def show_examined(
    assessment: Assessment, profile: Profile, *, image: str | None = None
) -> dict[str, Any]:
    """Return all that is told of a measured photo, judged by a profile's rules."""
    judgement = judge(profile, assessment)
    return {
        "image": image,
        "score": round(assessment.score, 1),
        "verdict": Verdict.from_score(assessment.score / 100).value,
        "parts": _show_parts(assessment),
        "measures": show_measures(assessment),
        "subject": {
            "found": assessment.has_subject,
            "confidence": round(assessment.confidence, 3),
            "measured": "garment" if assessment.has_subject else "whole frame",
        },
        "file": {
            "width": assessment.frame.width,
            "height": assessment.frame.height,
            "bytes": assessment.frame.file_bytes,
            "format": assessment.frame.format,
        },
        "profile": profile.key,
        "passed": judgement.passed,
        "rules": [
            {
                **show_rule(result, image, profile),
                "source": result.rule.source,
                "as_of": result.rule.as_of.isoformat(),
            }
            for result in judgement.results
        ],
    }


def show_measures(assessment: Assessment) -> list[dict[str, Any]]:
    """Return every measure: raw in its unit, its score from 0 to 1, and its verdict."""
    return [{"name": name, **_measure(name, assessment.raws.get(name))} for name in SCALES]


def show_rule(result: RuleResult, image: str | None, profile: Profile) -> dict[str, Any]:
    """Return what came of a rule; `fix.call` is the request that mends it, where one does."""
    fix: dict[str, Any] | None = None
    if result.fix:
        fix = {"advice": result.fix.advice, "call": None}
        if result.fix.step:
            body = {"image": image} if image else {}
            step = {"steps": [result.fix.step], "profile": profile.key}
            fix["call"] = {"method": "POST", "path": ENHANCE, "body": {**body, **step}}
    return {
        "rule": result.rule.name,
        "measures": result.rule.subject,
        "passed": result.passed,
        "measured": _rounded(result.measured, 4),
        "required": {"least": result.rule.least, "most": result.rule.most},
        "is_required": result.rule.is_required,
        "fix": fix,
    }


def show_report(
    report: Report, gate: str, request: Request, profile: Profile | None = None
) -> dict[str, Any]:
    """Return a report, without figures before there are any.

    It tells all of them where a `profile` is given to judge by, else what the policy's came to.
    """
    image = report.image
    told = {
        "image": str(image.pk),
        "name": image.name,
        "photo_url": _url(image.photo.name, request),
        "status": image.status,
        "state": report.state,
        "outcome": _outcome(report, gate),
        "is_current": report.image_version == image.version,
        "problem": report.problem,
        "measured_at": report.updated_at,
    }
    if not report.examined:
        return told
    if profile is not None:
        assessment = Assessment.from_json(report.examined)
        return told | show_examined(assessment, profile, image=str(image.pk))
    return told | {
        "score": _rounded(report.score, 1),
        "verdict": report.verdict,
        "profile": report.profile,
        "passed": report.passed,
        "failed_rules": report.failed_rules,
    }


def _outcome(report: Report, gate: str) -> str | None:
    """Return what came of the policy's rules; None before they were asked."""
    if report.image.status == Image.Status.HELD:
        return "held"
    if report.passed is None:
        return None
    if report.passed:
        return "passed"
    return "noted" if gate == Policy.Gate.OFF else "warned"


def show_comparison(row: Comparison, request: Request) -> dict[str, Any]:
    """Return a comparison, as far as it has got."""
    told = {
        **_show_job(row),
        "first": _show_source(row.first, request),
        "second": _show_source(row.second, request),
        "enhancement_level": row.enhancement_level,
        "profile": row.profile,
    }
    if not row.result:
        return told
    sides = {side: Assessment.from_json(row.result[side]) for side in ("first", "second")}
    for side, assessment in sides.items():
        told[side] |= {
            "score": round(assessment.score, 1),
            "parts": _show_parts(assessment),
        }
    enhancement = row.result["enhancement"]
    return told | {
        "measures": [
            {
                "name": name,
                "first": _measure(name, sides["first"].raws.get(name)),
                "second": _measure(name, sides["second"].raws.get(name)),
                "better": row.result["lines"].get(name, "unknown"),
            }
            for name in SCALES
        ],
        "better": row.result["better"],
        "likeness": row.result["likeness"],
        "enhancement": enhancement
        and {
            "photo": enhancement["photo"],
            "photo_url": _url(row.enhanced.name, request),
            **_show_change(enhancement),
        },
        "advice": row.result["advice"],
    }


def show_enhancement(row: Enhancement, request: Request) -> dict[str, Any]:
    """Return an enhancement, as far as it has got."""
    told = {
        **_show_job(row),
        "standing": row.standing or None,
        "batch": row.batch_id and str(row.batch_id),
        "level": row.level,
        "steps": row.steps or [step.value for step in AUTOMATIC],
        "profile": row.profile,
        "before": _show_source(row.source, request),
    }
    if not row.result:
        return told
    photo = {
        "photo_url": _url(row.photo.name, request),
        "width": row.width,
        "height": row.height,
    }
    return told | {"after": photo, **_show_change(row.result)}


def _show_job(row: Comparison | Enhancement) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "state": row.state,
        "stage": row.stage,
        "progress": round(row.progress, 3),
        "problem": row.problem,
        "took_ms": row.took_ms,
        "created_at": row.created_at,
    }


def _show_source(source: Source, request: Request) -> dict[str, Any]:
    return {
        "image": source.image_id and str(source.image_id),
        "photo_url": _url(source.photo_name, request),
    }


def _show_change(result: dict[str, Any]) -> dict[str, Any]:
    """Return what was done, and every measure before and after."""
    before = Assessment.from_json(result["before"])
    after = Assessment.from_json(result["after"])
    return {
        "score_before": round(before.score, 1),
        "score_after": round(after.score, 1),
        "changes": [
            {
                "name": name,
                "before": _measure(name, before.raws.get(name)),
                "after": _measure(name, after.raws.get(name)),
            }
            for name in SCALES
        ],
        "applied": [{**step, "amount": _rounded(step["amount"], 4)} for step in result["applied"]],
        "taken_back": result["taken_back"],
        "colour_change": round(result["colour_change"], 2),
        "lightness_change": round(result["lightness_change"], 4),
    }


def _show_parts(assessment: Assessment) -> dict[str, float | None]:
    return {name: _rounded(assessment.parts.get(name), 1) for name in PARTS}


def _measure(name: str, raw: float | None) -> dict[str, Any]:
    scale = SCALES[name]
    score = None if raw is None else scale.score(raw)
    return {
        "label": scale.label,
        "unit": scale.unit,
        "raw": _rounded(raw, 4),
        "score": _rounded(score, 3),
        "verdict": Verdict.from_score(score).value,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _url(name: str | None, request: Request) -> str | None:
    return request.build_absolute_uri(default_storage.url(name)) if name else None
