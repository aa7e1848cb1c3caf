"""How misspelt prompts are corrected, and that known words are left alone."""

import hypothesis
import pytest
from hypothesis import strategies as st

from catalog.models import ShopWord
from catalog.search.shop_words import ShopTerm, ShopWords
from catalog.vocabulary.languages.concepts import CONCEPTS
from catalog.vocabulary.languages.lexicon import read_lexicon, tokenise
from recommendations.query.corrections import correct_spelling

OWN = ShopWords(
    (ShopTerm(ShopWord.Kind.BRAND, "snekerz", "Snekerz", 3),), {"snekerz": 3, "hustawka": 2}
)
VOCABULARY = sorted({text for texts in CONCEPTS.values() for text in texts})


def correct(prompt: str, **options) -> list[str]:
    return [found.corrected for found in correct_spelling(tokenise(prompt), **options)]


@pytest.mark.parametrize(
    ("prompt", "corrected"),
    [
        ("snekers", "sneakers"),
        ("red swaeter", "sweater"),
        ("jakcet", "jacket"),
        ("reddress", "red dress"),
        ("leatherjacket", "leather jacket"),
        ("dungares", "dungarees"),
        ("cardgan", "cardigan"),
        ("floral drss", "dress"),
        ("blouce", "blouse"),
        ("kimmono", "kimono"),
        ("waterprof coat", "waterproof"),
        ("yelo hoodie", "yellow"),
        ("pnk bag", "pink"),
        ("hta", "hat"),
        ("weddingdress", "wedding dress"),
        ("beany", "beanie"),
        ("wite t-shirt", "white"),
        ("red dres", "dress"),
        ("purple bluse", "blouse"),
        ("lace ocat", "coat"),
        ("anvy heels", "navy"),
        ("hrey leggings", "grey"),
        ("lue jumpsuit", "blue"),
        ("wool hayt", "hat"),
        ("purpe elegant socks", "purple"),
        ("treners", "trainers"),
        ("white hirt", "shirt"),
        ("green checkd shirt", "checked"),
    ],
)
def test_corrects_garments_and_their_looks(prompt, corrected) -> None:
    assert correct(prompt) == [corrected]


@pytest.mark.parametrize(
    "prompt",
    [
        *("red dress", "tee", "boho dress", "bridgerton dress", "cottagecore", "athleisure"),
        *(
            "KT-INS114-DRE",
            "ab12xl",
            "robe rouge",
            "Sommerkleid",
            "çiçeksiz",
            "maglione",
            "asdfghjkl",
            "ysl bag",
            "ugg boots",
            "lbd",
            "bnwt coat",
            "tiered dress",
            "witte sneakers",
            "flowy skirt",
            "black skort",
            "dres",
            "veste mais pas noire",
            "jas maar niet zwart",
            "vestido mañana",
            "a" * 1_000,
        ),
    ],
)
def test_leaves_other_words_alone(prompt) -> None:
    assert correct(prompt) == []


def test_never_changes_a_word_that_the_shop_uses() -> None:
    assert correct("snekerz", own=OWN) == []
    assert correct("huztawka", own=OWN) == ["hustawka"]


def test_corrects_in_the_language_of_the_prompt() -> None:
    assert correct("schwarze Turnschue", lexicon=read_lexicon("de")) == ["turnschuhe"]
    assert correct("çiçeksiz elbise", lexicon=read_lexicon("tr")) == []
    assert correct("roube ruge") == ["robe", "rouge"]


@hypothesis.given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=5))
@hypothesis.settings(max_examples=200, deadline=None)
def test_never_changes_a_word_of_the_vocabulary(words) -> None:
    assert correct(" ".join(words)) == []
