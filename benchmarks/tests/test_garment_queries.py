"""The queries of the benchmark are relevant to garments with the facts in the prompt."""

import re

import pytest
from django.core.management import call_command

from benchmarks.garment_queries import MOODS, build_queries
from catalog.models import Image
from core.tenancy import shop_scope
from demo.garments import describe, sample_garments
from evaluation.search.catalogue import read_catalogue

GARMENTS = 60


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def test_moods_have_no_word_of_a_title():
    titles = (describe(garment).name for garment in sample_garments(count=2_000, seed=1))
    named = set.union(*map(words_of, titles))
    assert {mood: words_of(mood) & named - {"a", "in", "for"} for mood in MOODS} == {
        mood: set() for mood in MOODS
    }


@pytest.fixture
def garments(shop, tmp_path):
    call_command("generate_garments", str(tmp_path), count=GARMENTS, height=64)
    call_command("load_garments", str(tmp_path), shop=str(shop.shop.pk))
    with shop_scope(shop.shop.pk):
        yield read_catalogue()


def test_relevant_garments_have_the_facts_of_the_query(garments):
    found = build_queries(garments)
    features = dict(Image.objects.values_list("pk", "attributes"))
    assert {query.kind for query in found} >= {"title", "brand", "number", "mood", "other word"}
    assert all(query.relevant.keys() <= garments.listings.keys() for query in found)
    for query in found:
        if query.kind == "pattern category":
            asked = {f"{features[pk]['pattern']} {features[pk]['kind']}" for pk in query.relevant}
            assert asked == {query.prompt}
    gym = next(query for query in found if query.prompt == "for the gym")
    sporty = {pk for pk, listing in garments.listings.items() if "sporty" in listing.facts.styles}
    assert gym.relevant.keys() == sporty
