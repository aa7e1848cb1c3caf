"""The prompts of the calibration are many, each there once, and none of an evaluation."""

from pathlib import Path

from catalog.indexing import prompts
from catalog.indexing.prompts import make_clothing_prompts, read_foreign_prompts, read_prompts
from catalog.vocabulary.kinds import KINDS
from core.ml.colours import BASIC_COLOURS
from evaluation.encoder.languages import read_languages
from evaluation.encoder.matches import read_unsold
from evaluation.search.negative_queries import THINGS_NOT_SOLD

FOLDER = Path(prompts.__file__).parent


def test_each_file_has_hundreds_of_prompts_and_none_twice() -> None:
    for name, least in (("foreign.txt", 1_000), ("clothing.txt", 500)):
        listed = read_prompts(FOLDER / name)
        assert len(listed) >= least
        assert len(listed) == len(set(listed))


def test_clothing_prompts_have_every_kind_and_colour() -> None:
    found = make_clothing_prompts()
    assert {*KINDS, *BASIC_COLOURS} <= set(found) and len(found) == len(set(found))
    assert not set(found) & set(read_foreign_prompts())


def test_evaluations_search_for_other_things_than_the_calibration() -> None:
    held_out = {*read_unsold(), *THINGS_NOT_SOLD}
    assert len(read_unsold()) >= 100
    assert not held_out & set(read_foreign_prompts())


def test_evaluations_search_for_clothing_in_other_words_than_the_listed_ones() -> None:
    english = {text for pairs in read_languages().values() for text in pairs.values()}
    assert not english & set(read_prompts(FOLDER / "clothing.txt"))
