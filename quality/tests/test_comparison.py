import numpy as np

from evaluation.quality.degradations import add_noise, under_expose
from quality.compare.comparison import Side, compare
from quality.measure.frame import make_frame
from quality.measure.scales import SCALES, score
from quality.tests.photos import make_photo


def make_pair(spoil=add_noise):
    photo = make_photo(height=533)
    worse = spoil(photo, 4, np.random.default_rng(1))
    return make_frame(photo), make_frame(worse)


def test_better_photo_is_marked_in_either_order():
    clean, worse = make_pair()
    there, back = compare(clean, worse, level=0), compare(worse, clean, level=0)
    assert (there.better, back.better) == (Side.FIRST, Side.SECOND)
    noise = {line.name: line.better for line in there.lines}["noise"]
    assert noise is Side.FIRST
    assert [line.name for line in there.lines] == list(SCALES)
    assert there.enhancement is None


def test_two_versions_of_a_scene_have_a_likeness():
    likeness = compare(*make_pair(), level=0).likeness
    assert likeness is not None
    assert 0 < likeness.ssim < 0.9
    assert 15 < likeness.psnr < 30
    assert likeness.overlap > 0.95


def test_two_garments_have_no_likeness():
    shirt = make_frame(make_photo(height=533, kind="shirt", colour="blue"))
    assert compare(make_frame(make_photo(height=533)), shirt, level=0).likeness is None


def test_weaker_photo_is_enhanced():
    comparison = compare(*make_pair(under_expose), level=1.0)
    enhanced = comparison.enhancement
    assert enhanced is not None
    assert enhanced.before is comparison.second
    assert score(enhanced.after).score > score(enhanced.before).score
    assert "first photo" in comparison.advice
    assert "brings the second" in comparison.advice


def test_equal_photos_are_the_same():
    photo = make_frame(make_photo(height=533))
    comparison = compare(photo, photo, level=1.0)
    assert comparison.better is Side.SAME
    assert comparison.enhancement is None
    assert comparison.likeness.ssim > 0.999
    assert comparison.advice.startswith("Both")


def test_stages_are_reported_in_order():
    calls = []
    compare(*make_pair(), level=1.0, on_progress=lambda stage, share: calls.append((stage, share)))
    stages, shares = zip(*calls, strict=True)
    beginnings = ["measuring the first", "measuring the second", "aligning", "enhancing"]
    assert [stage for stage in stages if stage in beginnings] == beginnings
    assert "enhancing: denoise" in stages
    assert calls[0][1] == 0
    assert calls[-1] == ("done", 1.0)
    assert list(shares) == sorted(shares)
