"""Prices, sizes, sales and exclusions that prompts name, and what is left of their texts."""

from decimal import Decimal

import hypothesis
import pytest
from hypothesis import strategies as st

from catalog.vocabulary.languages.lexicon import read_english, read_lexicon
from recommendations.query.constraints.exclusions import spell_out_minus, split_exclusions
from recommendations.query.constraints.prices import find_price
from recommendations.query.constraints.prompt import find_measures, read_constraints
from recommendations.query.constraints.sizes import find_sizes
from recommendations.query.constraints.text import remove


@pytest.mark.parametrize(
    ("prompt", "low", "high", "currency"),
    [
        ("red dress under 50", None, 50, ""),
        ("between 1.200 and 1.500 €", 1200, 1500, "EUR"),
        ("coat at most 1 299,00 EUR", None, 1299, "EUR"),
        ("under twenty-two euros", None, 22, "EUR"),
        ("between fifty and one hundred and twenty dollars", 50, 120, "USD"),
        ("under a hundred bucks", None, 100, "USD"),
        ("shirt less than 100 yen", None, 100, "JPY"),
        ("$30-$60 sneakers", 30, 60, "USD"),
        ("over 20 and under 50 dress", 20, 50, ""),
        ("around 50 shoes", 40, 60, ""),
        ("shoes < 80", None, 80, ""),
        ("coat 100 or less", None, 100, ""),
        ("£1,299.50 max coat", None, Decimal("1299.50"), "GBP"),
        ("dress 50€", None, 50, "EUR"),
        ("Kleid unter 50 Euro", None, 50, "EUR"),
        ("robe à moins de 40 euros", None, 40, "EUR"),
        ("moins de cinquante euros", None, 50, "EUR"),
        ("vestido por menos de 30 €", None, 30, "EUR"),
        ("jurk tot 60 euro", None, 60, "EUR"),
        ("sukienka do 100 zł", None, 100, "PLN"),
        ("50 euro altında elbise", None, 50, "EUR"),
        ("платье до 5000 рублей", None, 5000, "RUB"),
        ("кроссовки от 20 до 50 евро", 20, 50, "EUR"),
        ("футболка не дороже 20", None, 20, ""),
        ("فستان أقل من 200 درهم", None, 200, "AED"),
        ("连衣裙 不超过200元", None, 200, "CNY"),
        ("5000円以下のドレス", None, 5000, "JPY"),
        ("leggings from 20 euro", 20, None, "EUR"),
        ("two hundred dollars max", None, 200, "USD"),
        ("a dress for fifty euros", None, 50, "EUR"),
        ("fünfzig euro kleid", None, 50, "EUR"),
        ("forty pounds or less", None, 40, "GBP"),
        ("€ 1.200,50 coat", None, Decimal("1200.50"), "EUR"),
        ("shoes EUR 42", None, 42, "EUR"),
        ("dress not over 60", None, 60, ""),
        ("Hemd nicht über 80 Euro", None, 80, "EUR"),
        ("coat no less than 20", 20, None, ""),
        ("over 20 but not over 60", 20, 60, ""),
        ("jeans under 50, not over 60", None, 50, ""),
        ("air max under 120", None, 120, ""),
        ("coat under 1.5k", None, 1500, ""),
        ("sneakers for women under 80€", None, 80, "EUR"),
        ("witte sneakers onder 70", None, 70, ""),
        ("пальто до 5 тыс. руб", None, 5000, "RUB"),
        ("1万円以下のコート", None, 10_000, "JPY"),
        ("max. 100 euro jacke", None, 100, "EUR"),
        ("$20 tops", None, 20, "USD"),
        ("price range 20-40", 20, 40, ""),
        ("کفش زیر ۵۰۰ هزار تومان", None, 5_000_000, "IRR"),  # a toman is ten rials
        ("shoes under 90,000 tomans", None, 900_000, "IRR"),
        ("shoes from 20,000 to 30,000 tomans", 200_000, 300_000, "IRR"),
        ("فستان بأقل من ١٠٠ ريال", None, 100, "SAR"),
    ],
)
def test_finds_the_limits_of_a_price(prompt, low, high, currency) -> None:
    found = find_price(prompt, "EUR")
    assert found is not None
    assert (found.price_min, found.price_max, found.currency) == (low, high, currency)


@pytest.mark.parametrize(
    "prompt",
    [
        *("heels over 5 inches", "501 jeans", "7 for all mankind", "tights under 20 den"),
        *("dresses for women over 40", "jacket for boys under 5", "80s party dress", "size 50"),
        *("dress over jeans", "from 2020 collection", "50% off coat", "max 40 mm heel"),
        *("top 3 pack socks", "cheap dress", "16-07", "AB-12-XL", "dress with under skirt"),
        *("around one garment", "under one roof", "more than one colour", "air max 90"),
        *("from 9 to 5 dress", "9 to 5 blazer", "boots 38 eu", "size 42 eur"),
    ],
)
def test_other_numbers_are_no_prices(prompt) -> None:
    assert find_price(prompt, "EUR") is None


def test_a_dollar_is_the_shops_own() -> None:
    found = find_price("under $50", "CAD")
    assert found is not None
    assert found.currency == "CAD"


@pytest.mark.parametrize(
    ("prompt", "sizes"),
    [
        ("red dress in 42", ["42"]),
        ("white trainers size 42", ["42"]),
        ("jeans W32 L34", ["W32 L34"]),
        ("jeans 32/34", ["W32 L34"]),
        ("Kleid Größe 38", ["38"]),
        ("talla M vestido", ["M"]),
        ("uk 10 dress", ["UK 10"]),
        ("us 8.5 sneakers", ["US 8.5"]),
        ("3XL hoodie", ["XXXL"]),
        ("dress in large", ["L"]),
        ("38号 鞋", ["38"]),
        ("large bag", []),
        ("H&M t-shirt", []),
        ("blazer in 2 colours", []),
        ("heels in 5 inches", []),
        ("women's l/s tee", []),
        ("the us open t-shirt", []),
        ("size us 8 boots", ["US 8"]),
        ("dress size 14 uk", ["UK 14"]),
        ("taille 38 de couleur rouge", ["38"]),
        ("فستان مقاس ٣٨", ["38"]),
        ("EU M hoodie", ["EU M"]),
        ("boots 38 eu", ["EU 38"]),
        ("talla de 38", ["38"]),
        ("M size shirt", ["M"]),
        ("dress in small and medium", ["S", "M"]),
        ("sizes 10 to 12", ["10", "12"]),
        ("shirt size M/L", ["M", "L"]),
        ("in its natural colour", []),
        ("vestido del mar", []),
        ("robe de l'été", []),
        ("robe des années 50", []),
        ("camisa de 3 botones", []),
        ("shirt in medium blue", []),
        ("bag in large format", []),
        ("in L.A. style", []),
        ("dresses for women over 40", []),
        ("socks 2 for 30", []),
        ("jeans w32", ["W32"]),
        ('jeans 32" waist', ["W32"]),
        ("trousers 34 waist 32 leg", ["W34 L32"]),
        ("socks 43/46", ["43", "46"]),
        ("dress US size 6", ["US 6"]),
        ("dress FR 40", ["FR 40"]),
        ("kleid in Gr. M", ["M"]),
        ("robe t38", ["38"]),
        ("vestido en la talla L", ["L"]),
        ("klänning storlek 38", ["38"]),
        ("кроссовки 42 размера", ["42"]),
        ("ワンピース Mサイズ", ["M"]),
        ("スニーカー 27cm", ["27 CM"]),
        ("t-shirt x-large", ["XL"]),
        ("hoodie 3 xl", ["XXXL"]),
        ("large t-shirt", ["L"]),
        ("hoodie m", ["M"]),
        ("jacket s/m", ["S/M"]),
        ("shirt in s, m or l", ["S", "M", "L"]),
        ("sneakers 42 2/3", ["42 2/3"]),
        ("sneakers 42½", ["42.5"]),
        ("boots 41-42", ["41", "42"]),
        ("dress 40 or 42", ["40", "42"]),
        ("girls dress 128", ["128"]),
        ("toddler dress 2T", ["2T"]),
        ("bra 34B", ["34B"]),
        ("suit 40R", ["40R"]),
        ("one-size hat", ["ONE SIZE"]),
        ("dress size=40", ["40"]),
        ("size-40 dress", ["40"]),
        ("shoes no. 42", ["42"]),
        ("size thirty-two jeans", ["32"]),
        ("size twelve jeans", ["12"]),
        ("no. 1 jacket", []),
        ("small floral print dress", []),
        ("medium blue jeans", []),
        ("l/s tee", []),
        ("50s jacket", []),
        ("40l backpack", []),
        ("boots 25 cm heel", []),
        ("king size hoodie", []),
    ],
)
def test_finds_sizes(prompt, sizes) -> None:
    assert [size.name for size in find_sizes(prompt)] == sizes


def test_a_range_of_sizes_is_found_as_shops_write_it() -> None:
    _, second = find_sizes("tights size 36-38")
    assert {"38", "36-38", "36/38"} <= set(second.forms)


@pytest.mark.parametrize(
    ("prompt", "code", "wanted", "excluded"),
    [
        ("shirt without stripes", "en", "shirt", ["stripes"]),
        ("non floral dress", "en", "dress", ["floral"]),
        ("skirt instead of dress", "en", "skirt", ["dress"]),
        ("shirt, I don't like polka dots", "en", "shirt", ["polka dots"]),
        ("shirt -stripes", "en", "shirt", ["stripes"]),
        ("jacket but not black", "en", "jacket", ["black"]),
        ("no floral", "en", "", ["floral"]),
        ("dress, not too short", "en", "dress", ["short"]),
        ("anything but blue", "en", "", ["blue"]),
        ("no black shoes", "en", "shoes", ["black"]),
        ("shoes but not boots", "en", "shoes", ["boots"]),
        ("dress without flowers or dots in blue", "en", "dress in blue", ["flowers", "dots"]),
        ("neither red nor blue sweater", "en", "sweater", ["red", "blue"]),
        ("men's jacket but not leather", "en", "men's jacket", ["leather"]),
        ("Kleid ohne Blumen", "de", "Kleid", ["flowers"]),
        ("keine schwarzen Schuhe", "de", "Schuhe", ["black"]),
        ("vestido sin flores", "es", "vestido", ["flowers"]),
        ("camisa que no sea blanca", "es", "camisa", ["white"]),
        ("robe sans manches", "fr", "robe", ["sleeves"]),
        ("maglione non nero", "it", "maglione", ["black"]),
        ("jurk zonder bloemen", "nl", "jurk", ["flowers"]),
        ("çiçeksiz elbise", "tr", "elbise", ["floral"]),
        ("فستان بدون ورود", "ar", "فستان", ["floral"]),
        ("hoodie that does not have a zip", "en", "hoodie", ["zip"]),
        ("t-shirt besides white", "en", "t-shirt", ["white"]),
        ("i need a dress but hate black", "en", "i need a dress", ["black"]),
        ("robe qui ne soit pas noire", "fr", "robe", ["black"]),
        ("camisa que no tenga rayas", "es", "camisa", ["stripes"]),
        ("buty inne niż trampki", "pl", "buty", ["sneakers"]),
        ("czarna sukienka bez rękawów", "pl", "czarna sukienka", ["sleeves"]),
        ("siyah olmayan ayakkabı", "tr", "ayakkabı", ["black"]),
        ("不要条纹和波点的衬衫", "zh", "衬衫", ["striped", "polka dot"]),
        ("除了黑色的外套", "zh", "外套", ["black"]),
        ("黑色以外的外套", "zh", "外套", ["black"]),
        ("裙子不要太短", "zh", "裙子", ["short"]),
        ("花柄じゃないワンピース", "ja", "ワンピース", ["floral"]),
        ("黒くない靴", "ja", "靴", ["black"]),
        ("スニーカー以外の靴", "ja", "靴", ["sneakers"]),
        ("красное платье без цветов", "ru", "красное платье", ["flowers"]),
        ("куртка, но не чёрная", "ru", "куртка", ["black"]),
        ("рубашка без полосок и горошка", "ru", "рубашка", ["stripes", "dots"]),
        ("no-show socks", "en", "no-show socks", []),
        ("no iron shirt", "en", "no iron shirt", []),
        ("why not red dress", "en", "why not red dress", []),
        ("t -shirt", "en", "t -shirt", []),
    ],
)
def test_divides_what_is_wanted_and_what_is_not(prompt, code, wanted, excluded) -> None:
    lexicon = read_english() if code == "en" else read_lexicon(code)
    rest, found = split_exclusions(spell_out_minus(prompt), lexicon)
    assert rest == wanted
    assert [exclusion.english for exclusion in found] == excluded


@pytest.mark.parametrize(
    ("prompt", "rest", "sizes"),
    [
        ("jeans 30 under 60", "jeans", ["30"]),
        ("sneakers 42 for 42 euros", "sneakers", ["42"]),
        ("red dress 42 under 50 euro", "red dress", ["42"]),
        ("under 42 sneakers size 42", "sneakers", ["42"]),
        ("robe fr 40", "robe", ["FR 40"]),
    ],
)
def test_sizes_stand_beside_prices(prompt, rest, sizes) -> None:
    read = read_constraints(prompt, default_currency="EUR")
    assert read.rest == rest
    assert [size.name for size in read.sizes] == sizes


@pytest.mark.parametrize(
    ("prompt", "written"),
    [
        ("jeans w32", ["w32 l34", "32/34", "32"]),
        ("one size scarf", ["os", "one size"]),
        ("sneakers 42 2/3", ["42.67", "42 2/3"]),
        ("jacket s/m", ["s/m", "s", "m"]),
    ],
)
def test_sizes_are_found_as_shops_write_them(prompt, written) -> None:
    (size,) = find_sizes(prompt)
    assert set(written) <= set(size.forms)


@pytest.mark.parametrize(
    ("prompt", "rest"),
    [
        ("heels over 5 inches", "heels"),
        ("5-inch heels", "heels"),
        ("tights under 20 den", "tights"),
        ("skirt 60 cm long", "skirt"),
        ("boots with 8 cm heel", "boots with heel"),
        ("靴 5センチ", "靴"),
        ("501 jeans", "501 jeans"),
        ("100% cotton", "100% cotton"),
    ],
)
def test_finds_what_no_photo_tells(prompt, rest) -> None:
    assert remove(prompt, find_measures(prompt)) == rest


def test_reads_several_constraints_of_one_prompt() -> None:
    read = read_constraints("Kleid im Angebot unter 40 Euro, Größe 38", default_currency="EUR")
    assert (read.rest, read.sizes[0].name) == ("Kleid", "38")
    assert read.price is not None
    assert read.price.price_max == 40
    assert read.reduced is not None
    assert read_constraints("dress for sale").reduced is None
    assert read_constraints("latest sneakers").new is not None


@hypothesis.given(st.text(max_size=200))
@hypothesis.settings(max_examples=300, deadline=None)
def test_no_text_breaks_it_and_no_word_is_lost(text) -> None:
    read = read_constraints(text, default_currency="EUR")
    rest, exclusions = split_exclusions(spell_out_minus(read.rest), read_english())
    taken = "".join(read.text[slice(*span)] for span in read.spans)
    kept = f"{rest} {taken} {' '.join(exclusion.phrase for exclusion in exclusions)}"
    assert {c for c in read.text if c.isalnum()} <= set(kept)


@pytest.mark.parametrize(
    ("prompt", "rest"),
    [
        ("dress, price below 60 eur", "dress"),
        ("Kleid Preis unter 60 Euro", "Kleid"),
        ("max. 100 euro jacke", "jacke"),
        ("$20 tops", "tops"),
        ("jeans $20 tops", "jeans"),
    ],
)
def test_the_words_for_a_price_go_with_it(prompt, rest) -> None:
    assert read_constraints(prompt).rest == rest
