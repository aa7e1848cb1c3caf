import numpy as np
import pytest

from catalog.vocabulary.words import STYLES
from stylist.garments.pool import NEUTRAL, RELATED_STYLES, season_suitability, style_vectors
from stylist.outfits.compatibility import formality_agreement, or_neutral, style_agreement


def agree(one, other):
    names = [*RELATED_STYLES]
    rows = np.array([[styles.get(name, 0.0) for name in names] for styles in (one, other)])
    vectors = style_vectors(rows, names)
    return float(style_agreement(vectors[:1], vectors[1:])[0, 0])


def test_styles_agree_more_with_related_styles_than_with_others():
    assert agree({"casual": 0.5, "sporty": 0.2}, {"casual": 5.0, "sporty": 2.0}) == pytest.approx(1)
    assert agree({"business": 1}, {"classic": 1}) > 0.2
    assert agree({"formal": 1}, {"beach": 1}) == 0
    assert agree({"casual": 1}, {"casual": 0.5, "formal": 0.5}) == pytest.approx(0.7, abs=0.1)


def test_an_unknown_style_agrees_with_itself():
    rows = style_vectors(np.array([[1.0, 0.0], [0.0, 1.0]]), ["gothic", "casual"])
    assert style_agreement(rows, rows).tolist() == [[1, 0], [0, 1]]


def test_missing_styles_are_neutral():
    assert agree({}, {"casual": 1}) == NEUTRAL


def test_related_styles_are_styles_of_the_vocabulary():
    assert set(RELATED_STYLES) == set(STYLES)
    assert {name for kin in RELATED_STYLES.values() for name in kin} <= set(STYLES)
    assert all(own not in kin for own, kin in RELATED_STYLES.items())


def test_formality_agreement_depends_on_distance_and_confidence():
    values = formality_agreement(np.array([0.5, 0.25, 0.0, np.nan]), np.array(0.5))
    assert values[:3].tolist() == [1, 0.5, 0]
    assert or_neutral(values).tolist() == [1, 0.5, 0, NEUTRAL]
    assert or_neutral(values, 0.5).tolist() == [0.75, 0.5, 0.25, NEUTRAL]


def test_an_all_year_garment_suits_every_season():
    rows = np.array([[0.25] * 4, [0, 0, 0.4, 0.8], [0] * 4])
    assert season_suitability(rows).tolist() == [[1] * 4, [0, 0, 0.5, 1], [NEUTRAL] * 4]
