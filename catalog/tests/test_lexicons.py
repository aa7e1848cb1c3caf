"""Lexicons: every word leads to a concept that encoders know, and to one only."""

from collections import defaultdict

import pytest

from catalog.vocabulary.languages.concepts import CONCEPTS, Role, read_table
from catalog.vocabulary.languages.lexicon import (
    IGNORED,
    MAX_PHRASE_WORDS,
    NO_GARMENT,
    read_entries,
    read_lexicon,
    read_lexicons,
    split_words,
)
from core.text import fold

CODES = [lexicon.code for lexicon in read_lexicons()]
MIN_CONCEPTS = 150
# The names of coloured squares and hearts in CLDR 48 (annotations), without the noun.
CLDR_COLOURS = [
    (code, word, colour)
    for code, words in {
        "ar": "أحمر برتقالي أصفر أخضر أزرق بنفسجي بني أسود أبيض وردي رمادي",
        "de": "rotes oranges gelbes grünes blaues lila braunes schwarzes weißes pinkes graues",
        "es": "rojo naranja amarillo verde azul morado marrón negro blanco rosa gris",
        "fa": "سرخ نارنجی زرد سبز آبی بنفش قهوه‌ای مشکی سفید صورتی خاکستری",
        "fr": "rouge orange jaune vert bleu violet marron noir blanc rose gris",
        "it": "rosso arancione giallo verde blu viola marrone nero bianco rosa grigio",
        "ja": "赤い オレンジ 黄色い 緑 青い 紫 茶色い 黒 白 ピンク 灰色",
        "nl": "rood oranje geel groen blauw paars bruin zwart wit roze grijs",
        "pl": "czerwony pomarańczowy żółty zielony niebieski fioletowy brązowy czarny biały "
        "różowe szare",
        "ru": "красный оранжевый жёлтый зелёный синий фиолетовый коричневый чёрный белый розовый "
        "серый",
        "tr": "kırmızı turuncu sarı yeşil mavi mor kahverengi siyah beyaz pembe gri",
        "zh": "红色 橙色 黄色 绿色 蓝色 紫色 棕色 黑 白 粉红色 灰",
    }.items()
    for word, colour in zip(
        words.split(),
        ("red", "orange", "yellow", "green", "blue", "purple", "brown", "black", "white", "pink",
         "grey"),
        strict=True,
    )
]  # fmt: skip
NO_TABLES = {
    "language",
    "ignore",
    "others",
    "links",
    "joins",
    "spaces",
    "endings",
    "prefixes",
    "suffixes",
}


@pytest.mark.parametrize("code", CODES)
def test_has_only_tables_of_roles(code: str) -> None:
    assert read_table(code).keys() - NO_TABLES <= set(Role)


@pytest.mark.parametrize("code", CODES)
def test_every_word_leads_to_a_concept_that_is_listed(code: str) -> None:
    unknown = {
        concept
        for _, concept in read_entries(read_table(code))
        if concept not in (IGNORED, NO_GARMENT) and concept.text not in CONCEPTS[concept.role]
    }
    assert unknown == set()


@pytest.mark.parametrize("code", CODES)
def test_no_word_has_two_meanings(code: str) -> None:
    meanings = defaultdict(set)
    for form, concept in read_entries(read_table(code)):
        meanings[form.casefold()].add(concept)
    assert {form: found for form, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.parametrize("code", CODES)
def test_every_form_has_words_and_is_short_enough_to_be_found(code: str) -> None:
    lengths = {form: len(split_words(form)) for form, _ in read_entries(read_table(code))}
    assert {form for form, n in lengths.items() if not 0 < n <= MAX_PHRASE_WORDS} == set()


@pytest.mark.parametrize("code", CODES)
def test_covers_enough_concepts(code: str) -> None:
    assert len({concept for _, concept in read_entries(read_table(code))}) > MIN_CONCEPTS


def test_covers_twelve_languages() -> None:
    assert CODES == ["ar", "de", "es", "fa", "fr", "it", "ja", "nl", "pl", "ru", "tr", "zh"]


@pytest.mark.parametrize(("code", "word", "colour"), CLDR_COLOURS)
def test_knows_the_colours_of_cldr(code: str, word: str, colour: str) -> None:
    words = split_words(word)
    assert read_lexicon(code).phrases[words] == (colour, Role.COLOUR)


@pytest.mark.parametrize("code", CODES)
def test_affixes_stand_for_connectives(code: str) -> None:
    lexicon = read_lexicon(code)
    texts = {*lexicon.prefixes.values(), *lexicon.suffixes.values()}
    assert texts <= {"", *CONCEPTS[Role.CONNECTIVE]}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Ärmel", "armel"),
        ("WEISS weiß", "weiss weiss"),
        ("İPEK ışık", "ipek isik"),
        ("łóżko", "lozko"),
        ("كتان قطني", "کتان قطنی"),
        ("أَحْمَر", "احمر"),
        ("می\u200cخواهم", "میخواهم"),
        ("Ｔシャツ", "tシャツ"),
        ("ドレス", "ドレス"),
        ("ﾜﾝﾋﾟｰｽ", "ワンピース"),
        ("紅色連衣裙", "红色连衣裙"),
        ("cafe\u0301", "cafe"),
    ],
)
def test_folds_case_accents_and_variants_of_letters(text: str, form: str) -> None:
    assert fold(text) == form
