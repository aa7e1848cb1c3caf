"""Matches use calibrated thresholds, and texts must be about clothing."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from catalog.indexing.calibration import calibrate
from catalog.indexing.indexes import get_live_index
from catalog.models import Category, Image, IndexEntry, VectorIndex
from catalog.tests.factories import make_garment, make_image, record_garments
from core.ml.encoder import Encoder, get_encoder
from core.ml.vector_store import Vectors
from core.tenancy import shop_scope
from demo.garments import Garment, draw_garment
from evaluation.encoder import embed
from recommendations.query import (
    NOTHING_MATCHES,
    Match,
    PhotoTerm,
    Query,
    Term,
    Thresholds,
    find_thresholds,
    limit_match,
    understand_query,
)
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
    ],
)
def test_another_kind_than_the_wanted_one_is_at_most_weak(match, wanted, known, expected):
    assert limit_match(match, wanted=wanted, known=known) is expected


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
    return {result["name"]: result["match"] for result in response.json()["results"]}


def test_texts_use_the_thresholds_of_texts(measured):
    found = matches(measured.client.post(ASK, {"prompt": "red"}, "json"))
    assert found == {"Same": "strong", "Near": "strong", "Middling": "weak", "Far": "none"}


def test_prompt_about_other_things_matches_only_images_with_its_words(measured):
    found = matches(measured.client.post(ASK, {"prompt": "bicycle"}, "json"))
    assert found == {"Same": "none", "Near": "none", "Middling": "none", "Far": "strong"}
    body = {"prompt": "bicycle", "min_match": "weak"}
    assert list(matches(measured.client.post(ASK, body, "json"))) == ["Far"]


def test_answers_by_age_have_what_matches_unless_all_is_asked_for(measured):
    body = {"prompt": "red", "sort": "newest"}
    assert list(matches(measured.client.post(ASK, body, "json"))) == ["Middling", "Near", "Same"]
    everything = matches(measured.client.post(ASK, body | {"min_match": "none"}, "json"))
    assert list(everything) == ["Far", "Middling", "Near", "Same"]


def test_image_of_another_stated_or_seen_kind_is_no_strong_match(measured):
    cache_prompt(measured.shop, "red dress", 1, 0, 0)
    with shop_scope(measured.shop.pk):
        skirt = Category.objects.get(shop=None, name="skirt")
        Image.objects.filter(pk=measured.same.pk).update(category=skirt)
    record_garments(measured.near, make_garment("trousers"))
    ask = partial(measured.client.post, ASK, {"prompt": "red dress"}, "json")
    assert matches(ask()) == {"Same": "weak", "Near": "weak", "Middling": "weak", "Far": "none"}

    # One of the garments may be a dress, and the shop's own word counts more than what was seen.
    record_garments(
        measured.near, make_garment("trousers"), make_garment("dress", is_kind_sure=False)
    )
    with shop_scope(measured.shop.pk):
        Image.objects.filter(pk=measured.same.pk).update(category=None, name="Sundress")
    record_garments(measured.same, make_garment("skirt"))
    found = matches(ask())
    assert (found["Sundress"], found["Near"]) == ("strong", "strong")


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
    assert read(query).kinds == {"dress", "shirt"}
    assert read(replace(query, photos=(PhotoTerm(b"jpeg"),))).kinds == frozenset()


def test_images_use_the_thresholds_of_photos(measured):
    path = f"/api/v1/images/{measured.same.pk}/similar/"
    assert matches(measured.client.get(path)) == {"Near": "weak", "Middling": "none", "Far": "none"}


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


def test_learned_taste_uses_the_thresholds_of_photos(measured):
    event = {"event_id": "1", "kind": "like", "image": str(measured.same.pk), "shopper": "ada"}
    measured.client.post("/api/v1/events/", {"events": [event]}, "json")
    feed = measured.client.get("/api/v1/shoppers/ada/feed/")
    assert feed.json()["step"] == "taste"
    assert matches(feed)["Near"] == "weak"


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
