"""Patterns are measured: plain cloth is calm, stripes have one direction, checks have two."""

import numpy as np
import pytest

from catalog.vocabulary.words import PATTERNS
from stylist.tagging.pattern import PatternMeasure, compute_pattern_prior, measure_pattern
from stylist.tests.tagging.photos import cut_out

NAMES = tuple(PATTERNS)


def woven(*, across: bool, down: bool):
    """Return a red garment with white bars across it, down it, or both."""
    photo, mask = cut_out()
    photo[mask] = (202, 32, 42)
    rows, columns = np.indices(mask.shape)
    bars = ((rows % 16 < 8) & across) ^ ((columns % 16 < 8) & down)
    photo[mask & bars] = (247, 247, 246)
    return photo, mask


def test_plain_cloth_is_plain():
    calm = measure_pattern(*woven(across=False, down=False))

    assert calm.busyness < 0.002
    assert compute_pattern_prior(calm, NAMES).argmax() == NAMES.index("plain")


@pytest.mark.parametrize("bars", [{"across": True, "down": False}, {"across": False, "down": True}])
def test_bars_in_one_direction_are_stripes(bars):
    measured = measure_pattern(*woven(**bars))

    assert measured.direction > 0.9
    assert NAMES[compute_pattern_prior(measured, NAMES).argmax()] == "striped"


def test_bars_in_both_directions_are_another_pattern():
    prior = compute_pattern_prior(measure_pattern(*woven(across=True, down=True)), NAMES)

    assert prior[NAMES.index("plain")] < 0.1
    assert prior[NAMES.index("striped")] < 0.1


def test_the_outline_of_a_plain_garment_is_not_a_pattern():
    photo, mask = cut_out()
    photo[mask] = (24, 24, 26)

    assert measure_pattern(photo, mask).busyness < 0.002


def test_a_very_small_garment_is_plain():
    photo, mask = cut_out()

    assert measure_pattern(photo, np.zeros_like(mask)) == PatternMeasure(0.0, 0.0)


def test_the_prior_sums_to_one():
    for measure in (PatternMeasure(0, 0), PatternMeasure(0.03, 0.5), PatternMeasure(0.2, 1)):
        assert compute_pattern_prior(measure, NAMES).sum() == pytest.approx(1, abs=1e-6)
