"""How prompts are understood: languages, false friends, unknown words, hostile texts."""

import hypothesis
import pytest
from hypothesis import strategies as st

from core.ml.known_words import find_known_words
from recommendations.query import Understanding, combine, understand

KNOWN = "red blue black dress skirt shirt t sneakers floral flower dot cotton with"


@pytest.fixture
def taught(settings, tmp_path):
    """Return an encoder that lists its words."""
    (tmp_path / "known_words.txt").write_text("\n".join(KNOWN.split()), "utf-8")
    settings.ENCODERS = {"taught": {"model": str(tmp_path), "revision": None}}
    find_known_words.cache_clear()
    yield "taught"
    find_known_words.cache_clear()


@pytest.fixture
def silent(settings, tmp_path):
    """Return an encoder that does not list its words."""
    settings.ENCODERS = {"silent": {"model": str(tmp_path), "revision": None}}
    find_known_words.cache_clear()
    yield "silent"
    find_known_words.cache_clear()


@pytest.mark.parametrize(
    "prompt",
    [
        "red dress",
        "  Red\tDRESS, with flowers!! ",
        "top",
        "body",
        "costume",
        "slip dress",
        "rose dress",
        "rock t-shirt",
        "rock band t-shirt",
        "pink robe",
        "string bikini",
        "smoking jacket",
        "los angeles cap",
        "women's v-neck t-shirt",
        "I'm looking for something nice for my sister's wedding",
        "sneekers",
        "Kleidermacher Xyzzy",
        "shimmering dress",
        "drawstring trousers",
        "landscape print t-shirt",
        "tribute band t-shirt",
        "hearing aid batteries",
        "duvet cover",
    ],
)
def test_english_and_unknown_words_pass_unchanged(silent, prompt) -> None:
    assert understand(prompt, encoder=silent).searched_for == prompt


@pytest.mark.parametrize(
    ("prompt", "language", "english"),
    [
        ("pull", "fr", "sweater"),
        ("pull orange", "fr", "orange sweater"),
        ("Rock", "de", "skirt"),
        ("robe rose", "fr", "pink dress"),
        ("costume noir", "fr", "black suit"),
        ("costume nero", "it", "black swimsuit"),
        ("slip noir", "fr", "black briefs"),
        ("schwarzer Slip", "de", "black briefs"),
        ("sac orange", "fr", "orange bag"),
        ("body negro", "es", "black bodysuit"),
        ("top nero", "it", "black top"),
        ("rotes dress", "de", "red dress"),
        ("dress mit Blumen", "de", "dress with flowers"),
        ("schwarze Hose in Größe 38", "de", "black trousers 38"),
        ("Nike Sneaker weiß", "de", "white Nike sneakers"),
    ],
)
def test_false_friends_follow_the_language_of_the_prompt(silent, prompt, language, english) -> None:
    found = understand(prompt, encoder=silent)
    assert (found.language, found.searched_for) == (language, english)


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("red dresses", ()),
        ("floral dress with dots", ()),
        ("dotted dress", ()),
        ("a red dress for the beach", ("beach",)),
        ("Sneekers boho", ("Sneekers", "boho")),
        ("red dress 38 XL 49,90 EUR SKU-4711", ()),
        ("rotes Fahrrad", ("Fahrrad",)),
        ("roter Kimono", ("Kimono",)),
        ("rotes Baumwollkleid", ()),
        ("vestido rojo Zorblatt Zorblatt", ("Zorblatt",)),
    ],
)
def test_words_that_the_encoder_was_not_taught_are_named(taught, prompt, unknown) -> None:
    assert understand(prompt, encoder=taught).unknown_words == unknown


def test_an_encoder_without_a_list_names_only_words_that_no_lexicon_has(silent) -> None:
    assert understand("boho sneekers", encoder=silent).unknown_words == ()
    assert understand("rotes Fahrrad", encoder=silent).unknown_words == ("Fahrrad",)
    assert not understand("zxcv qwer", encoder=silent).is_meaningless


def test_a_prompt_without_a_known_word_has_no_language_and_no_meaning(taught) -> None:
    found = understand("zxcv qwer", encoder=taught)
    assert found.language is None and found.is_meaningless
    for prompt in ("sneakers", "zxcv sneakers", "rotes Fahrrad"):
        found = understand(prompt, encoder=taught)
        assert found.language is not None and not found.is_meaningless


def test_a_multilingual_encoder_gets_prompts_as_they_are(silent, settings) -> None:
    settings.MULTILINGUAL_ENCODERS = {silent}
    prompt = "rotes Kleid mit Blumen"
    assert understand(prompt, encoder=silent) == Understanding(None, prompt)


def test_texts_of_a_query_are_combined() -> None:
    texts = [Understanding(None, "zzz", ("zzz",)), Understanding("de", "red dress", ("zzz", "y"))]
    assert combine(texts) == Understanding("de", "zzz, red dress", ("zzz", "y"))
    assert combine([]) is None


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        " ",
        "\u200b\u200f\ufeff",
        "'; DROP TABLE catalog_image; --",
        "<script>alert(1)</script>",
        "🟥👗",
        "Z̷̢̛a̶͝l̵̛g̸o rotes Kleid",
        "red" + "\u0301" * 500,
        "kleid" * 200,
        "Sommer" * 160 + "kleid",
        "mit ohne und oder mit und",
        "und und und rotes und",
        "花" * 1_000,
        "و" * 1_000,
        "كفستان" * 150,
        "mit " * 250,
        "rotes Kleid und " * 60,
        "\ud83d",
    ],
)
def test_hostile_texts_have_an_understanding(silent, prompt) -> None:
    assert isinstance(understand(prompt, encoder=silent), Understanding)


WORDS = "rotes Kleid mit ohne und robe à fleurs vestido de rayas 红色 连衣裙 赤い فستان ve için not"


@hypothesis.given(
    text=st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS.split())).map(" ".join))
)
def test_any_text_has_an_understanding(text) -> None:
    found = understand(text, encoder="mini")
    assert found.searched_for.strip() or not text.strip()
