"""Texts are one in whatever form they arrive."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import LANGUAGES, find_stems, fold, normalize

FORMS = ("NFC", "NFD")


@given(st.text(max_size=60), st.sampled_from(FORMS))
def test_canonically_equivalent_texts_are_stored_and_compared_as_one(text, form):
    other = unicodedata.normalize(form, text)
    assert normalize(other) == normalize(text)
    assert fold(other) == fold(text)


@given(st.text(max_size=60))
def test_a_folded_text_stays_as_it_is(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Huśtawka", "hustawka"),
        ("Café crème", "cafe creme"),
        ("ﬁne œuvre", "fine oeuvre"),
        ("ＡＢ１２", "ab12"),
        ("Ёлка", "елка"),
        ("كتاب", "کتاب"),
        ("STRAẞE", "strasse"),
        ("co\u00adzy", "cozy"),
    ],
)
def test_case_accents_ligatures_width_and_letter_forms_do_not_count(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "dresses", "dress"),
        ("de", "Kleider", "Kleides"),
        ("fr", "élégantes", "elegante"),
        ("pl", "sukienki", "sukienka"),
        ("ru", "чёрные", "черный"),
        ("zh", "shirts", "shirt"),
    ],
)
def test_forms_of_a_word_share_a_stem(language, one, other):
    assert set(find_stems(one, language)) & set(find_stems(other, language))


@given(st.text(min_size=1, max_size=20), st.sampled_from(sorted(LANGUAGES)))
def test_every_word_has_stems_in_every_language(word, language):
    assert find_stems(word, language)
    assert find_stems(unicodedata.normalize("NFD", word), language) == find_stems(word, language)
