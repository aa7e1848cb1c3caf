"""Experiments split shoppers by the share, and outcomes have the published intervals."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.steering.experiments import Arm, Outcome, estimate_difference, estimate_rate
from recommendations.steering.weights import is_variant

EXPERIMENT = UUID("0199d0c4-7a00-7000-8000-000000000000")
SHOPPERS = [f"customer-{number}" for number in range(20_000)]


def variants(experiment: UUID = EXPERIMENT, share: float = 0.5) -> set[str]:
    return {shopper for shopper in SHOPPERS if is_variant(experiment, shopper, share)}


# --- Assignment -----------------------------------------------------------------------


def test_assignment_of_shoppers_never_changes():
    seen = [number for number in range(12) if is_variant(EXPERIMENT, f"customer-{number}", 0.5)]
    assert seen == [3, 7, 10]


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_the_share_of_shoppers_sees_the_variant(share):
    assert len(variants(share=share)) / len(SHOPPERS) == pytest.approx(share, abs=0.011)


def test_larger_share_includes_the_smaller_one():
    assert variants(share=0.2) < variants(share=0.3)


def test_shares_of_0_and_1_mean_none_and_all():
    assert variants(share=0.0) == set()
    assert variants(share=1.0) == set(SHOPPERS)


def test_splits_of_two_experiments_are_independent():
    first, second = variants(), variants(UUID(int=1))
    assert len(first & second) / len(first) == pytest.approx(0.5, abs=0.02)


@given(shopper=st.text(st.characters(codec="utf-8")))
def test_any_shopper_id_is_assigned(shopper):
    assert is_variant(EXPERIMENT, shopper, 1.0)
    assert not is_variant(EXPERIMENT, shopper, 0.0)


# --- Intervals ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857-872, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_rates_have_wilsons_interval(successes, trials, low, high):
    estimate = estimate_rate(successes, trials)
    assert estimate.value == successes / trials
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.00005)


@pytest.mark.parametrize(
    ("variant", "control", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 873-890, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
    ],
)
def test_differences_have_newcombes_interval(variant, control, low, high):
    estimate = estimate_difference(estimate_rate(*control), estimate_rate(*variant))
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.00005)


@given(trials=st.integers(0, 10_000), data=st.data())
def test_interval_contains_its_value_and_stays_in_range(trials, data):
    estimate = estimate_rate(data.draw(st.integers(0, trials)), trials)
    other = estimate_rate(data.draw(st.integers(0, trials)), trials)
    between = estimate_difference(estimate, other)
    assert 0 <= estimate.low <= estimate.high <= 1
    assert -1 <= between.low <= between.high <= 1
    if estimate.value is not None and between.value is not None:
        assert estimate.low <= estimate.value <= estimate.high
        assert between.low <= between.value <= between.high


@given(shares=st.tuples(st.integers(0, 50), st.integers(0, 50)))
def test_swapped_arms_have_the_negative_difference(shares):
    first, second = (estimate_rate(successes, 50) for successes in shares)
    there, back = estimate_difference(first, second), estimate_difference(second, first)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


# --- Sentences ------------------------------------------------------------------------


def counts(clicked: int, answers: int = 1000) -> Arm:
    return Arm(shoppers=400, answers=answers, clicked=clicked, added=clicked)


@pytest.mark.parametrize(
    ("control", "variant", "sentence"),
    [
        (
            counts(200),
            counts(250),
            "The variant's click-through rate is higher; the interval excludes zero.",
        ),
        (
            counts(250),
            counts(200),
            "The variant's click-through rate is lower; the interval excludes zero.",
        ),
        (counts(200), counts(210), "No difference in the click-through rate is visible yet."),
        (Arm(), counts(210), "No difference in the click-through rate is visible yet."),
        (Arm(), Arm(), "No difference in the click-through rate is visible yet."),
    ],
)
def test_outcome_describes_the_difference_in_a_sentence(control, variant, sentence):
    assert Outcome(control, variant).click_through.sentence == sentence


def test_arm_without_answers_has_no_rate():
    outcome = Outcome(Arm(), counts(210))
    assert outcome.control.click_through.value is None
    assert outcome.click_through.estimate.value is None
    assert outcome.variant.click_through.value == 0.21
