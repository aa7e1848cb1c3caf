"""Prompts that name a garment by its kind, colour and pattern, and say nothing else."""

import pytest

from recommendations.query.interpretation import interpret


def understand(prompt: str):
    return interpret(prompt, encoder="mini").understanding


@pytest.mark.parametrize(
    "prompt",
    [
        "red dress",
        "show me some red dresses please",
        "women's white trainers under 60",
        "red floral dress, not long",
        "robe rouge à pois",
        "blau kariertes Hemd für Herren",
        "赤いワンピース",
        "red zxcvbn dress",  # the answer says that it does not know the word
    ],
)
def test_kind_colour_and_pattern_are_all_that_is_said(prompt):
    assert understand(prompt).is_description


@pytest.mark.parametrize(
    "prompt",
    [
        "red",
        "long red dress",
        "red dress for a wedding",
        "red dress with a belt",
        "red leather dress",
        "red heels over 5 inches",
        "black over the knee boots",
        "white shirt and black trousers",
        "red and white dress",
        "夏の赤いワンピース",
    ],
)
def test_more_is_said_or_less(prompt):
    assert not understand(prompt).is_description


@pytest.mark.parametrize(
    ("prompt", "kinds"),
    [
        ("red dresses", [("dresses", "dress")]),
        ("evening clutches", [("clutches", "clutch")]),
        ("blue swimming costumes", [("swimming costumes", "swimming costume")]),
        ("black belt", [("belt", "belt")]),
        ("dress with a belt", [("dress", "dress")]),
        ("high heels", [("high heels", "high heels")]),
        ("fleece jacket", [("fleece jacket", "fleece jacket")]),
        ("warm fleece", [("fleece", "fleece")]),
        ("floral", []),
    ],
)
def test_kinds_are_chips_in_the_plural_and_where_they_may_be_parts(prompt, kinds):
    chips = understand(prompt).chips
    assert [(chip.text, chip.value) for chip in chips if chip.kind == "kind"] == kinds
