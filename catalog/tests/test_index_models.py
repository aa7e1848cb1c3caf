"""A shop changes its encoder: a second index, its trial, the switch, and the way back."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from benchmarks.random_checkpoints import make_random_clip
from catalog import tasks
from catalog.indexing import pipeline
from catalog.indexing.audit import audit_index
from catalog.indexing.indexes import get_live_index
from catalog.indexing.prompts import SoldItem
from catalog.indexing.retirement import RESTORE_PERIOD, find_removable
from catalog.indexing.trial import find_wanted, measure_rankings
from catalog.models import Image, IndexEntry, VectorIndex
from catalog.services import delete_image, update_image
from catalog.tests.factories import make_image, make_stated_image
from core.ml import batching, encoder
from core.ml.vector_store import get_vector_store
from core.photos import open_photo
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo
from tenants.models import AuditEntry
from tenants.tests.factories import make_person

pytestmark = pytest.mark.django_db(transaction=True)
MODELS = "/api/v1/index/models/"


@pytest.fixture(scope="session")
def other_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return another checkpoint, with embeddings of another length."""
    return make_random_clip(tmp_path_factory.mktemp("next-clip"), size="tiny", seed=12)


@pytest.fixture
def scoped(shop, settings, tiny_clip, other_clip, monkeypatch):
    """A shop with three indexed images, whose installation has another encoder too."""
    settings.ENCODERS = {
        "first": {"model": str(tiny_clip), "revision": None, "languages": "English"},
        "other": {"model": str(other_clip), "revision": None},
    }
    settings.DEFAULT_ENCODER = "first"
    for module, name in ((encoder, "_encoders"), (batching, "_batchers")):
        monkeypatch.setattr(module, name, {})
    monkeypatch.setattr(tasks, "wake", lambda *_, **__: None)
    with shop_scope(shop.shop.pk):
        for colour, category in (("red", "dress"), ("blue", "dress"), ("green", "shirt")):
            make_stated_image(shop.shop, category=category, colour=colour)
        work(shop.shop)
        yield shop.shop


def work(shop: Any) -> None:
    """Do what the worker's tasks do after one wake-up, one after the other."""
    tasks.index_images.apply(throw=True)
    index = get_live_index(shop.pk)
    if not index.is_complete:
        tasks.repair_index.apply(kwargs={"index_id": str(index.pk)}, throw=True)


def take_steps(shop: Any, count: int = 4) -> None:
    """Take the next steps of a switch, as the sweep has them taken."""
    for _ in range(count):
        tasks.advance_switches.apply(throw=True)
        work(shop)


def start(member: Any, encoder: str = "other", **fields: str) -> dict[str, Any]:
    response = member.client.post(MODELS, {"encoder": encoder, **fields})
    assert response.status_code == 202, response.content
    body: dict[str, Any] = response.json()
    return body


def read(member: Any, pk: str) -> dict[str, Any]:
    body: dict[str, Any] = member.client.get(f"{MODELS}{pk}/").json()
    return body


def states(member: Any) -> dict[str, str]:
    listed = member.client.get(MODELS).json()["results"]
    return {index["encoder"]: index["state"] for index in listed}


def change_photo(image: Image, colour: str) -> None:
    photo = open_photo(io.BytesIO(make_photo(colour)))
    update_image(image=Image.objects.get(pk=image.pk), fields={}, photo=photo)


def change_everything(shop: Any) -> None:
    """Add an image, change the photo of one and the colour of another, and delete a third."""
    first, second, third = Image.objects.order_by("pk")[:3]
    make_image(shop, "white")
    change_photo(first, "yellow")
    update_image(image=second, fields={"colour": "Purple"})
    delete_image(image=third)


def assert_sound(shop: Any) -> None:
    """Check that the live index has every image, with the embedding of its current photo."""
    index = get_live_index(shop.pk)
    found = audit_index(index)
    assert not found.needs_repair and not found.lost
    assert {str(pk) for pk in Image.objects.live().values_list("pk", flat=True)} == (
        get_vector_store(index.node).ids(index.collection)
    )
    for entry in IndexEntry.objects.filter(index=index).select_related("image"):
        assert entry.embedded_digest == entry.image.digest


# --- The way there --------------------------------------------------------------------


def test_a_manual_switch_waits_with_its_figures_until_the_owner_switches(scoped, colleague):
    old = get_live_index(scoped.pk)
    begun = start(colleague, switch="manual")
    assert (begun["state"], begun["switch"], begun["trial"]) == ("building", "manual", None)
    assert begun["progress"]["is_ready"] is False and begun["progress"]["total"] == 3
    early = colleague.client.post(f"{MODELS}{begun['id']}/switch/")
    assert (early.status_code, early.json()["code"]) == (409, "index_not_ready")

    take_steps(scoped)
    ready = read(colleague, begun["id"])
    assert ready["progress"] == {
        **begun["progress"],
        "embedded": 3,
        "failed": 0,
        "total": 3,
        "is_ready": True,
    }
    trial = ready["trial"]
    assert (trial["images"], trial["titles"]["count"], trial["facets"]["count"]) == (3, 1, 5)
    assert trial["overlap"] == 1  # of three images, all are among the first ten
    assert all(0 < trial["facets"][name] <= 1 for name in ("live", "next"))
    assert get_live_index(scoped.pk).pk == old.pk

    answer = colleague.client.post(f"{MODELS}{begun['id']}/switch/")
    assert (answer.status_code, answer.json()["state"]) == (200, "live")
    assert states(colleague) == {"first": "retired", "other": "live"}
    assert_sound(scoped)


def test_a_manual_switch_stays_ready_while_images_change(scoped, colleague):
    begun = start(colleague, switch="manual")
    take_steps(scoped)
    change_everything(scoped)
    take_steps(scoped)
    assert colleague.client.post(f"{MODELS}{begun['id']}/switch/").status_code == 200
    assert_sound(scoped)


def test_images_that_change_during_every_step_are_in_the_next_index(scoped, colleague):
    start(colleague)
    for colour in ("white", "black", "yellow", "purple"):
        make_image(scoped, colour)
        change_photo(Image.objects.live().order_by("pk").first(), colour)
        delete_image(image=Image.objects.live().order_by("pk")[1])
        take_steps(scoped, 1)
    take_steps(scoped)
    assert states(colleague) == {"first": "retired", "other": "live"}
    assert_sound(scoped)


def test_an_automatic_switch_needs_no_further_request(scoped, colleague):
    begun = start(colleague)
    take_steps(scoped)
    assert read(colleague, begun["id"])["state"] == "live"
    assert VectorIndex.objects.get(pk=begun["id"]).trial["images"] == 3


def test_a_second_request_changes_who_switches(scoped, colleague):
    begun = start(colleague, switch="manual")
    again = start(colleague, switch="automatic")
    assert (again["id"], again["switch"]) == (begun["id"], "automatic")


def test_a_shop_without_indexed_images_changes_at_once(scoped, colleague, rival):
    with shop_scope(rival.shop.pk):
        owner = make_person(rival.shop, email="owner@rival.example")
        assert start(owner)["state"] == "live"
    assert states(colleague) == {"first": "live"}


def test_a_trial_without_the_old_encoder_has_figures_of_the_new_one(scoped, colleague):
    begun = start(colleague, switch="manual")
    VectorIndex.objects.filter(state="live").update(encoder="gone")
    take_steps(scoped)
    trial = VectorIndex.objects.get(pk=begun["id"]).trial
    assert trial["overlap"] is None and trial["titles"]["live"] is None
    assert trial["titles"]["next"] > 0


# --- The way back ---------------------------------------------------------------------


@pytest.fixture
def moved(scoped, colleague):
    """The shop after a switch to the other encoder."""
    start(colleague)
    take_steps(scoped)
    assert states(colleague) == {"first": "retired", "other": "live"}
    return scoped


def test_a_retired_index_is_taken_back_and_only_changes_are_embedded(moved, colleague, monkeypatch):
    former = VectorIndex.objects.get(state="retired")
    change_everything(moved)
    work(moved)
    embedded: list[str] = []
    forward = pipeline._forward

    def count(items: Any) -> None:
        embedded.extend(str(item.image.pk) for item in items)
        forward(items)

    monkeypatch.setattr(pipeline, "_forward", count)
    assert start(colleague, "first")["id"] == str(former.pk)
    take_steps(moved)
    assert states(colleague) == {"first": "live", "other": "retired"}
    first, _, added = Image.objects.order_by("pk")
    assert set(embedded) == {str(first.pk), str(added.pk)}
    assert_sound(moved)


def test_a_retired_index_is_removed_after_its_period(moved, colleague):
    former = VectorIndex.objects.get(state="retired")
    assert timezone.now() < former.restorable_until <= timezone.now() + RESTORE_PERIOD
    VectorIndex.objects.filter(pk=former.pk).update(
        switched_at=timezone.now() - timedelta(minutes=2)
    )
    assert find_removable() == []
    tasks.remove_index.apply(kwargs={"index_id": str(former.pk)}, throw=True)
    assert IndexEntry.objects.filter(index=former).exists()
    VectorIndex.objects.filter(pk=former.pk).update(restorable_until=timezone.now())
    assert states(colleague) == {"other": "live"}
    assert find_removable() == [former.pk]
    tasks.remove_index.apply(kwargs={"index_id": str(former.pk)}, throw=True)
    assert not VectorIndex.objects.filter(pk=former.pk).exists()


def test_nothing_waits_in_a_retired_index(scoped, colleague):
    start(colleague, switch="manual")
    take_steps(scoped)
    change_photo(Image.objects.first(), "yellow")
    index = VectorIndex.objects.get(state="building")
    assert colleague.client.post(f"{MODELS}{index.pk}/switch/").status_code == 200
    retired = IndexEntry.objects.filter(index__state="retired")
    assert set(retired.values_list("state", flat=True)) == {"indexed"}
    start(colleague, "first")
    take_steps(scoped)
    assert states(colleague)["first"] == "live"
    assert_sound(scoped)


def test_the_encoder_of_a_retired_index_is_unloaded_after_a_minute(moved, settings):
    VectorIndex.objects.filter(state="retired").update(
        switched_at=timezone.now() - timedelta(minutes=2)
    )
    # The default encoder of new shops is in use as well.
    settings.DEFAULT_ENCODER = "other"
    work(moved)
    assert {name for name, _ in batching._batchers} == {"other"}


# --- Cancelling -----------------------------------------------------------------------


def test_a_change_is_cancelled_and_leaves_nothing(scoped, colleague):
    begun = start(colleague)
    take_steps(scoped, 1)
    assert colleague.client.delete(f"{MODELS}{begun['id']}/").status_code == 204
    assert states(colleague) == {"first": "live"}
    take_steps(scoped)
    assert states(colleague) == {"first": "live"}
    VectorIndex.objects.filter(state="retired").update(
        switched_at=timezone.now() - timedelta(minutes=2)
    )
    assert [str(pk) for pk in find_removable()] == [begun["id"]]


def test_a_retired_index_can_be_given_up_early(moved, colleague):
    former = VectorIndex.objects.get(state="retired")
    assert colleague.client.delete(f"{MODELS}{former.pk}/").status_code == 204
    assert states(colleague) == {"other": "live"}


def test_the_live_index_is_neither_cancelled_nor_switched_to_nor_built_again(scoped, colleague):
    address = f"{MODELS}{get_live_index(scoped.pk).pk}/"
    for response, code in (
        (colleague.client.delete(address), "index_in_use"),
        (colleague.client.post(f"{address}switch/"), "index_not_ready"),
        (colleague.client.post(MODELS, {"encoder": "first"}), "encoder_in_use"),
    ):
        assert (response.status_code, response.json()["code"]) == (409, code)


# --- Access ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [{}, {"encoder": "nothing"}, {"encoder": "other", "switch": "later"}, {"model": "x"}]
)
def test_wrong_bodies_are_refused(scoped, colleague, body):
    assert colleague.client.post(MODELS, body).status_code == 400
    assert states(colleague) == {"first": "live"}


def test_only_owners_change_the_encoder_and_others_see_it(scoped, shop):
    editor = make_person(scoped, role="editor")
    live = get_live_index(scoped.pk)
    for client in (editor.client, shop.client):
        assert client.get(MODELS).status_code == 200
        assert client.post(MODELS, {"encoder": "other"}).status_code == 403
        assert client.delete(f"{MODELS}{live.pk}/").status_code == 403
        assert client.post(f"{MODELS}{live.pk}/switch/").status_code == 403


def test_changes_are_audited(scoped, colleague):
    begun = start(colleague, switch="manual")
    take_steps(scoped)
    colleague.client.post(f"{MODELS}{begun['id']}/switch/")
    former = VectorIndex.objects.get(state="retired")
    colleague.client.delete(f"{MODELS}{former.pk}/")
    with all_shops():
        entries = AuditEntry.objects.filter(action__startswith="index_model").order_by("pk")
        assert list(entries.values_list("action", "target_id")) == [
            ("index_model.requested", begun["id"]),
            ("index_model.switched", begun["id"]),
            ("index_model.cancelled", str(former.pk)),
        ]


def test_another_shop_is_not_touched(moved, rival):
    with shop_scope(rival.shop.pk):
        assert get_live_index(rival.shop.pk).encoder == "first"
    pk = VectorIndex.objects.get(state="live").pk
    assert rival.client.get(f"{MODELS}{pk}/").status_code == 404


# --- The figures ----------------------------------------------------------------------


def test_prompts_are_titles_categories_and_colours():
    sold = [
        SoldItem("Red  Dress", "red", "Dress"),
        SoldItem("red dress", "", "Dress"),
        SoldItem("", "blue", ""),
    ]
    titles, facets = find_wanted(sold)
    assert titles == {"red dress": {0, 1}}
    assert facets == {"dress": {0, 1}, "red dress": {0}}


def test_figures_compare_two_rankings():
    places = np.arange(20)
    live = np.stack([places, places])
    building = np.stack([np.roll(places, -1), np.roll(places, 10)])
    found = measure_rankings({"title": {1}}, {"facet": {0, 1}}, live, building)
    ideal = 1 + 1 / np.log2(3)
    assert found == {
        "overlap": pytest.approx((0.9 + 0) / 2),
        "titles": {"count": 1, "live": 0.5, "next": 1.0},
        "facets": {"count": 1, "live": pytest.approx(ideal / ideal), "next": 0.0},
    }


def test_figures_without_prompts_are_null():
    assert measure_rankings({}, {}, None, None) == {
        "overlap": None,
        "titles": {"count": 0, "live": None, "next": None},
        "facets": {"count": 0, "live": None, "next": None},
    }
