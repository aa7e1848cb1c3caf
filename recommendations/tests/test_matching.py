"""Matches use calibrated thresholds, and texts must be about clothing."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from catalog.facts.descriptions import Description, describe_wish
from catalog.indexing.calibration import calibrate
from catalog.indexing.indexes import get_live_index
from catalog.models import Category, Image, IndexEntry, VectorIndex
from catalog.services import update_image
from catalog.tests.factories import make_garment, make_image, record_garments
from core.ml.encoder import Encoder, get_encoder
from core.ml.vector_store import Vectors
from core.tenancy import shop_scope
from demo.garments import Garment, draw_garment
from evaluation.encoder import embed
from recommendations.models import Rule
from recommendations.query import (
    NOTHING_MATCHES,
    PhotoTerm,
    Query,
    Term,
    Thresholds,
    bound_match,
    find_thresholds,
    understand_query,
)
from recommendations.ranking.match import Match
from recommendations.tests.factories import make_calibration
from recommendations.tests.test_queries_api import cache_prompt, make_image_at
from tenants.models import Shop

CALIBRATION = make_calibration(axis=[1, 0], weak=0.3, strong=0.6)
CLOTHING, FOREIGN = np.array([1, 0], np.float32), np.array([-1, 0], np.float32)


def test_index_without_calibration_has_no_thresholds():
    assert find_thresholds({}, text=CLOTHING, by_text=1.0) is None
    old = {"count": 3, "weak": 0.1, "strong": 0.2, "photo_weak": 0.1, "photo_strong": 0.2}
    assert find_thresholds(old, text=CLOTHING, by_text=1.0) is None


def test_thresholds_lie_between_those_of_texts_and_photos():
    found = {
        by_text: find_thresholds(CALIBRATION, text=CLOTHING, by_text=by_text)
        for by_text in (0.0, 0.5, 1.0)
    }
    assert [found[share].weak for share in found] == pytest.approx([0.5, 0.4, 0.3])
    assert [found[share].strong for share in found] == pytest.approx([0.8, 0.7, 0.6])


def test_nothing_matches_a_text_that_is_not_about_clothing():
    found = find_thresholds(CALIBRATION, text=FOREIGN, by_text=1.0)
    assert found == NOTHING_MATCHES
    assert found.judge(1.0) is Match.NONE


def test_photos_are_not_checked_for_clothing():
    found = find_thresholds(CALIBRATION, text=None, by_text=0.0)
    assert found.judge(1.0) is Match.STRONG


def test_negative_parts_of_a_query_lower_the_thresholds():
    found = find_thresholds(CALIBRATION, text=CLOTHING, by_text=1.0, wanted=0.5)
    assert (found.weak, found.strong) == pytest.approx((0.15, 0.3))


@pytest.mark.parametrize(
    ("similarity", "match"),
    [(0.29, Match.NONE), (0.3, Match.WEAK), (0.59, Match.WEAK), (0.6, Match.STRONG)],
)
def test_thresholds_are_inclusive(similarity, match):
    assert Thresholds(weak=0.3, strong=0.6).judge(similarity) is match


@pytest.mark.parametrize(
    ("match", "wanted", "known", "expected"),
    [
        (Match.STRONG, {"dress"}, {"shirt"}, Match.WEAK),
        (Match.STRONG, {"dress"}, {"sundress"}, Match.STRONG),
        (Match.STRONG, {"dress"}, set(), Match.STRONG),
        (Match.STRONG, set(), {"shirt"}, Match.STRONG),
        (Match.NONE, {"dress"}, {"shirt"}, Match.NONE),
        (Match.NONE, {"dress"}, {"sundress"}, Match.WEAK),
        (Match.NONE, {"dress"}, set(), Match.NONE),
        (Match.NONE, set(), {"shirt"}, Match.NONE),
    ],
)
def test_another_kind_is_at_most_weak_and_the_wanted_one_at_least(match, wanted, known, expected):
    limited = bound_match(
        match, wanted=Description(frozenset(wanted)), known=Description(frozenset(known))
    )
    assert limited is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Description(frozenset({"sundress"}), frozenset({"red", "white"})), Match.STRONG),
        (Description(frozenset({"sundress"}), frozenset({"white"})), Match.NONE),
        (Description(frozenset({"shirt"}), frozenset({"red"})), Match.NONE),
        (Description(frozenset({"dress"})), Match.WEAK),
        (Description(colours=frozenset({"red"})), Match.NONE),
    ],
)
def test_what_is_known_to_be_the_whole_wish_is_strong(known, expected):
    wanted = describe_wish("red dress")
    assert bound_match(Match.NONE, wanted=wanted, known=known, is_whole=True) is expected


def test_what_is_known_is_not_all_of_a_longer_wish():
    known = Description(frozenset({"dress"}), frozenset({"red"}))
    assert bound_match(Match.NONE, wanted=describe_wish("red dress"), known=known) is Match.WEAK


def test_what_may_have_the_wanted_colour_is_not_known_to_have_it():
    navy = Description(frozenset({"trousers"}), frozenset({"navy"}))
    wanted = describe_wish("black trousers")
    assert bound_match(Match.STRONG, wanted=wanted, known=navy, is_whole=True) is Match.STRONG
    assert bound_match(Match.WEAK, wanted=wanted, known=navy, is_whole=True) is Match.WEAK


# --- Through the API ---------------------------------------------------------------------

THRESHOLDS = make_calibration(axis=[1, 1, 1], weak=0.3, strong=0.6)
ASK = "/api/v1/recommendations/"


@pytest.fixture
def measured(shop):
    """Return a shop with images of similarity 1, 0.75, 0.4 and 0 to "red"."""
    cache_prompt(shop.shop, "red", 1, 0, 0)
    cache_prompt(shop.shop, "bicycle", -1, -0.1, -0.1)
    shop.same = make_image_at(shop.shop, 1, 0, 0, name="Same", colour="red")
    shop.near = make_image_at(shop.shop, 0.75, (1 - 0.75**2) ** 0.5, 0, name="Near")
    make_image_at(shop.shop, 0.4, (1 - 0.4**2) ** 0.5, 0, name="Middling")
    make_image_at(shop.shop, 0, 0, 1, name="Far", brand="Bicycle")
    with shop_scope(shop.shop.pk):
        get_live_index(shop.shop.pk)
        VectorIndex.objects.update(calibration=THRESHOLDS)
    return shop


def matches(response) -> dict[str, str]:
    assert response.status_code in (200, 201), response.json()
    return matches_of(response.json())


def matches_of(answer) -> dict[str, str]:
    return {result["name"]: result["match"] for result in answer["results"]}


def test_texts_use_the_thresholds_of_texts(measured):
    found = matches(measured.client.post(ASK, {"prompt": "red", "min_match": "none"}, "json"))
    assert found == {"Same": "strong", "Near": "strong", "Middling": "weak", "Far": "none"}


def test_prompt_about_other_things_matches_only_images_with_its_words(measured):
    body = {"prompt": "bicycle", "min_match": "none"}
    found = matches(measured.client.post(ASK, body, "json"))
    assert found == {"Far": "strong", "Same": "none", "Near": "none", "Middling": "none"}
    assert list(matches(measured.client.post(ASK, {"prompt": "bicycle"}, "json"))) == ["Far"]


def test_prompt_without_a_known_word_matches_only_images_with_its_words(measured):
    cache_prompt(measured.shop, "zxcv qwer", 1, 0, 0)
    query = {"prompt": "zxcv qwer", "facets": ["colour"]}
    # Before the index is calibrated, too.
    for calibration in ({}, THRESHOLDS):
        with shop_scope(measured.shop.pk):
            VectorIndex.objects.update(calibration=calibration)
        answer = measured.client.post(ASK, query, "json").json()
        assert (answer["results"], answer["facets"]) == ([], {"colour": []})
        assert answer["alternatives"]["reason"] == "popular"
    make_image_at(measured.shop, 0, 0, 1, name="Zxcv qwer")
    found = matches(measured.client.post(ASK, query, "json"))
    assert found == {"Zxcv qwer": "strong"}


def test_answers_by_age_have_what_matches_unless_all_is_asked_for(measured):
    body = {"prompt": "red", "sort": "newest"}
    assert list(matches(measured.client.post(ASK, body, "json"))) == ["Middling", "Near", "Same"]
    everything = matches(measured.client.post(ASK, body | {"min_match": "none"}, "json"))
    assert list(everything) == ["Far", "Middling", "Near", "Same"]


def test_what_is_new_is_first_among_equally_good_matches(measured):
    found = matches(measured.client.post(ASK, {"prompt": "latest red"}, "json"))
    assert list(found) == ["Near", "Same", "Middling"]


def test_image_of_another_stated_or_seen_kind_is_no_strong_match(measured):
    cache_prompt(measured.shop, "red dress", 1, 0, 0)
    with shop_scope(measured.shop.pk):
        skirt = Category.objects.get(shop=None, name="skirt")
        Image.objects.filter(pk=measured.same.pk).update(category=skirt)
    record_garments(measured.near, make_garment("trousers", "red"))
    body = {"prompt": "red dress", "min_match": "none"}
    ask = partial(measured.client.post, ASK, body, "json")
    assert matches(ask()) == {"Same": "weak", "Near": "weak", "Middling": "weak", "Far": "none"}

    # One of the garments may be a dress, and the shop's own word counts more than what was seen.
    record_garments(
        measured.near,
        make_garment("trousers", "red"),
        make_garment("dress", "red", is_kind_sure=False),
    )
    with shop_scope(measured.shop.pk):
        Image.objects.filter(pk=measured.same.pk).update(category=None, name="Sundress")
    record_garments(measured.same, make_garment("skirt", "red"))
    found = matches(ask())
    assert (found["Sundress"], found["Near"]) == ("strong", "strong")


def test_image_of_another_colour_or_pattern_is_no_strong_match(measured):
    cache_prompt(measured.shop, "red dress", 1, 0, 0)
    cache_prompt(measured.shop, "striped dress", 1, 0, 0)
    with shop_scope(measured.shop.pk):
        update_image(image=measured.same, fields={"name": "Dress", "colour": "white"})
    record_garments(measured.near, make_garment("dress", "burgundy"))
    ask = partial(measured.client.post, ASK)
    found = matches(ask({"prompt": "red dress"}, "json"))
    # What may be red is better than what surely is not.
    assert list(found.items()) == [("Near", "strong"), ("Middling", "weak"), ("Dress", "weak")]
    assert "Near" not in matches(ask({"prompt": "striped dress", "min_match": "strong"}, "json"))
    record_garments(measured.near, make_garment("dress", is_colour_sure=False, pattern="striped"))
    assert matches(ask({"prompt": "red dress"}, "json"))["Near"] == "strong"
    assert matches(ask({"prompt": "striped dress"}, "json"))["Near"] == "strong"


def test_image_of_the_stated_kind_is_at_least_weak(measured):
    cache_prompt(measured.shop, "red dress", 1, 0, 0)
    with shop_scope(measured.shop.pk):
        far = Image.objects.get(name="Far")
        update_image(image=far, fields={"name": "Sundress"})
    ask = partial(measured.client.post, ASK, {"prompt": "red dress"}, "json")
    assert matches(ask())["Sundress"] == "weak"
    with shop_scope(measured.shop.pk):
        update_image(image=far, fields={"colour": "green"})
    assert "Sundress" not in matches(ask())


@pytest.mark.parametrize(
    ("prompt", "match"),
    [
        ("red dress", "strong"),
        ("red striped dress", "weak"),
        ("red dress for a wedding", "weak"),
        ("dress", "weak"),
    ],
)
def test_image_that_is_known_to_be_all_that_the_prompt_says_is_strong(measured, prompt, match):
    cache_prompt(measured.shop, prompt, 1, 0, 0)
    with shop_scope(measured.shop.pk):
        middling = Image.objects.get(name="Middling")
        dress = Category.objects.get(shop=None, name="dress")
        update_image(image=middling, fields={"category": dress, "colour": "red"})
    found = matches(measured.client.post(ASK, {"prompt": prompt}, "json"))
    assert found["Middling"] == match


def state_colour(measured, **colours):
    with shop_scope(measured.shop.pk):
        for name, colour in colours.items():
            Image.objects.filter(name__startswith=name).update(colour=colour)


def test_page_has_what_is_known_to_be_wanted_beyond_the_nearest(measured):
    """The nearest images look like what is wanted, and are known to have another colour."""
    cache_prompt(measured.shop, "red dress", 1, 0, 0)
    with shop_scope(measured.shop.pk):
        dress = Category.objects.get(shop=None, name="dress")
    make_at = partial(make_image_at, measured.shop, category=dress)
    for number in range(60):
        make_at(1, 0, 0.005 * number, name=f"Green {number}")
    make_at(0.4, 0, (1 - 0.4**2) ** 0.5, name="Wanted")
    state_colour(measured, Green="green", Wanted="red")
    body = {"prompt": "red dress", "number_of_images": 3}
    found = matches(measured.client.post(ASK, body, "json"))
    assert found == {"Same": "strong", "Near": "strong", "Wanted": "strong"}


@pytest.mark.parametrize(("wanted", "others"), [(0.4, 0.5), (0.1, 0.2)])
def test_what_is_known_orders_over_pages_too(measured, wanted, others):
    """No page has a stronger match than the one before it."""
    cache_prompt(measured.shop, "red dress", 1, 0, 0)
    with shop_scope(measured.shop.pk):
        dress = Category.objects.get(shop=None, name="dress")
        Image.objects.update(category=Category.objects.get(shop=None, name="skirt"))
    make_at = partial(make_image_at, measured.shop)
    for number in range(60):
        make_at(others, (1 - others**2) ** 0.5, 0.005 * number, name=f"Unstated {number}")
    make_at(wanted, 0, (1 - wanted**2) ** 0.5, name="Wanted", category=dress)
    state_colour(measured, Wanted="red")
    found, cursor = [], {}
    while True:
        body = {"prompt": "red dress", "min_match": "none", "number_of_images": 10, **cursor}
        page = measured.client.post(ASK, body, "json").json()
        found += page["results"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    levels = ["strong", "weak", "none"]
    order = [levels.index(result["match"]) for result in found]
    assert order == sorted(order)
    assert "Wanted" in [result["name"] for result in found]


def test_empty_answer_has_alternatives(measured):
    cache_prompt(measured.shop, "brown", 0, 1, 1)
    cache_prompt(measured.shop, "mortgage", -1, -0.1, -0.2)
    nothing = {"filters": {"brand": ["Bicycle"]}}
    body = measured.client.post(ASK, {"prompt": "red", **nothing}, "json").json()
    assert (body["results"], body["next"]) == ([], None)
    assert body["alternatives"]["reason"] == "nearest"
    (far,) = body["alternatives"]["results"]
    assert (far["name"], far["match"]) == ("Far", "none")
    assert far["score"] < 1 / 3

    body = measured.client.post(ASK, {"prompt": "mortgage"}, "json").json()
    assert (body["results"], body["alternatives"]["reason"]) == ([], "popular")
    names = [result["name"] for result in body["alternatives"]["results"]]
    assert names == ["Far", "Middling", "Near", "Same"]  # the newest first
    assert {result["match"] for result in body["alternatives"]["results"]} == {"none"}

    found = measured.client.post(ASK, {"prompt": "red"}, "json").json()
    assert found["results"] and found["alternatives"] is None


def test_only_a_pin_puts_a_weaker_match_first_and_the_answer_says_so(measured):
    with shop_scope(measured.shop.pk):
        far = Image.objects.get(name="Far")
        for action in ("boost", "pin"):
            target = {"images": [str(far.pk)]}
            Rule.objects.create(
                shop=measured.shop, name=action, action=action, strength=1, target=target
            )
            body = {"prompt": "red", "min_match": "none"}
            results = measured.client.post(ASK, body, "json").json()["results"]
            placed = [(result["name"], result["placed_by"]) for result in results]
            others = [("Same", None), ("Near", None), ("Middling", None)]
            expected = {"boost": [*others, ("Far", None)], "pin": [("Far", "rule"), *others]}
            assert placed == expected[action]


def test_taste_orders_within_a_match_only(measured):
    event = {"event_id": "1", "kind": "purchase", "shopper": "ada"}
    with shop_scope(measured.shop.pk):
        middling = Image.objects.get(name="Middling")
    event["image"] = str(middling.pk)
    measured.client.post("/api/v1/events/", {"events": [event]}, "json")
    measured.client.put("/api/v1/ranking/", {"taste": 1.0}, "json")
    results = measured.client.post(ASK, {"prompt": "red", "shopper": "ada"}, "json").json()
    assert [result["match"] for result in results["results"]] == ["strong", "strong", "weak"]
    assert all(0 <= result["score"] <= 1 for result in results["results"])


def test_order_holds_over_pages(measured):
    found, cursor = [], {}
    while True:
        body = {"prompt": "red", "number_of_images": 1, "min_match": "none", **cursor}
        page = measured.client.post(ASK, body, "json").json()
        found += [result["match"] for result in page["results"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == ["strong", "strong", "weak", "none"]


def test_last_page_of_what_matches_names_no_other(measured):
    body = {"prompt": "red", "number_of_images": 3}
    page = measured.client.post(ASK, body, "json").json()
    assert (len(page["results"]), page["next"]) == (3, None)


def test_code_finds_its_product_and_nothing_else(measured):
    cache_prompt(measured.shop, "AB-12", 1, 0, 0)
    make_image_at(measured.shop, 0, 0, 1, name="Coded", sku="AB-12")
    body = measured.client.post(ASK, {"prompt": "AB-12", "facets": ["colour"]}, "json").json()
    assert matches_of(body) == {"Coded": "strong"}
    assert body["next"] is None


def test_image_with_all_words_of_the_prompt_is_weak_if_it_is_of_another_kind(measured):
    with shop_scope(measured.shop.pk):
        skirt = Category.objects.get(shop=None, name="skirt")
        Image.objects.filter(pk=measured.near.pk).update(
            category=skirt, description="Wear it with a red dress"
        )
    cache_prompt(measured.shop, "red dress", 1, 0, 0)
    found = matches(measured.client.post(ASK, {"prompt": "red dress"}, "json"))
    assert (found["Near"], found["Same"]) == ("weak", "strong")


def test_kinds_of_the_wanted_texts_count(measured):
    query = Query(terms=(Term("a red dress"), Term("shirt"), Term("belt", -1)))
    read = partial(understand_query, encoder="mini", shop=measured.shop)
    assert read(query).description == Description(frozenset({"dress", "shirt"}))
    assert read(replace(query, photos=(PhotoTerm(b"jpeg"),))).description == Description()


def test_images_use_the_thresholds_of_photos(measured):
    path = f"/api/v1/images/{measured.same.pk}/similar/"
    assert matches(measured.client.get(path)) == {"Near": "weak"}
    every = matches(measured.client.get(path, {"min_match": "none"}))
    assert every == {"Near": "weak", "Middling": "none", "Far": "none"}


def test_comparison_of_images_uses_the_thresholds_of_photos(measured):
    body = {"images": [str(measured.same.pk), str(measured.near.pk)]}
    assert measured.client.post("/api/v1/similarity/", body, "json").json()["match"] == "weak"


def test_texts_with_negative_weights_use_lower_thresholds(measured):
    cache_prompt(measured.shop, "long", 0, 0, 1)
    terms = [{"text": "red"}, {"text": "long", "weight": -2}]
    found = matches(measured.client.post(ASK, {"terms": terms}, "json"))
    # The cosine is 0.45, which is all that an image for "red" can reach.
    assert found["Same"] == "strong"


def test_texts_with_an_image_are_not_checked_for_clothing(measured):
    query = {"prompt": "bicycle", "images": [{"id": str(measured.same.pk), "weight": 9}]}
    assert matches(measured.client.post(ASK, query, "json"))["Near"] == "weak"


def test_stated_preferences_use_the_thresholds_of_texts(measured):
    measured.client.put("/api/v1/shoppers/ada/preferences/", {"text": "red"}, "json")
    feed = measured.client.get("/api/v1/shoppers/ada/feed/")
    assert feed.json()["step"] == "stated"
    assert matches(feed)["Near"] == "strong"


def test_learned_taste_describes_nothing_to_match(measured):
    event = {"event_id": "1", "kind": "like", "image": str(measured.same.pk), "shopper": "ada"}
    measured.client.post("/api/v1/events/", {"events": [event]}, "json")
    feed = measured.client.get("/api/v1/shoppers/ada/feed/")
    assert feed.json()["step"] == "taste"
    assert matches(feed)["Near"] is None


# --- With the bundled encoder -----------------------------------------------------------

COLOURS, KINDS = ("red", "blue", "black", "green"), ("dress", "skirt", "shirt", "hoodie")


@pytest.fixture(scope="module")
def mini() -> Encoder:
    return get_encoder("mini")


@pytest.fixture(scope="module")
def garments(mini: Encoder) -> tuple[list[Garment], Vectors]:
    """Return every kind in every colour, with their embeddings."""
    drawn = [Garment(kind, colour, seed=7) for kind in KINDS for colour in COLOURS]
    return drawn, embed(mini, (draw_garment(garment, height=256) for garment in drawn))


@pytest.fixture
def judge(shop, garments, mini):
    """Return how well the best image of a shop with these garments matches a prompt."""
    calibration = measure(shop.shop, *garments)

    def judge_best(prompt: str) -> Match:
        (vector,) = mini.encode_texts([prompt])
        thresholds = find_thresholds(calibration, text=vector, by_text=1.0)
        return thresholds.judge(float((garments[1] @ vector).max()))

    return judge_best


def measure(shop: Shop, garments: list[Garment], vectors: Vectors) -> dict[str, object]:
    with shop_scope(shop.pk):
        for garment, vector in zip(garments, vectors, strict=True):
            kind = Category.objects.get(shop=None, name=garment.kind)
            title = f"{garment.colour} {garment.kind}"
            image = make_image(shop, name=title, category=kind)
            Image.objects.filter(pk=image.pk).update(colour=garment.colour)
            embedding = vector.astype(np.float16).tobytes()
            IndexEntry.objects.filter(image=image).update(state="indexed", embedding=embedding)
        index = get_live_index(shop.pk)
        calibrate(index, count=len(garments))
    return dict(index.calibration)


def test_prompts_match_only_if_the_shop_sells_such_garments(judge):
    for prompt in (
        "red dress",
        "a blue skirt for the summer",
        "hoodie",
        "frock",
        "green tee shirt",
    ):
        assert judge(prompt) is not Match.NONE, prompt
    for prompt in ("cordless drill", "mortgage advice", "frozen pizza", "leather sofa", "jeans"):
        assert judge(prompt) is Match.NONE, prompt
