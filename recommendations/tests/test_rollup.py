"""The roll-up counts every row once: repeated, concurrent, late or interrupted."""

import math
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from core.tenancy import all_shops, shop_scope
from recommendations.analytics import latency, rollup
from recommendations.analytics.rollup import delete_rare_prompts, roll_up
from recommendations.models import (
    Event,
    ImageFigures,
    PromptFigures,
    ShopFigures,
    Watermark,
)
from recommendations.sweeps import roll_up_figures
from recommendations.tests.figures import (
    count_all,
    make_event,
    make_plain_image,
    make_prompt,
    noon,
)
from tenants.models import Shop, Shopper

TODAY = timezone.now().date()


def figures_of(shop: Shop, day: Any = None) -> ShopFigures:
    with shop_scope(shop.pk):
        return ShopFigures.objects.get(day=day or timezone.now().date())


def image_figures(image: Any, day: Any = None) -> ImageFigures:
    with shop_scope(image.shop_id):
        return ImageFigures.objects.get(image=image, day=day or timezone.now().date())


def texts_of(shop: Shop) -> dict[str, list[int]]:
    """Return for each text how often it was asked, had no match, and was clicked."""
    with shop_scope(shop.pk):
        rows = PromptFigures.objects.values_list("text", "asked", "no_match", "clicked")
        return {text: counts for text, *counts in rows}


def all_figures() -> list[Any]:
    """Return all figures of all shops, without the ids of rows."""
    with all_shops():
        return [
            sorted(
                tuple(
                    str(getattr(row, field.attname))
                    for field in model._meta.fields
                    if field.name != "id"
                )
                for row in model.objects.all()
            )
            for model in (ShopFigures, ImageFigures, PromptFigures)
        ]


@pytest.fixture
def image(shop):
    return make_plain_image(shop.shop)


# --- Prompts --------------------------------------------------------------------------


def test_prompts_are_counted_by_source(shop):
    for source in ("search", "search", "similar", "feed"):
        make_prompt(shop.shop, source=source)
    assert count_all() == 4
    day = figures_of(shop.shop)
    assert (day.searches, day.similars, day.feeds) == (2, 1, 1)


@pytest.mark.parametrize(
    ("found", "is_no_match"),
    [(None, 1), ("none", 1), ("weak", 0), ("strong", 0), ("unmeasured", 0)],
)
def test_search_without_weak_or_strong_results_is_no_match(shop, found, is_no_match):
    prompt = make_prompt(shop.shop, found=found)
    if found == "unmeasured":
        prompt.results[0]["match"] = None
        with all_shops():
            prompt.save()
    count_all()
    assert figures_of(shop.shop).no_match == is_no_match
    assert texts_of(shop.shop) == {"red dress": [1, is_no_match, 0]}


def test_one_good_result_anywhere_is_a_match(shop):
    results = [{"id": str(uuid7()), "score": 0.1, "match": match} for match in ("none", "weak")]
    make_prompt(shop.shop, results=results)
    count_all()
    assert figures_of(shop.shop).no_match == 0


def test_only_searches_can_be_without_a_match(shop):
    make_prompt(shop.shop, "", source="feed", found=None)
    count_all()
    assert figures_of(shop.shop).no_match == 0
    assert texts_of(shop.shop) == {}


def test_texts_that_differ_in_case_and_spaces_are_one(shop):
    for text in ("Red  Dress", " red dress", "RED\tDRESS", "Straße", "STRASSE"):
        make_prompt(shop.shop, text)
    count_all()
    assert texts_of(shop.shop) == {"red dress": [3, 0, 0], "strasse": [2, 0, 0]}


def test_long_and_unusual_prompts_are_counted(shop):
    for text in ("x" * 1_000, "é" * 1_000, "ﬃ" * 1_000, "\U0001f457" * 1_000, "%s {} '\"\\"):
        make_prompt(shop.shop, text)
    assert count_all() == 5
    assert sum(asked for asked, *_ in texts_of(shop.shop).values()) == 5


def test_latency_is_accurate_within_one_percent(shop):
    for milliseconds in range(1, 101):
        make_prompt(shop.shop, timings_ms={"total": float(milliseconds)})
    make_prompt(shop.shop, timings_ms={})
    count_all()
    counts = figures_of(shop.shop).latency
    assert latency.estimate_quantile(counts, 0.5) == pytest.approx(50, rel=0.01)
    assert latency.estimate_quantile(counts, 0.95) == pytest.approx(95, rel=0.01)


@given(st.lists(st.floats(0.2, 1e6), min_size=1, max_size=200), st.floats(0, 1))
@settings(max_examples=50)
def test_quantiles_of_added_sketches_are_those_of_all_times(times, share):
    half = len(times) // 2
    both = latency.merge_sketches(
        [latency.build_sketch(times[:half]), latency.build_sketch(times[half:])]
    )
    exact = sorted(times)[max(math.ceil(share * len(times)) - 1, 0)]
    # One percent, and the rounding to a tenth of a millisecond.
    assert abs(latency.estimate_quantile(both, share) - exact) <= 0.01001 * exact + 0.051


def test_quantile_of_nothing_is_none():
    assert latency.estimate_quantile({}, 0.5) is None


# --- Events ---------------------------------------------------------------------------


def test_events_are_counted_by_kind(shop, image):
    for kind in [*Event.Kind.values, "click"]:
        make_event(image, kind)
    count_all()
    for row in (figures_of(shop.shop), image_figures(image)):
        assert (row.impressions, row.clicks, row.likes) == (1, 2, 1)
        assert (row.dislikes, row.add_to_carts, row.purchases) == (1, 1, 1)


def test_impressions_at_lower_positions_count_less(image):
    for position in (1, 3, 7, None):
        make_event(image, "impression", position=position)
    make_event(image, "click", position=1)
    count_all()
    assert image_figures(image).expected == pytest.approx(1 + 1 / 2 + 1 / 3 + 1)


def test_answer_counts_as_clicked_once(shop, image):
    answer = make_prompt(shop.shop, images=[image])
    make_event(image, prompt=answer)
    make_event(image, prompt=answer)
    count_all()
    make_event(image, prompt=answer)
    make_event(image, "add_to_cart", prompt=answer)
    make_event(image)
    count_all()
    day = figures_of(shop.shop)
    assert (day.answers_clicked, day.answers_added_to_cart, day.clicks) == (1, 1, 4)
    assert texts_of(shop.shop) == {"red dress": [1, 0, 1]}


def test_click_counts_on_the_day_of_its_answer(shop, image):
    yesterday = TODAY - timedelta(days=1)
    answer = make_prompt(shop.shop, images=[image], created_at=noon(yesterday))
    make_event(image, prompt=answer)
    count_all()
    assert figures_of(shop.shop, yesterday).answers_clicked == 1
    assert figures_of(shop.shop).answers_clicked == 0
    assert figures_of(shop.shop).clicks == 1


def test_late_event_counts_on_the_day_it_happened(shop, image):
    count_all()
    long_ago = TODAY - timedelta(days=80)
    make_event(image, occurred_at=noon(TODAY))
    make_event(image, occurred_at=noon(long_ago))
    count_all()
    make_event(image, occurred_at=noon(long_ago))
    count_all()
    assert image_figures(image, long_ago).clicks == 2
    assert figures_of(shop.shop, long_ago).clicks == 2
    assert figures_of(shop.shop, TODAY).clicks == 1


def test_images_in_answers_and_impressions_count_as_shown(shop, rival):
    images = [make_plain_image(shop.shop) for _ in range(4)]
    make_plain_image(shop.shop, status="draft")
    theirs = make_plain_image(rival.shop)
    make_prompt(shop.shop, images=[*images[:2], theirs])
    make_prompt(shop.shop, images=images[:1])
    make_event(images[2], "impression")
    make_event(images[3], "click")
    count_all()
    day = figures_of(shop.shop)
    assert (day.images_shown, day.images_published) == (3, 4)
    assert image_figures(images[0]).answers == 2
    with all_shops():
        assert not ImageFigures.objects.filter(image=theirs).exists()


def test_deleting_an_image_deletes_its_figures_but_not_the_shops(shop, image):
    make_event(image, "impression")
    count_all()
    make_event(image)
    with all_shops():
        image.delete()
    make_prompt(shop.shop)
    count_all()
    with all_shops():
        assert not ImageFigures.objects.exists()
    assert (figures_of(shop.shop).impressions, figures_of(shop.shop).images_shown) == (1, 1)


def test_shops_are_counted_separately(shop, rival, image):
    theirs = make_plain_image(rival.shop)
    answer = make_prompt(rival.shop, "secret", images=[theirs])
    make_event(theirs, prompt=answer)
    make_event(image)
    # A click does not count for an answer of another shop.
    make_event(image, prompt=answer)
    count_all()
    assert figures_of(shop.shop).clicks == 2
    assert figures_of(shop.shop).answers_clicked == 0
    assert (figures_of(rival.shop).clicks, figures_of(rival.shop).answers_clicked) == (1, 1)
    assert texts_of(shop.shop) == {}


# --- Exactly once ---------------------------------------------------------------------


def test_nothing_is_counted_twice(shop, image):
    answer = make_prompt(shop.shop, images=[image])
    make_event(image, prompt=answer)
    assert count_all() == 2
    before = all_figures()
    assert count_all() == 0
    assert all_figures() == before


def test_batches_add_up_to_the_total(shop, image, monkeypatch):
    monkeypatch.setattr(rollup, "BATCH", 2)
    answers = [make_prompt(shop.shop, images=[image]) for _ in range(5)]
    for answer in answers:
        make_event(image, "impression", prompt=answer, position=1)
        make_event(image, prompt=answer)
    assert count_all() == 15
    day = figures_of(shop.shop)
    assert (day.searches, day.answers_clicked, day.impressions, day.clicks) == (5, 5, 5, 5)
    assert texts_of(shop.shop) == {"red dress": [5, 0, 5]}
    assert image_figures(image).expected == pytest.approx(5)


@pytest.mark.parametrize("broken", ["_add_to_shops", "_mark_changed"])
def test_interrupted_batch_counts_nothing(shop, image, monkeypatch, broken):
    answer = make_prompt(shop.shop, images=[image])
    make_event(image, prompt=answer)

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(rollup, broken, fail)
        with pytest.raises(RuntimeError):
            count_all()
    with all_shops():
        assert not ImageFigures.objects.filter(clicks__gt=0).exists()
    count_all()
    day = figures_of(shop.shop)
    assert (day.searches, day.clicks, day.answers_clicked) == (1, 1, 1)
    assert image_figures(image).clicks == 1


def test_rows_younger_than_the_lag_are_not_counted(shop, image):
    make_event(image)
    with all_shops():
        old = Event(
            id=rollup.make_lowest_id(timezone.now() - timedelta(minutes=1)),
            shop=shop.shop,
            image=image,
            kind="click",
            event_id="old",
            occurred_at=timezone.now(),
        )
        old.save()
    assert roll_up() == 1
    assert roll_up() == 0
    assert count_all() == 1


@pytest.mark.django_db(transaction=True)
def test_watermark_stays_behind_open_transactions(shop):
    image = make_plain_image(shop.shop)
    written, decided = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            make_event(image)
            written.set()
            decided.wait(30)
        connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert written.wait(30)
    settled = rollup.find_settled_time()
    assert rollup.find_settled_time() == settled
    decided.set()
    writer.join()
    assert rollup.find_settled_time() > settled


@pytest.mark.django_db(transaction=True)
def test_concurrent_roll_ups_count_everything_once(shop, monkeypatch):
    monkeypatch.setattr(rollup, "BATCH", 3)
    image = make_plain_image(shop.shop)
    for _ in range(20):
        make_event(image, prompt=make_prompt(shop.shop, images=[image]))
    counted: list[int] = []

    def count() -> None:
        counted.append(count_all())
        connection.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counted) + count_all() == 40
    day = figures_of(shop.shop)
    assert (day.searches, day.clicks, day.answers_clicked) == (20, 20, 20)
    assert image_figures(image).answers == 20


@pytest.mark.django_db(transaction=True)
def test_second_roll_up_does_not_wait_for_the_first(shop):
    make_prompt(shop.shop)
    with all_shops():
        Watermark.objects.get_or_create(pk=Watermark.ONLY)
    counted: list[int] = []

    def count() -> None:
        counted.append(count_all())
        connection.close()

    with transaction.atomic():
        assert Watermark.objects.select_for_update().get()
        second = threading.Thread(target=count)
        second.start()
        second.join(10)
        assert counted == [0]
    assert count_all() == 1


@pytest.mark.parametrize("name", ["shopfigures", "promptfigures", "imagepopularity", "watermark"])
def test_operators_can_read_the_figures(client, django_user_model, shop, image, name):
    make_event(image, prompt=make_prompt(shop.shop))
    count_all()
    roll_up_figures()
    client.force_login(django_user_model.objects.create_superuser("op@atelier.example"))
    page = client.get(reverse(f"admin:recommendations_{name}_changelist"))
    assert page.status_code == 200
    assert b"0 result" not in page.content


def test_task_updates_the_watermarks_time(shop):
    make_prompt(shop.shop)
    roll_up_figures()
    assert timezone.now() - Watermark.objects.get().counted_at < timedelta(seconds=10)


# --- Rare prompts ---------------------------------------------------------------------


def test_rare_prompts_of_past_days_are_deleted(shop, rival, monkeypatch):
    monkeypatch.setattr(rollup, "MAX_PROMPTS_A_DAY", 2)
    yesterday = noon(TODAY - timedelta(days=1))
    for text, times in (("a", 3), ("b", 1), ("c", 2)):
        for _ in range(times):
            make_prompt(shop.shop, text, created_at=yesterday)
    make_prompt(rival.shop, "theirs", created_at=yesterday)
    for text in "xyz":
        make_prompt(shop.shop, text)
    count_all()
    assert delete_rare_prompts(today=TODAY) == 1
    assert set(texts_of(shop.shop)) == {"a", "c", "x", "y", "z"}
    assert set(texts_of(rival.shop)) == {"theirs"}


# --- Once a day -------------------------------------------------------------------------


def make_shopper(shop: Shop, external_id: str = "ada") -> Shopper:
    with shop_scope(shop.pk):
        shopper: Shopper = Shopper.objects.create(shop=shop, external_id=external_id)
    return shopper


@pytest.mark.parametrize("by", ["shopper", "visitor"])
def test_repeated_action_counts_once_a_day_in_one_batch_and_in_many(shop, by):
    image, who = make_plain_image(shop.shop), make_shopper(shop.shop) if by == "shopper" else "v"
    for _ in range(3):
        make_event(image, "purchase", **{by: who})
        make_event(image, "purchase", **{by: who})
        count_all()
    assert image_figures(image).purchases == figures_of(shop.shop).purchases == 1


def test_other_kinds_days_images_and_shoppers_count_on_their_own(shop):
    first, second = make_plain_image(shop.shop), make_plain_image(shop.shop)
    ada, eve = make_shopper(shop.shop), make_shopper(shop.shop, "eve")
    yesterday = noon(TODAY - timedelta(days=1))
    for _ in range(2):
        make_event(first, "purchase", shopper=ada)
        make_event(first, "like", shopper=ada)
        make_event(first, "purchase", shopper=ada, occurred_at=yesterday)
        make_event(second, "purchase", shopper=ada)
        make_event(first, "purchase", shopper=eve)
        count_all()
    assert (image_figures(first).purchases, image_figures(first).likes) == (2, 1)
    assert image_figures(first, yesterday.date()).purchases == 1
    assert image_figures(second).purchases == 1
    assert figures_of(shop.shop).purchases == 3


def test_late_repetition_does_not_count_and_a_late_first_does(shop):
    image, ada = make_plain_image(shop.shop), make_shopper(shop.shop)
    before, yesterday = (noon(TODAY - timedelta(days=days)) for days in (2, 1))
    make_event(image, "click", shopper=ada, occurred_at=yesterday)
    count_all()
    make_event(image, "click", shopper=ada, occurred_at=yesterday + timedelta(hours=11))
    make_event(image, "click", shopper=ada, occurred_at=yesterday - timedelta(hours=12))
    make_event(image, "click", shopper=ada, occurred_at=before + timedelta(hours=11, minutes=59))
    count_all()
    assert image_figures(image, yesterday.date()).clicks == 1
    assert image_figures(image, before.date()).clicks == 1


def test_batch_of_repetitions_does_not_end_the_roll_up(shop, monkeypatch):
    monkeypatch.setattr(rollup, "BATCH", 2)
    image, ada = make_plain_image(shop.shop), make_shopper(shop.shop)
    for _ in range(6):
        make_event(image, "click", shopper=ada)
    make_event(image, "purchase", shopper=ada)
    assert count_all() == 7
    assert (image_figures(image).clicks, image_figures(image).purchases) == (1, 1)


def test_events_of_nobody_count_each(shop):
    image = make_plain_image(shop.shop)
    for _ in range(3):
        make_event(image, "click")
    count_all()
    assert image_figures(image).clicks == 3


def test_same_visitor_of_another_shop_counts_on_its_own(shop, rival):
    images = [make_plain_image(each.shop) for each in (shop, rival)]
    for image in images:
        make_event(image, "click", visitor="v")
        count_all()
    assert [image_figures(image).clicks for image in images] == [1, 1]
