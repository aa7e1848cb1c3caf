"""Prompts become vectors, vectors become probabilities, and confidences are compared with truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from evaluation.tagging.metrics import JudgedTag, best_temperature, measure
from stylist.tagging.zero_shot import (
    PASS_SIZE,
    classify,
    encode_all,
    encode_values,
    find_best,
    find_known,
    sum_by_group,
)
from stylist.tests.tagging.photos import WordEncoder


def test_a_text_is_known_if_all_its_words_are():
    encode = WordEncoder(["denim", "jacket"])

    known = find_known(["jacket", "denim jacket", "biker jacket", "kilt"], encode)

    assert known == {"jacket", "denim jacket"}


def test_a_value_is_the_unit_mean_of_its_words_in_all_templates():
    encode = WordEncoder(["red", "blue", "a"])

    vectors = encode_values([("red",), ("red", "blue")], ("{}", "a {}"), encode)

    texts = encode(["red", "a red", "blue", "a blue"])
    mean = texts.mean(axis=0)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.allclose(vectors[1], mean / np.linalg.norm(mean), atol=1e-6)
    assert not np.allclose(vectors[0], vectors[1])


def test_texts_are_encoded_once_in_passes_and_returned_in_order():
    encode = WordEncoder([str(k) for k in range(100)])
    texts = [str(k % 100) for k in range(250)]

    vectors = encode_all(texts, encode)

    assert len(encode.texts) == 100 > PASS_SIZE
    assert vectors.argmax(axis=1).tolist() == [k % 100 for k in range(250)]


unit = arrays.arrays(
    np.float32, (4, 6), elements=st.floats(-1, 1, width=32).filter(lambda x: abs(x) > 1e-3)
).map(lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True))


@given(unit, unit, st.floats(0.01, 1))
def test_probabilities_sum_to_one_in_the_order_of_the_cosines(images, labels, temperature):
    parts = classify(images, labels, temperature=temperature)

    assert np.allclose(parts.sum(axis=1), 1, atol=1e-5)
    best = (images @ labels.T)[np.arange(4), parts.argmax(axis=1)]
    assert np.allclose(best, (images @ labels.T).max(axis=1), atol=1e-5)


def test_a_prior_decides_between_equals_and_excludes_zeros():
    image, labels = np.array([1, 0], np.float32), np.array([[1, 0], [1, 0], [1, 0]], np.float32)

    parts = classify(image, labels, temperature=0.1, prior=np.array([0.6, 0.4, 0], np.float32))

    assert parts == pytest.approx([0.6, 0.4, 0], abs=1e-6)


def test_groups_are_summed_and_the_best_is_found_within_one():
    parts = np.array([0.3, 0.25, 0.45], np.float32)
    groups = ["top", "top", "shoes"]

    slots = sum_by_group(parts, groups, ("shoes", "top", "bag"))

    assert slots == pytest.approx([0.45, 0.55, 0])
    assert find_best(parts, groups, "top") == 0
    assert find_best(parts, groups, "shoes") == 2


def test_calibration_error_is_the_distance_between_confidence_and_truth():
    honest = [JudgedTag(0.75, True, k < 3) for k in range(4)]
    boastful = [JudgedTag(0.95, True, k < 1) for k in range(4)]

    assert measure(honest).ece == pytest.approx(0)
    assert measure(boastful).ece == pytest.approx(0.7)
    assert measure([*honest, *boastful]).ece == pytest.approx(0.35)


def test_sure_tags_are_measured_separately():
    figures = measure([JudgedTag(0.9, True, True), JudgedTag(0.2, False, False)])

    assert (figures.right, figures.sure, figures.sure_right) == (0.5, 0.5, 1.0)
    assert measure([JudgedTag(0.2, False, True)]).sure_right is None


def test_an_overconfident_encoder_needs_a_higher_temperature():
    boast, doubt = {"a": 0.98, "b": 0.02}, {"a": 0.6, "b": 0.4}
    half_right = [(boast, frozenset("a")), (boast, frozenset("b"))]
    all_right = [(doubt, frozenset("a"))] * 2

    assert best_temperature(half_right) == 2.0
    assert best_temperature(all_right) == 0.5
