from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from quality.enhance.improvement import Step
from quality.measure.frame import make_frame
from quality.measure.metrics import measure
from quality.profiles import FIXES, PROFILES, SUBJECTS, ProfileUnusable, judge, read_profile
from quality.tests.photos import make_scene

TODAY = date(2026, 11, 21)


def make_packshot(*, width=1000, height=1440, fill=0.9, ground=255):
    photo = np.full((height, width, 3), ground, np.uint8)
    tall, wide = round(height * fill), round(width * 0.5)
    top, left = (height - tall) // 2, (width - wide) // 2
    rng = np.random.default_rng(1)
    cloth = rng.normal((40, 60, 140), 6, (tall, wide, 3)).clip(0, 255)
    photo[top : top + tall, left : left + wide] = cloth
    return photo


def results(key, pixels, **facts):
    measures = measure(replace(make_frame(pixels), **facts))
    return {result.rule.name: result for result in judge(PROFILES[key], measures).results}


def test_a_packshot_passes_all_that_amazon_requires():
    found = results("amazon", make_packshot(), file_bytes=300_000)
    assert {rule for rule, result in found.items() if not result.passed} == {"advised_size"}
    assert not found["advised_size"].rule.is_required
    assert found["fill"].measured == pytest.approx(0.9, abs=0.02)
    assert (found["fill"].rule.least, found["fill"].rule.most) == (0.85, None)
    assert found["fill"].fix is None


def test_grey_background_fails_with_the_step_that_fixes_it():
    found = results("amazon", make_packshot(ground=225))
    assert found["white_background"].passed is False
    assert found["white_background"].measured == 0
    assert found["white_background"].fix.step == "white_background"


def test_zalando_requires_its_own_aspect_and_size():
    found = results("zalando", make_packshot(), file_bytes=21 * 1024**2)
    assert found["aspect"].passed
    assert found["least_height"].passed
    assert found["most_bytes"].passed is False
    assert found["best_height"].passed is False
    square = results("zalando", make_packshot(width=1440))
    assert square["aspect"].passed is False
    assert square["aspect"].fix.step == "reframe"
    assert square["most_bytes"].passed is None


def test_google_refuses_small_photos_and_recommends_future_sizes():
    found = results("google", make_packshot(width=240, height=346))
    assert found["least_size"].passed is False
    assert found["least_size"].fix.step is None
    larger = results("google", make_packshot(width=400, height=576))
    assert larger["least_size"].passed
    assert larger["least_size_2027"].passed is False
    assert not larger["least_size_2027"].rule.is_required


def test_rule_that_cannot_be_checked_neither_passes_nor_fails():
    found = results("google", make_scene())
    assert found["fill"].passed is None
    assert found["fill"].measured is None
    assert "plain" in found["fill"].fix.advice


def test_every_rule_has_a_source_a_date_and_a_fix_that_exists():
    steps = {step.value for step in Step}
    assert set(FIXES) == SUBJECTS
    assert all(fix.step is None or fix.step in steps for fix in FIXES.values())
    for profile in PROFILES.values():
        assert all(rule.source and rule.as_of <= TODAY for rule in profile.rules)
        assert all(rule.subject in SUBJECTS for rule in profile.rules)
        assert len({rule.name for rule in profile.rules}) == len(profile.rules)


def test_a_shops_own_profile_is_checked_like_the_others():
    profile = read_profile(
        {"label": "Ours", "rules": [{"subject": "sharpness", "least": 0.9},
                                    {"subject": "noise", "most": 99, "required": False}]},
        as_of=TODAY,
    )  # fmt: skip
    measures = measure(make_frame(make_packshot()))
    sharp, calm = judge(profile, measures).results
    assert (sharp.passed, sharp.rule.is_required) == (False, True)
    assert (calm.passed, calm.rule.is_required) == (True, False)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "rules"),
        ({"rules": []}, "rules"),
        ({"rules": [{"subject": "beauty", "least": 1}]}, "rules.0.subject"),
        ({"rules": ["sharp"]}, "rules.0"),
        ({"rules": [{"subject": "noise"}]}, "rules.0"),
        ({"rules": [{"subject": "noise", "least": 3, "most": 2}]}, "rules.0"),
        ({"rules": [{"subject": "noise", "most": "low"}]}, "rules.0.most"),
        ({"rules": [{"subject": "noise", "most": True}]}, "rules.0.most"),
        ({"rules": [{"subject": "noise", "most": float("nan")}]}, "rules.0.most"),
        ({"rules": [{"subject": "noise", "most": 2}], "fill": 3}, "fill"),
        ({"rules": [{"subject": "noise", "most": 2}], "aspect": 0}, "aspect"),
    ],
)
def test_invalid_own_profile_names_the_field(data, field):
    with pytest.raises(ProfileUnusable) as refusal:
        read_profile(data, as_of=TODAY)
    assert refusal.value.details["field"] == field
