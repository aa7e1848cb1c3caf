"""Prompts in other languages: the English text that is searched for."""

import tomllib
from pathlib import Path

import pytest

from catalog.vocabulary.languages.detection import detect
from catalog.vocabulary.languages.english_text import write_english

PROMPTS = {
    file.stem: tomllib.loads(file.read_text("utf-8"))
    for file in sorted((Path(__file__).parent / "prompts").glob("??.toml"))
}
CASES = [(code, *case) for code, cases in PROMPTS.items() for case in cases.items()]


@pytest.mark.parametrize(("code", "prompt", "english"), CASES)
def test_a_prompt_becomes_english(code: str, prompt: str, english: str) -> None:
    reading = detect(prompt)
    assert reading is not None
    assert (reading.lexicon.code, write_english(reading.pieces)) == (code, english)
    assert [piece.text for piece in reading.pieces if piece.concept is None] == []


@pytest.mark.parametrize("code", PROMPTS)
def test_every_language_has_enough_prompts(code: str) -> None:
    assert len(PROMPTS[code]) >= 25


@pytest.mark.parametrize("prompt", ["口红", "口紅", "红薯", "包子", "鞋柜", "スーツケース"])
def test_a_letter_of_an_unknown_word_is_no_word(prompt: str) -> None:
    assert detect(prompt) is None


@pytest.mark.parametrize("prompt", ["صندلی", "أحمر شفاه", "面包", "歯ブラシ", "rouge à lèvres"])
def test_things_that_are_no_garments_are_not_taken_apart(prompt: str) -> None:
    assert detect(prompt) is None


@pytest.mark.parametrize(
    ("prompt", "english", "unknown"),
    [
        ("红色的口红", "red 口红", "口红"),
        ("キャンバスのトランペット", "canvas トランペット", "トランペット"),
        ("钓鱼鞋", "钓鱼 shoes", "钓鱼"),
        ("عطر أحمر", "red عطر", "عطر"),
        ("kırmızı ruj", "red ruj", "ruj"),
        ("czerwony rower", "red rower", "rower"),
    ],
)
def test_an_unknown_word_stays_as_it_is_written(prompt: str, english: str, unknown: str) -> None:
    reading = detect(prompt)
    assert reading is not None
    assert write_english(reading.pieces) == english
    assert [piece.text for piece in reading.pieces if piece.concept is None] == [unknown]
