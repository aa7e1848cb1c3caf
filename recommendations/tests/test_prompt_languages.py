"""Prompts in other languages: the English text that is searched for."""

import tomllib
from pathlib import Path

import pytest

from catalog.vocabulary.languages.lexicon import tokenise
from recommendations.query.detection import detect
from recommendations.query.english_text import write_english

PROMPTS = {
    file.stem: tomllib.loads(file.read_text("utf-8"))
    for file in sorted((Path(__file__).parent / "prompts").glob("??.toml"))
}
CASES = [(code, *case) for code, cases in PROMPTS.items() for case in cases.items()]


@pytest.mark.parametrize(("code", "prompt", "english"), CASES)
def test_a_prompt_becomes_english(code: str, prompt: str, english: str) -> None:
    reading = detect(prompt, tokenise(prompt))
    assert reading is not None
    assert (reading.lexicon.code, write_english(reading.pieces)) == (code, english)
    assert [piece.text for piece in reading.pieces if piece.concept is None] == []


@pytest.mark.parametrize("code", PROMPTS)
def test_every_language_has_enough_prompts(code: str) -> None:
    assert len(PROMPTS[code]) >= 25
