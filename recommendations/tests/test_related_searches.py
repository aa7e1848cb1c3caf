"""Related searches: what enough others asked in the same sessions, or for the same products."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.indexing.indexes import get_live_index
from catalog.models import VectorIndex
from catalog.products.specs import ProductSpec
from catalog.products.word_counts import count_words
from catalog.services import upsert_products
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from recommendations.demand.refresh import refresh_demand
from recommendations.demand.relations import MIN_ASKERS, find_related, has_only_known_words
from recommendations.demand.searches import read_searches
from recommendations.models import Prompt, RelatedSearches
from recommendations.tests.figures import make_event, make_plain_image, make_prompt
from recommendations.tests.sessions import make_searches, name_sessions, refresh
from recommendations.tests.test_queries_api import ask, cache_prompt, make_image_at


def related(shop, text: str) -> list[str]:
    with shop_scope(shop.pk):
        return find_related(text)


def test_prompts_of_the_same_sessions_are_related(shop):
    for session in name_sessions(MIN_ASKERS):
        make_searches(shop.shop, session, "Red Dress", "red   shoes", "red dress")
    refresh(shop.shop)
    assert related(shop.shop, " RED dress ") == ["red shoes"]
    assert related(shop.shop, "red shoes") == ["red dress"]
    assert related(shop.shop, "blue dress") == []


def test_a_prompt_of_too_few_people_is_shown_to_nobody(shop):
    for session in name_sessions(MIN_ASKERS):
        make_searches(shop.shop, session, "red dress")
    for session in name_sessions(MIN_ASKERS - 1):
        make_searches(shop.shop, session, "red dress", "dress for my wedding party")
    # One person does not become several by asking often.
    make_searches(shop.shop, "session-0", *["dress for my wedding party"] * MIN_ASKERS)
    refresh(shop.shop)
    assert related(shop.shop, "red dress") == []
    with all_shops():
        assert RelatedSearches.objects.count() == 0


def test_searches_without_a_shopper_or_session_count_for_nobody(shop):
    for _ in range(MIN_ASKERS):
        make_prompt(shop.shop, "red dress")
        make_prompt(shop.shop, "red shoes")
    refresh(shop.shop)
    assert related(shop.shop, "red dress") == []


def test_personal_data_and_prompts_without_a_match_are_not_shown(shop):
    others = ("shoes for ann@example.com", "call +49 170 1234567", "mail to [mail]")
    for session in name_sessions(MIN_ASKERS):
        make_searches(shop.shop, session, "red dress", *others)
        make_searches(shop.shop, session, "fool", found="none")
    refresh(shop.shop)
    assert related(shop.shop, "red dress") == []


def test_words_that_neither_the_vocabulary_nor_a_product_has_are_not_shown(shop):
    for session in name_sessions(MIN_ASKERS):
        make_searches(shop.shop, session, "red dress", "stupid shop dress", "zorblatt dress")
    refresh(shop.shop)
    assert related(shop.shop, "red dress") == []
    facts = {"name": "Evening dress", "brand": "Zorblatt"}
    with shop_scope(shop.shop.pk):
        upsert_products(
            shop=shop.shop, specs=[ProductSpec(external_id="1", facts=facts, variants=[])]
        )
        count_words(shop.shop.pk)
        shop.shop.refresh_from_db()
    refresh(shop.shop)
    assert related(shop.shop, "red dress") == ["zorblatt dress"]


@pytest.mark.parametrize("encoder", ["mini", "fashion-clip"])
def test_words_are_known_in_every_language(encoder):
    def is_known(text: str) -> bool:
        return has_only_known_words(text, encoder=encoder, names={"zorblatt"})

    assert all(map(is_known, ["red dress", "rotes Kleid", "Zorblatt dress", "dress for 38"]))
    assert not any(map(is_known, ["stupid dress", "dummes Kleid", "gronk"]))


def test_prompts_with_the_same_clicks_are_related(shop):
    dress, boots = make_plain_image(shop.shop), make_plain_image(shop.shop)
    for session in name_sessions(MIN_ASKERS):
        for text, image in (("evening dress", dress), ("ball gown", dress), ("boots", boots)):
            # Each in a session of its own, by hours apart.
            (search,) = make_searches(shop.shop, f"{session}-{text}", text)
            make_event(image, prompt=search)
    refresh(shop.shop)
    assert related(shop.shop, "evening dress") == ["ball gown"]
    assert related(shop.shop, "boots") == []


def test_prompts_with_the_same_results_are_related(shop):
    dress = make_plain_image(shop.shop)
    for session in name_sessions(MIN_ASKERS):
        make_searches(shop.shop, f"{session}-a", "evening dress", images=[dress])
        make_searches(shop.shop, f"{session}-b", "ball gown", images=[dress])
        make_searches(shop.shop, f"{session}-c", "boots", images=[dress], found="none")
    refresh(shop.shop)
    assert related(shop.shop, "ball gown") == ["evening dress"]


def test_a_long_pause_ends_a_session(shop):
    for session in name_sessions(MIN_ASKERS):
        make_searches(shop.shop, session, "red dress", "garden chair", minutes=31)
    refresh(shop.shop)
    assert related(shop.shop, "red dress") == []


def test_other_spellings_of_a_prompt_are_not_related_to_it(shop):
    for session in name_sessions(MIN_ASKERS):
        make_searches(shop.shop, session, "red dress", "dress, red", "red dresses", "red shoes")
    refresh(shop.shop)
    assert related(shop.shop, "red dress") == ["red shoes"]


def test_old_searches_and_further_pages_do_not_count(shop):
    for session in name_sessions(MIN_ASKERS):
        one, other = make_searches(shop.shop, session, "red dress", "red shoes")
        with shop_scope(shop.shop.pk):
            Prompt.objects.filter(pk=other.pk).update(feed=one.pk)
    refresh(shop.shop)
    assert related(shop.shop, "red dress") == []


def test_each_night_replaces_what_is_stored_of_every_shop(shop, rival):
    hats = {shop.shop.pk: "red hat", rival.shop.pk: "blue hat"}
    for owner in (shop, rival):
        for session in name_sessions(MIN_ASKERS):
            make_searches(owner.shop, session, "red dress", hats[owner.shop.pk])
    assert refresh_demand() == 2
    assert related(shop.shop, "red dress") == ["red hat"]
    assert related(rival.shop, "red dress") == ["blue hat"]
    with all_shops():
        Prompt.objects.filter(shop=shop.shop).delete()
    assert refresh_demand() == 2
    assert related(shop.shop, "red dress") == []
    assert related(rival.shop, "red dress") != []


def test_a_shop_whose_encoder_is_not_configured_stops_no_other(shop, rival):
    for owner in (shop.shop, rival.shop):
        for session in name_sessions(MIN_ASKERS):
            make_searches(owner, session, "red dress", "red hat")
    first, last = sorted((shop.shop, rival.shop), key=lambda owner: owner.pk)
    with shop_scope(first.pk):
        get_live_index(first.pk)
        VectorIndex.objects.update(encoder="gone")
    refresh_demand()
    assert related(first, "red dress") == []
    assert related(last, "red dress") == ["red hat"]


def test_answers_have_related_searches_if_they_are_asked_for(shop):
    cache_prompt(shop.shop, "Red dress", 1, 0, 0)
    make_image_at(shop.shop, 1, 0, 0, name="Dress")
    with shop_scope(shop.shop.pk):
        RelatedSearches.objects.create(shop=shop.shop, text="red dress", related=["red shoes"])
    assert ask(shop.client, prompt="Red dress")["related_searches"] is None
    assert ask(shop.client, prompt="Red dress", related=True)["related_searches"] == ["red shoes"]
    image = make_image(shop.shop)
    similar = shop.client.get(f"/api/v1/images/{image.pk}/similar/").json()
    assert similar.get("related_searches") is None


def test_a_prompt_without_related_ones_has_an_empty_list(shop):
    cache_prompt(shop.shop, "blue", 1, 0, 0)
    make_image_at(shop.shop, 1, 0, 0, name="Dress")
    assert ask(shop.client, prompt="blue", related=True)["related_searches"] == []


def test_searches_of_the_last_month_count(shop):
    for session in name_sessions(MIN_ASKERS):
        make_searches(shop.shop, session, "red dress", "red shoes")
    with shop_scope(shop.shop.pk):
        later = timezone.now() + timedelta(days=31)
        assert len(read_searches(shop.shop.pk, now=timezone.now())) == 2 * MIN_ASKERS
        assert read_searches(shop.shop.pk, now=later) == []
