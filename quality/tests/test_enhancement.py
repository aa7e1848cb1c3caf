import numpy as np
import pytest

from evaluation.quality.degradations import (
    add_cast,
    add_noise,
    blur,
    compress,
    lower_contrast,
    over_expose,
    under_expose,
)
from quality.compare.similarity import psnr, ssim
from quality.enhance.enhancement import MAX_COLOUR_CHANGE, enhance
from quality.enhance.improvement import AUTOMATIC, Step
from quality.measure.frame import make_frame, to_float
from quality.measure.metrics import measure
from quality.measure.scales import score
from quality.profiles import PROFILES, judge
from quality.tests.photos import make_photo, make_scene, needs_photos, real_photos


def spoiled(spoil, severity=3, **photo):
    original = make_photo(height=533, **photo)
    return original, measure(make_frame(spoil(original, severity, np.random.default_rng(2))))


@pytest.mark.parametrize(
    ("spoil", "step"),
    [
        (add_noise, Step.DENOISE),
        (compress, Step.DEBLOCK),
        (add_cast, Step.WHITE_BALANCE),
        (under_expose, Step.TONE),
        (lower_contrast, Step.TONE),
        (blur, Step.SHARPEN),
    ],
)
def test_each_fault_is_found_and_fixed(spoil, step):
    original, before = spoiled(spoil)
    result = enhance(before, level=1.0)
    assert step in {applied.step for applied in result.applied}
    wanted = to_float(original)
    assert psnr(to_float(result.after.frame.pixels), wanted) > psnr(
        to_float(before.frame.pixels), wanted
    )
    assert score(result.after).score > score(before).score - 0.5


def test_step_that_was_not_requested_is_not_applied():
    _, before = spoiled(under_expose)
    result = enhance(before, level=1.0, steps=[Step.DENOISE, Step.SHARPEN])
    assert Step.TONE not in {applied.step for applied in result.applied}


def test_level_0_changes_nothing_and_half_a_level_changes_less():
    _, before = spoiled(under_expose, 2)
    assert enhance(before, level=0).after is before
    half, whole = (enhance(before, level=level).lightness_change for level in (0.5, 1.0))
    assert 0 < half < whole


def test_white_background_stays_white():
    photo = np.full((533, 400, 3), 255, np.uint8)
    garment = make_photo(height=533)[150:400, 100:300]
    photo[150:400, 100:300] = garment
    before = measure(make_frame(over_expose(photo, 2, np.random.default_rng(1))))
    after = enhance(before, level=1.0).after.frame.pixels
    assert (after[:100] >= 254).all()


def test_the_same_photo_gives_the_same_pixels():
    _, before = spoiled(add_noise)
    one, other = (enhance(before, level=1.0).after.frame.pixels for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("spoil", [under_expose, lower_contrast, over_expose, add_noise, blur])
@pytest.mark.parametrize("colour", ["red", "blue"])
def test_the_garment_keeps_its_colour(spoil, colour):
    _, before = spoiled(spoil, 2, colour=colour)
    result = enhance(before, level=1.0, steps=[s for s in AUTOMATIC if s != Step.WHITE_BALANCE])
    assert result.colour_change <= MAX_COLOUR_CHANGE


@pytest.mark.parametrize("key", PROFILES)
@pytest.mark.parametrize("spoil", [add_noise, under_expose, blur, compress])
def test_no_rule_that_passed_fails_afterwards(key, spoil):
    _, before = spoiled(spoil)
    profile = PROFILES[key]
    after = enhance(before, level=1.0, steps=list(Step), profile=profile).after
    for was, now in zip(judge(profile, before).results, judge(profile, after).results, strict=True):
        assert not (was.passed and now.passed is False), was.rule


def test_large_photo_meets_amazons_rules():
    before = measure(make_frame(make_photo(height=1400)))
    profile = PROFILES["amazon"]
    assert any(r.rule.is_required and not r.passed for r in judge(profile, before).results)
    after = enhance(before, level=1.0, steps=list(Step), profile=profile).after
    assert [
        r.rule for r in judge(profile, after).results if r.rule.is_required and not r.passed
    ] == []


def test_reframe_meets_zalandos_aspect():
    before = measure(make_frame(make_photo(height=1400)))
    after = enhance(before, level=1.0, steps=[Step.REFRAME], profile=PROFILES["zalando"]).after
    height, width = after.frame.pixels.shape[:2]
    assert width / height == pytest.approx(1 / 1.44, abs=0.005)
    assert after["centring"].raw == pytest.approx(0, abs=0.02)


def test_without_a_garment_background_and_frame_stay():
    before = measure(make_frame(make_scene()))
    result = enhance(before, level=1.0, steps=[Step.WHITE_BACKGROUND, Step.REFRAME])
    assert result.applied == ()
    assert result.after is before


def test_each_step_and_each_taken_back_step_is_reported():
    calls = []
    _, before = spoiled(add_noise)
    result = enhance(
        before, level=1.0, on_progress=lambda stage, share: calls.append((stage, share))
    )
    expected = [*AUTOMATIC, "measuring", *(f"taking {step} back" for step in result.taken_back)]
    assert [stage for stage, _ in calls] == [*expected, "done"]
    shares = [share for _, share in calls]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


@needs_photos
def test_clean_photos_change_very_little():
    likenesses = []
    for photo in real_photos(12):
        after = enhance(measure(make_frame(photo)), level=1.0).after.frame.pixels
        likenesses.append(ssim(to_float(photo), to_float(after)))
    assert np.mean(likenesses) >= 0.97
