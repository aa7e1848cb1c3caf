"""The axis between clothing and other things, with simple vectors."""

import numpy as np

from catalog.indexing.clothing_axis import measure_axis
from core.ml.encoder import Embeddings

CLOTHING, FOREIGN, WORD, SIZE = 0, 1, 2, 6
NONE = np.empty((0, SIZE), np.float32)


def make_texts(count: int, column: int, *, seed: int = 0) -> Embeddings:
    """Return texts (count, 6) that differ from another class much less than among themselves."""
    rows = np.random.default_rng(seed).normal(scale=0.02, size=(count, SIZE)).astype(np.float32)
    rows[:, WORD] += np.linspace(-1, 1, count)
    rows[:, column] += 0.3
    return rows


def test_ignores_a_direction_in_which_all_texts_differ() -> None:
    axis = measure_axis(make_texts(100, CLOTHING), make_texts(200, FOREIGN, seed=1), NONE)
    others = make_texts(50, CLOTHING, seed=2), make_texts(50, FOREIGN, seed=3)
    assert abs(axis.direction[WORD]) < 0.1
    assert axis.accepts(others[0]).all() and not axis.accepts(others[1]).any()


def test_the_shops_own_words_move_the_threshold() -> None:
    clothing, foreign = make_texts(100, CLOTHING), make_texts(200, FOREIGN, seed=1)
    own = np.tile((clothing[50] + 3 * foreign[100]) / 4, (4, 1))
    assert not measure_axis(clothing, foreign, NONE).accepts(own).any()
    assert measure_axis(clothing, foreign, own).accepts(own).all()


def test_few_words_that_look_foreign_do_not_accept_everything() -> None:
    clothing, foreign = make_texts(100, CLOTHING), make_texts(200, FOREIGN, seed=1)
    own = np.concatenate((clothing[:49], foreign[:1]))
    axis = measure_axis(clothing, foreign, own)
    assert axis.accepts(clothing).mean() > 0.95 and axis.accepts(foreign).mean() < 0.1


def test_texts_without_a_difference_are_all_accepted() -> None:
    same = np.full((20, SIZE), 0.4, np.float32)
    assert measure_axis(same, same, NONE).accepts(same).all()
