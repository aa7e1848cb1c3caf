"""What a shop's synonyms change in searches."""

from collections.abc import Iterable

import pytest

from catalog.search.candidates import find_by_words
from catalog.tests.factories import make_image
from core.tenancy import shop_scope
from recommendations.models import Prompt, Synonym
from recommendations.query.interpretation import ShopContext, interpret
from recommendations.query.synonyms import (
    MAX_MEANINGS,
    NO_SYNONYMS,
    SynonymTable,
    SynonymUse,
    find_phrases,
    read_synonyms,
    replace_phrases,
    write_alternatives,
)
from recommendations.query.understanding import understand
from recommendations.steering.synonyms import create_synonym, split_phrase
from recommendations.tests.test_queries_api import ask, cache_prompt, make_image_at, names
from tenants.models import Shop


def make_table(pairs: Iterable[tuple[str, str]]) -> SynonymTable:
    return SynonymTable.of(
        (split_phrase(phrase), split_phrase(meaning), meaning) for phrase, meaning in pairs
    )


TABLE = make_table(
    [
        ("pram suit", "snowsuit"),
        ("suit", "costume"),
        ("wellies", "rain boots"),
        ("jumper", "sweater"),
        ("sweater", "jumper"),
    ]
)


def find(text: str, table: SynonymTable = TABLE) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.use.phrase, found.use.meanings) for found in find_phrases(text, table)]


def uses(text: str, table: SynonymTable = TABLE) -> list[SynonymUse]:
    return [found.use for found in find_phrases(text, table)]


def add(shop, phrase: str, meaning: str, *, is_two_way: bool = False) -> None:
    with shop_scope(shop.pk):
        fields = {"phrase": phrase, "meaning": meaning, "is_two_way": is_two_way}
        create_synonym(shop=shop, fields=fields)


# --- Finding phrases ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red pram suit", [("pram suit", ("snowsuit",))]),
        ("Pram Suits, size 92", [("Pram Suits", ("snowsuit",))]),
        ("pram-suit", [("pram-suit", ("snowsuit",))]),
        ("a suit for a pram", [("suit", ("costume",))]),
        ("welly", [("welly", ("rain boots",))]),
        ("WELLIES and jumpers", [("WELLIES", ("rain boots",)), ("jumpers", ("sweater",))]),
        ("tracksuit", []),
        ("", []),
        ("?!", []),
    ],
)
def test_longest_phrase_counts_in_any_case_and_number(text, expected):
    assert find(text) == expected


def test_synonyms_that_lead_to_each_other_expand_once():
    found = find_phrases("jumper sweater", TABLE)
    assert replace_phrases("jumper sweater", found) == "sweater jumper"


def test_what_stands_around_a_phrase_stays():
    text = "navy pram suit (under €49.90), not wellies!"
    replaced = replace_phrases(text, find_phrases(text, TABLE))
    assert replaced == "navy snowsuit (under €49.90), not rain boots!"


def test_a_phrase_has_its_first_meanings():
    table = make_table([("robe", f"dress {number}") for number in range(MAX_MEANINGS + 2)])
    ((_, meanings),) = find("a robe", table)
    assert meanings == tuple(f"dress {number}" for number in range(MAX_MEANINGS))


def test_letters_of_other_scripts_are_compared_without_accents():
    table = make_table([("Bademäntel", "robe"), ("плащ", "raincoat")])
    assert find("BADEMANTEL", table) == [("BADEMANTEL", ("robe",))]
    assert [phrase for phrase, _ in find("синий плащ", table)] == ["плащ"]


# --- The text that is encoded ---------------------------------------------------------


def test_encoder_gets_the_meaning_of_a_phrase_that_it_does_not_know():
    found = understand("red pram suit", encoder="mini", synonyms=TABLE)
    assert (found.searched_for, found.unknown_words) == ("red snowsuit", ("snowsuit",))
    assert [(use.phrase, use.meanings) for use in found.synonyms] == [("pram suit", ("snowsuit",))]


def test_encoder_gets_the_words_that_it_knows():
    found = understand("red jumper", encoder="mini", synonyms=TABLE)
    assert found.searched_for == "red jumper"
    assert [use.meanings for use in found.synonyms] == [("sweater",)]


def test_prompts_of_other_languages_have_synonyms_too():
    table = make_table([("Zwirbelhose", "Jeans"), ("Kleid", "Gewand")])
    found = understand("rote Zwirbelhose", encoder="mini", synonyms=table)
    assert (found.language, found.searched_for) == ("de", "red jeans")
    known = understand("rotes Kleid", encoder="mini", synonyms=table)
    assert known.searched_for == "red dress"
    assert [use.phrase for use in known.synonyms] == ["Kleid"]


def test_without_synonyms_nothing_changes():
    plain = understand("red pram suit", encoder="mini")
    assert understand("red pram suit", encoder="mini", synonyms=NO_SYNONYMS) == plain
    assert plain.synonyms == ()


# --- The search by words --------------------------------------------------------------


def test_words_of_the_meaning_are_found_in_place_of_the_phrase(shop):
    suit = make_image(shop.shop, name="Red snowsuit")
    pram = make_image(shop.shop, name="Red suit for a pram")
    blue = make_image(shop.shop, name="Blue snowsuit")
    other = make_image(shop.shop, name="Red suit")
    texts = ["red pram suit", *write_alternatives("red pram suit", uses("red pram suit"))]
    with shop_scope(shop.shop.pk):
        plain = find_by_words(texts[:1], language="en")
        found = find_by_words(texts, language="en")
    assert suit.pk not in plain.holding_all
    assert found.holding_all == {suit.pk, pram.pk}
    assert found.shares[blue.pk] < found.shares[suit.pk]
    assert found.shares[other.pk] < found.shares[pram.pk]


def test_each_meaning_is_an_alternative():
    table = make_table([("robe", "dress"), ("robe", "gown"), ("wellies", "rain boots")])
    text = "Robe and wellies, no robes"
    assert write_alternatives(text, uses("Robe and wellies", table)) == [
        "dress and rain boots, no robes",
        "gown and rain boots, no robes",
    ]
    assert write_alternatives(text, []) == []


def test_a_search_finds_the_meaning_and_says_so(shop):
    cache_prompt(shop.shop, "snowsuit", 1, 0, 0)
    warm = make_image_at(shop.shop, 0, 1, 0, name="Snowsuit")
    make_image_at(shop.shop, 0, 0.9, 0.1, name="Dress")
    add(shop.shop, "pram suit", "snowsuit")
    answer = ask(shop.client, prompt="pram suit")
    used = [{"phrase": "pram suit", "meanings": ["snowsuit"]}]
    assert answer["understood"]["synonyms"] == used
    assert answer["understood"]["searched_for"] == "snowsuit"
    assert names(answer)[0] == "Snowsuit"
    assert answer["results"][0]["id"] == str(warm.pk)
    stored = shop.client.get(f"/api/v1/prompts/{answer['id']}/").json()
    assert stored["understood"]["synonyms"] == used


def test_one_way_does_not_lead_back_and_both_ways_do(shop):
    for text in ("snowsuit", "jumper", "sweater"):
        cache_prompt(shop.shop, text, 1, 0, 0)
    make_image_at(shop.shop, 1, 0, 0, name="Anything")
    add(shop.shop, "pram suit", "snowsuit")
    add(shop.shop, "jumper", "sweater", is_two_way=True)
    used = {
        text: ask(shop.client, prompt=text)["understood"]["synonyms"]
        for text in ("snowsuit", "jumper", "sweater")
    }
    assert used == {
        "snowsuit": [],
        "jumper": [{"phrase": "jumper", "meanings": ["sweater"]}],
        "sweater": [{"phrase": "sweater", "meanings": ["jumper"]}],
    }


def test_a_kind_that_only_the_synonym_names_is_no_contradiction(shop):
    cache_prompt(shop.shop, "slippers", 1, 0, 0)
    add(shop.shop, "slippers", "sandals")
    make_image_at(shop.shop, 1, 0, 0, name="Sandals of leather")
    (result,) = ask(shop.client, prompt="slippers")["results"]
    assert result["match"] == "strong"


def test_prompts_stored_before_synonyms_are_still_shown(shop):
    old = {"language": "en", "searched_for": "red", "unknown_words": []}
    with shop_scope(shop.shop.pk):
        prompt = Prompt.objects.create(
            shop=shop.shop, prompt="red", number_of_images=1, understood=old
        )
    stored = shop.client.get(f"/api/v1/prompts/{prompt.pk}/").json()
    assert stored["understood"] == {**old, "synonyms": []}


# --- The cache ------------------------------------------------------------------------


def test_changes_count_at_once_and_only_in_their_shop(shop, rival):
    def read(owner) -> SynonymTable:
        with shop_scope(owner.shop.pk):
            return read_synonyms(Shop.objects.get(pk=owner.shop.pk))

    assert read(shop) is NO_SYNONYMS
    add(shop.shop, "wellies", "rain boots")
    first = read(shop)
    assert find("wellies", first) == [("wellies", ("rain boots",))]
    assert read(rival) is NO_SYNONYMS
    add(shop.shop, "wellies", "rubber boots")
    assert find("wellies", read(shop)) == [("wellies", ("rain boots", "rubber boots"))]


def test_a_warm_cache_makes_no_query(shop, django_assert_num_queries):
    add(shop.shop, "wellies", "rain boots")
    with shop_scope(shop.shop.pk):
        owner = Shop.objects.get(pk=shop.shop.pk)
        first = read_synonyms(owner)
        with django_assert_num_queries(0):
            assert read_synonyms(owner) is first
        Synonym.objects.all().delete()


# --- Together with the rest of the interpretation -------------------------------------


def test_words_of_synonyms_are_not_taken_for_misspelt_ones():
    context = ShopContext("EUR", synonyms=make_table([("pram siut", "snowsuit")]))
    found = interpret("red pram siut under 50", encoder="mini", shop=context)
    assert found.understanding.corrections == ()
    assert found.understanding.searched_for == "red snowsuit"
    assert found.constraints.price
    found = interpret("snowsuit", encoder="mini", shop=context)
    assert found.understanding.searched_for == "snowsuit"


def test_a_search_that_is_not_interpreted_uses_no_synonyms(shop):
    cache_prompt(shop.shop, "pram suit", 1, 0, 0)
    make_image_at(shop.shop, 1, 0, 0, name="Snowsuit")
    add(shop.shop, "pram suit", "snowsuit")
    answer = ask(shop.client, prompt="pram suit", understand=False)
    assert answer["understood"]["synonyms"] == []
    assert answer["understood"]["searched_for"] == "pram suit"
