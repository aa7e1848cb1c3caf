"""Personal data in a prompt is searched with, and never stored."""

from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from core.jobs import rpc
from core.tenancy import all_shops, shop_scope
from recommendations.analytics.rollup import normalise_text
from recommendations.models import Preferences, Prompt, PromptFigures
from recommendations.tests.figures import count_all
from recommendations.tests.test_queries_api import cache_prompt, make_image_at
from tenants.models import Shopper

ASK = "/api/v1/recommendations/"
SECRETS = ("ada@shop.example", "+49 170 1234567", "4111 1111 1111 1111", "ada(at)shop(dot)example")
STORED = ("[mail]", "[phone]", "[card]", "[mail]")


@pytest.fixture
def stocked(shop):
    """Return a shop with one image that answers the prompts in this module."""
    shop.red = make_image_at(shop.shop, 1, 0, 0, name="Red one")
    for secret in SECRETS:
        # Only the original words are in the cache: other words would need an encoder.
        cache_prompt(shop.shop, f"red dress {secret}", 1, 0, 0)
    return shop


def ask(client, **query):
    response = client.post(ASK, query, "json")
    assert response.status_code == 201, response.json()
    return response.json()


def dump(*models: str) -> str:
    """Return all rows of these models as text."""
    with all_shops():
        out = StringIO()
        call_command("dumpdata", *models, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(("secret", "stored"), [*zip(SECRETS, STORED, strict=True)])
def test_a_prompt_is_stored_redacted_and_searched_as_it_is(stocked, secret, stored):
    answer = ask(stocked.client, prompt=f"red dress {secret}", filters={"brand": [secret]})
    row = stocked.client.get(f"/api/v1/prompts/{answer['id']}/").json()
    assert row["prompt"] == f"red dress {stored}"
    assert row["query"]["prompt"] == f"red dress {stored}"
    assert secret not in dump("recommendations")
    assert [r["name"] for r in ask(stocked.client, prompt=f"red dress {secret}")["results"]]


def test_weighted_terms_are_stored_redacted(stocked):
    answer = ask(
        stocked.client,
        terms=[{"text": f"red dress {secret}", "weight": 1} for secret in SECRETS[:2]],
        shopper="customer-4711000123",
    )
    row = stocked.client.get(f"/api/v1/prompts/{answer['id']}/").json()
    assert row["prompt"] == "red dress [mail] red dress [phone]"
    assert [term["text"] for term in row["query"]["terms"]] == [
        "red dress [mail]",
        "red dress [phone]",
    ]
    assert row["query"]["shopper"] == "customer-4711000123"


def test_figures_and_exports_have_redacted_texts_only(stocked):
    for secret in SECRETS:
        ask(stocked.client, prompt=f"red dress {secret}", shopper="ada")
    stocked.client.put(
        "/api/v1/shoppers/ada/preferences/", {"text": f"linen, write to {SECRETS[0]}"}, "json"
    )
    count_all()
    export = stocked.client.get("/api/v1/shoppers/ada/export/")
    prompts = stocked.client.get("/api/v1/analytics/prompts/")
    assert export.status_code == prompts.status_code == 200
    for text in (dump("recommendations"), export.content.decode(), prompts.content.decode()):
        assert "red dress" in text or "linen" in text
        assert not any(secret in text for secret in SECRETS)


def test_keys_in_redis_contain_no_prompt(stocked):
    ask(stocked.client, prompt=f"red dress {SECRETS[0]}")
    keys = b" ".join(rpc.connection().keys("*"))
    assert b"red" not in keys
    assert b"ada" not in keys


def test_the_migration_redacts_what_was_stored_before(shop):
    day, text = timezone.now().date(), f"red dress {SECRETS[0]}"
    with shop_scope(shop.shop.pk):
        shopper = Shopper.objects.create(shop=shop.shop, external_id="ada")
        Preferences.objects.create(shop=shop.shop, shopper=shopper, text=f"cotton {SECRETS[1]}")
        for prompt in (text, "blue dress"):
            Prompt.objects.create(
                shop=shop.shop,
                prompt=prompt,
                query={"prompt": prompt, "terms": [{"text": prompt}], "shopper": SECRETS[0]},
                number_of_images=1,
            )
        for stored, asked in ((normalise_text(text), 3), ("red dress [mail]", 4)):
            PromptFigures.objects.create(shop=shop.shop, day=day, text=stored, asked=asked)
        migration = import_module("recommendations.migrations.0008_redact_prompts")
        migration.redact_stored_texts(apps, None)
        assert set(Prompt.objects.values_list("prompt", flat=True)) == {
            "red dress [mail]",
            "blue dress",
        }
        query = Prompt.objects.get(prompt="red dress [mail]").query
        assert query == {
            "prompt": "red dress [mail]",
            "terms": [{"text": "red dress [mail]"}],
            "shopper": SECRETS[0],
        }
        assert Preferences.objects.get().text == "cotton [phone]"
        figures = PromptFigures.objects.get()
        assert (figures.text, figures.asked) == ("red dress [mail]", 7)
