"""A second index is built with another checkpoint, while the old one answers."""

import io
import shutil
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from benchmarks.random_checkpoints import make_random_clip
from catalog import sweeps, tasks
from catalog.indexing import switches
from catalog.indexing.drift import measure_drift
from catalog.indexing.indexes import ENTRIES, decode_embedding, get_live_index
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.readiness import MIN_FAILED
from catalog.indexing.results import PipelineItem, record_garment_vectors, record_items
from catalog.indexing.retirement import find_removable, remove_index
from catalog.indexing.switches import EncoderInUse, read_progress, start_switch
from catalog.models import GarmentVectors, Image, IndexEntry, VectorIndex
from catalog.search.candidates import find_nearest
from catalog.search.filters import FacetFilter
from catalog.services import delete_image, update_image
from catalog.tests.factories import make_image
from core.ml import batching, encoder
from core.ml.checkpoints import (
    EncoderUnavailable,
    current_revision,
    find_checkpoint,
    hash_checkpoint,
)
from core.ml.vector_store import get_vector_store
from core.photos import open_photo
from core.tenancy import all_shops, run_in_scope, shop_scope
from core.tests.factories import make_photo
from core.tests.live import has_blocked_session, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
COLOURS = ("red", "blue", "green", "white", "black")


@pytest.fixture(scope="session")
def other_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return another checkpoint, with embeddings of another length."""
    return make_random_clip(tmp_path_factory.mktemp("other-clip"), size="tiny", seed=11)


@pytest.fixture
def checkpoint(tmp_path: Path, settings: Any, tiny_clip: Path, monkeypatch: Any) -> Path:
    """Return the folder of the encoder `own`; nothing is loaded yet."""
    folder = tmp_path / "own"
    shutil.copytree(tiny_clip, folder)
    settings.ENCODERS = {
        "own": {"model": str(folder), "revision": None, "earlier": str(tmp_path / "earlier")}
    }
    settings.DEFAULT_ENCODER = "own"
    monkeypatch.setattr(encoder, "_encoders", {})
    monkeypatch.setattr(batching, "_batchers", {})
    return folder


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the names of the tasks that are woken, instead of sending them."""
    names: list[str] = []
    for module in (tasks, sweeps):
        monkeypatch.setattr(module, "wake", lambda name, **_: names.append(name))
    return names


@pytest.fixture
def scoped(shop, checkpoint, sent):
    """A shop with three indexed images of the first checkpoint."""
    with shop_scope(shop.shop.pk):
        for colour in COLOURS[:3]:
            make_image(shop.shop, colour)
        work(shop.shop)
        assert states(shop.shop) == {"live": "indexed"}
        yield shop.shop


def replace_checkpoint(folder: Path, other: Path, *, keep: Path | None = None) -> str:
    """Put another checkpoint in the place of the first; return its revision."""
    if keep:
        shutil.copytree(folder, keep)
    shutil.rmtree(folder)
    shutil.copytree(other, folder)
    return hash_checkpoint(folder)


def forget_loaded() -> None:
    """Do what a restart of the worker does."""
    batching.unload_encoders(keep=[])


def work(shop) -> None:
    """Do what the worker's tasks do after one wake-up, one after the other."""
    tasks.index_images.apply(throw=True)
    index = get_live_index(shop.pk)
    if not index.is_complete:
        tasks.repair_index.apply(kwargs={"index_id": str(index.pk)}, throw=True)


def advance() -> None:
    tasks.advance_switches.apply(throw=True)


def finish(shop) -> None:
    """Take steps until no second index is being built."""
    for _ in range(20):
        advance()
        if not switches.has_switches():
            return
        work(shop)
    raise AssertionError("The switch did not end.")


def states(shop) -> dict[str, str]:
    """Return the states of the entries of each index that is not retired."""
    rows = IndexEntry.objects.filter(shop=shop).exclude(index__state="retired")
    return dict(rows.values_list("index__state", "state").distinct())


def second_index(shop) -> VectorIndex:
    return VectorIndex.objects.get(shop=shop, state=VectorIndex.State.BUILDING)


def collection_ids(index: VectorIndex) -> set[str]:
    return get_vector_store(index.node).ids(index.collection)


def search(index: VectorIndex, photo: Image):
    """Search for an image's own vector."""
    vector = decode_embedding(IndexEntry.objects.get(index=index, image=photo).embedding)
    return find_nearest(index=index, vector=vector, count=3, facets=FacetFilter())


def retire_all() -> None:
    """Let the time pass after which a retired index is removed, and remove it."""
    VectorIndex.objects.filter(state="retired").update(
        switched_at=timezone.now() - timedelta(minutes=2)
    )
    for pk in find_removable():
        tasks.remove_index.apply(kwargs={"index_id": str(pk)}, throw=True)


# --- Recognition ----------------------------------------------------------------------


def test_an_index_of_the_configured_checkpoint_stays(scoped, sent):
    advance()
    assert VectorIndex.objects.count() == 1
    assert read_progress(shop=scoped) is None


def test_a_replaced_checkpoint_is_recognised_and_the_index_built_again(
    scoped, checkpoint, other_clip
):
    old = get_live_index(scoped.pk)
    revision = replace_checkpoint(checkpoint, other_clip)
    assert revision != old.revision
    finish(scoped)
    new = get_live_index(scoped.pk)
    assert (new.checkpoint, new.is_complete, new.is_calibrated) == (("own", revision), True, True)
    assert not measure_drift(new)
    assert len(collection_ids(new)) == 3
    for image in Image.objects.all():
        found = search(new, image)
        assert (found.ids[0], found.answered_by) == (image.pk, "index")


def test_an_index_from_before_revisions_were_recorded_is_built_again(scoped):
    VectorIndex.objects.update(revision="")
    finish(scoped)
    assert get_live_index(scoped.pk).revision == current_revision("own")


def test_the_migration_names_the_first_mini_and_can_be_undone(shop):
    migration = import_module("catalog.migrations.0009_revision_of_the_first_mini")
    with all_shops():
        index = get_live_index(shop.shop.pk)
        VectorIndex.objects.update(encoder="mini", revision="")
        migration.record_revision(apps, None)
        index.refresh_from_db()
        assert Path(find_checkpoint(*index.checkpoint).model).is_dir()
        migration.forget_revision(apps, None)
        index.refresh_from_db()
        assert index.revision == ""


def test_an_encoder_that_is_not_configured_any_more_gives_way_to_the_default(
    scoped, settings, other_clip
):
    settings.ENCODERS = {"new": {"model": str(other_clip), "revision": None}}
    settings.DEFAULT_ENCODER = "new"
    finish(scoped)
    assert get_live_index(scoped.pk).checkpoint == ("new", hash_checkpoint(other_clip))


def test_another_default_encoder_moves_no_shop(scoped, settings, other_clip):
    settings.ENCODERS = {**settings.ENCODERS, "new": {"model": str(other_clip), "revision": None}}
    settings.DEFAULT_ENCODER = "new"
    advance()
    assert not switches.has_switches()


def test_nothing_starts_while_the_folder_is_out_of_reach(scoped, checkpoint):
    checkpoint.rename(checkpoint.with_name("away"))
    advance()
    assert not switches.has_switches()


def test_an_empty_index_takes_the_new_checkpoint_itself(shop, checkpoint, other_clip, sent):
    with shop_scope(shop.shop.pk):
        make_image(shop.shop)
        old = get_live_index(shop.shop.pk)
        revision = replace_checkpoint(checkpoint, other_clip)
        advance()
        work(shop.shop)
        index = get_live_index(shop.shop.pk)
        assert (index.pk, index.revision) == (old.pk, revision)
        assert states(shop.shop) == {"live": "indexed"}


def test_a_late_embedding_of_the_former_checkpoint_is_discarded_by_an_empty_index(
    shop, checkpoint, other_clip, sent
):
    with shop_scope(shop.shop.pk):
        make_image(shop.shop)
        item = claimed_item()
        replace_checkpoint(checkpoint, other_clip)
        advance()
        record_items([item])
        assert IndexEntry.objects.get().embedding is None


def claimed_item() -> PipelineItem:
    """Claim the only waiting entry and set an embedding, as a slow worker does."""
    with all_shops():
        (claim,) = ENTRIES.claim(size=1, lease=60)
        entry = IndexEntry.objects.select_related("image", "index").get(pk=claim.row_id)
        dimensions = batching.get_batcher(*entry.index.checkpoint).encoder.dimensions
        item = PipelineItem(claim, entry)
        item.embedding = np.full(dimensions, dimensions**-0.5, np.float32)
        return item


def test_a_checkpoint_that_is_replaced_again_during_a_switch_wins(
    scoped, checkpoint, other_clip, tiny_clip
):
    replace_checkpoint(checkpoint, other_clip)
    advance()
    given_up = second_index(scoped)
    (checkpoint / "merges.txt").write_text("#version: 0.2\na b\n")
    revision = current_revision("own")
    advance()
    assert second_index(scoped).revision == revision
    given_up.refresh_from_db()
    assert given_up.state == VectorIndex.State.RETIRED


def test_going_back_during_a_switch_ends_it(scoped, checkpoint, other_clip, tiny_clip):
    replace_checkpoint(checkpoint, other_clip)
    advance()
    replace_checkpoint(checkpoint, tiny_clip)
    advance()
    assert not switches.has_switches()
    assert get_live_index(scoped.pk).revision == current_revision("own")


# --- A switch that a shop asks for ----------------------------------------------------


def test_a_shop_moves_to_another_encoder(scoped, settings, other_clip):
    settings.ENCODERS = {**settings.ENCODERS, "new": {"model": str(other_clip), "revision": None}}
    index = start_switch(shop=scoped, encoder="new")
    assert index.state == VectorIndex.State.BUILDING
    assert start_switch(shop=scoped, encoder="new").pk == index.pk
    finish(scoped)
    assert get_live_index(scoped.pk).pk == index.pk
    with pytest.raises(EncoderInUse):
        start_switch(shop=scoped, encoder="new")


def test_a_chosen_encoder_is_not_given_up_for_the_default(scoped, settings, other_clip, checkpoint):
    settings.ENCODERS = {**settings.ENCODERS, "new": {"model": str(other_clip), "revision": None}}
    start_switch(shop=scoped, encoder="new")
    (checkpoint / "merges.txt").write_text("#version: 0.2\na b\n")
    advance()
    assert second_index(scoped).encoder == "new"


def test_an_unknown_encoder_is_refused(scoped):
    with pytest.raises(EncoderUnavailable, match="nothing"):
        start_switch(shop=scoped, encoder="nothing")


def test_a_shop_has_one_second_index(scoped, settings, other_clip):
    settings.ENCODERS = {**settings.ENCODERS, "new": {"model": str(other_clip), "revision": None}}
    index = start_switch(shop=scoped, encoder="new")
    index.pk = None
    index.collection = "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        index.save(force_insert=True)


def test_progress_is_in_the_api(shop, scoped, checkpoint, other_clip):
    before = shop.client.get("/api/v1/index/").json()
    assert before["switch"] is None and before["revision"] == current_revision("own")
    revision = replace_checkpoint(checkpoint, other_clip)
    advance()
    switch = shop.client.get("/api/v1/index/").json()["switch"]
    assert switch.pop("started_at")
    assert switch == {
        "encoder": "own",
        "revision": revision,
        "embedded": 0,
        "failed": 0,
        "total": 3,
        "is_ready": False,
    }
    index_waiting()
    assert shop.client.get("/api/v1/index/").json()["switch"]["embedded"] == 3
    assert shop.client.get("/api/v1/index/").json()["indexed"] == 3


# --- Meanwhile ------------------------------------------------------------------------


def test_the_old_index_answers_until_the_new_one_is_ready(scoped, checkpoint, other_clip):
    old, image = get_live_index(scoped.pk), Image.objects.first()
    replace_checkpoint(checkpoint, other_clip)
    forget_loaded()
    advance()
    index_waiting()
    assert get_live_index(scoped.pk).pk == old.pk
    found = search(get_live_index(scoped.pk), image)
    assert found.ids[0] == image.pk and len(found.ids) == 3


def test_an_earlier_checkpoint_encodes_prompts_for_the_old_index(
    scoped, checkpoint, other_clip, tmp_path
):
    old = get_live_index(scoped.pk)
    expected = batching.get_batcher(*old.checkpoint).encode_texts(["red"])
    replace_checkpoint(checkpoint, other_clip, keep=tmp_path / "earlier" / "2025")
    forget_loaded()
    again = batching.get_batcher(*old.checkpoint).encode_texts(["red"])
    assert np.allclose(again, expected, atol=1e-2)
    new = batching.get_batcher("own").encode_texts(["red"])
    assert not np.allclose(new, expected, atol=1e-2)


def test_changes_during_a_switch_end_in_both_indexes(scoped, checkpoint, other_clip, tmp_path):
    first, second, third = Image.objects.order_by("pk")
    replace_checkpoint(checkpoint, other_clip, keep=tmp_path / "earlier" / "2025")
    forget_loaded()
    advance()
    old, new = get_live_index(scoped.pk), second_index(scoped)
    added = make_image(scoped, "white")
    delete_image(image=first)
    update_image(image=second, fields={}, photo=open_photo(io.BytesIO(make_photo("black"))))
    work(scoped)
    expected = {str(second.pk), str(third.pk), str(added.pk)}
    assert collection_ids(old) == collection_ids(new) == expected
    assert set(
        IndexEntry.objects.filter(image=second).values_list("embedded_digest", flat=True)
    ) == {Image.objects.get(pk=second.pk).digest}
    finish(scoped)
    assert get_live_index(scoped.pk).pk == new.pk
    assert collection_ids(new) == expected


def test_an_image_deleted_before_its_turn_is_removed(scoped, checkpoint, other_clip):
    image = Image.objects.first()
    replace_checkpoint(checkpoint, other_clip)
    advance()
    delete_image(image=image)
    finish(scoped)
    assert not Image.objects.filter(pk=image.pk).exists()
    assert len(collection_ids(get_live_index(scoped.pk))) == 2


def test_an_image_added_by_a_request_that_knew_one_index_only_is_not_lost(
    scoped, checkpoint, other_clip
):
    replace_checkpoint(checkpoint, other_clip)
    advance()
    index_waiting()
    late = make_image(scoped, "white")
    IndexEntry.objects.filter(image=late, index__state="building").delete()
    embedding = IndexEntry.objects.exclude(embedding=None).first().embedding
    IndexEntry.objects.filter(image=late).update(state="indexed", embedding=embedding)
    switches._switch(second_index(scoped))
    assert get_live_index(scoped.pk).revision != current_revision("own")
    finish(scoped)
    assert str(late.pk) in collection_ids(get_live_index(scoped.pk))


def test_new_uploads_come_before_the_rest_of_a_switch(scoped, checkpoint, other_clip, monkeypatch):
    monkeypatch.setattr(switches, "PORTION", 2)
    replace_checkpoint(checkpoint, other_clip)
    advance()
    assert IndexEntry.objects.filter(index__state="building").count() == 2
    added = make_image(scoped, "white")
    waiting = IndexEntry.objects.filter(image=added, state="pending")
    assert waiting.count() == 2
    advance()  # two wait already: no more are requested
    assert IndexEntry.objects.filter(index__state="building").count() == 3
    finish(scoped)
    assert len(collection_ids(get_live_index(scoped.pk))) == 4


def test_garments_seen_during_or_before_a_switch_are_in_the_new_index(
    scoped, checkpoint, other_clip
):
    first, second, _ = Image.objects.order_by("pk")
    revision = replace_checkpoint(checkpoint, other_clip)
    dimensions = batching.get_batcher("own").encoder.dimensions
    vectors = np.eye(2, dimensions, dtype=np.float32)

    def record(image: Image) -> None:
        record_garment_vectors(
            image_id=image.pk,
            image_version=image.version,
            encoder="own",
            revision=revision,
            vectors=vectors,
        )

    record(first)
    advance()
    work(scoped)
    record(second)
    finish(scoped)
    work(scoped)
    new = get_live_index(scoped.pk)
    assert {f"{first.pk}.1", f"{second.pk}.1"} <= collection_ids(new)
    assert new.max_garments == 2 and not measure_drift(new)
    retire_all()
    assert GarmentVectors.objects.count() == 2


# --- Failures and kills ---------------------------------------------------------------


def test_a_new_checkpoint_that_embeds_nothing_does_not_go_live(scoped, checkpoint, other_clip):
    old = get_live_index(scoped.pk)
    replace_checkpoint(checkpoint, other_clip)
    advance()
    IndexEntry.objects.filter(index__state="building").update(
        state="failed", reason=IndexEntry.Reason.ENCODER_ERROR
    )
    advance()
    assert get_live_index(scoped.pk).pk == old.pk
    assert read_progress(shop=scoped).failed == 3
    # The shop retries.
    IndexEntry.objects.filter(state="failed").request()
    finish(scoped)
    assert get_live_index(scoped.pk).pk != old.pk


def test_a_photo_that_is_lost_does_not_keep_the_others_back(scoped, checkpoint, other_clip):
    lost = Image.objects.first()
    default_storage.delete(lost.photo.name)
    replace_checkpoint(checkpoint, other_clip)
    finish(scoped)
    assert MIN_FAILED >= 1
    assert IndexEntry.objects.live().get(image=lost).state == IndexEntry.State.FAILED
    assert len(collection_ids(get_live_index(scoped.pk))) == 2


def test_a_worker_killed_in_any_step_loses_nothing(scoped, checkpoint, other_clip):
    replace_checkpoint(checkpoint, other_clip)
    advance()
    # It claimed the images, and died.
    with all_shops():
        assert len(ENTRIES.claim(size=16, lease=60)) == 3
    advance()
    IndexEntry.objects.update(due_at="2020-01-01T00:00Z")
    # It wrote the vectors, and died before it recorded them.
    with all_shops():
        claims = ENTRIES.claim(size=16, lease=60)
        entries = IndexEntry.objects.select_related("index", "image")
        for claim in claims:
            entry = entries.get(pk=claim.row_id)
            dimensions = batching.get_batcher("own").encoder.dimensions
            get_vector_store(entry.index.node).upsert(
                entry.index.collection,
                [str(entry.image_id)],
                np.eye(1, dimensions, dtype=np.float32),
                [{"version": 1}],
            )
    IndexEntry.objects.update(due_at="2020-01-01T00:00Z")
    finish(scoped)
    new = get_live_index(scoped.pk)
    assert not measure_drift(new)
    for image in Image.objects.all():
        assert search(new, image).ids[0] == image.pk


def test_a_lost_collection_of_the_second_index_is_rebuilt_before_the_switch(
    scoped, checkpoint, other_clip
):
    replace_checkpoint(checkpoint, other_clip)
    advance()
    work(scoped)
    new = second_index(scoped)
    get_vector_store(new.node).drop(new.collection)
    finish(scoped)
    assert len(collection_ids(get_live_index(scoped.pk))) == 3


def test_a_switch_waits_for_chroma(scoped, checkpoint, other_clip, settings):
    replace_checkpoint(checkpoint, other_clip)
    advance()
    index_waiting()
    nodes = settings.CHROMA_NODES
    settings.CHROMA_NODES = {"main": "http://127.0.0.1:9"}
    get_vector_store.cache_clear()
    advance()
    assert switches.has_switches()
    settings.CHROMA_NODES = nodes
    get_vector_store.cache_clear()
    finish(scoped)
    assert len(collection_ids(get_live_index(scoped.pk))) == 3


def test_a_late_result_for_the_old_index_after_the_switch_is_harmless(
    scoped, checkpoint, other_clip, tmp_path
):
    image = Image.objects.first()
    IndexEntry.objects.filter(image=image).request()
    item = claimed_item()
    replace_checkpoint(checkpoint, other_clip, keep=tmp_path / "earlier" / "2025")
    finish(scoped)
    retire_all()
    record_items([item])
    assert VectorIndex.objects.get().state == VectorIndex.State.LIVE
    assert not measure_drift(get_live_index(scoped.pk))


def test_an_upload_waits_for_a_switch_and_lands_in_the_new_index(
    scoped, checkpoint, other_clip, monkeypatch
):
    """A request that began before the switch must not add to the index that is retired."""
    replace_checkpoint(checkpoint, other_clip)
    advance()
    work(scoped)
    old, new = get_live_index(scoped.pk), second_index(scoped)
    uploads: list[Thread] = []
    retire = switches.retire

    def retire_during_an_upload(index: VectorIndex, **options: bool) -> None:
        upload = Thread(
            target=run_in_scope, args=(lambda: make_image(scoped, "white"), scoped.pk), daemon=True
        )
        upload.start()
        wait_for(has_blocked_session, what="an upload that waits for the switch")
        uploads.append(upload)
        retire(index, **options)

    monkeypatch.setattr(switches, "retire", retire_during_an_upload)
    finish(scoped)
    uploads[0].join(10)
    added = Image.objects.order_by("pk").last()
    assert set(added.entries.values_list("index", flat=True)) == {new.pk}
    assert new.pk != old.pk


# --- Afterwards -----------------------------------------------------------------------


def test_the_retired_index_is_removed_after_a_while(scoped, checkpoint, other_clip):
    old = get_live_index(scoped.pk)
    replace_checkpoint(checkpoint, other_clip)
    finish(scoped)
    assert find_removable() == []
    retire_all()
    assert not VectorIndex.objects.filter(pk=old.pk).exists()
    assert IndexEntry.objects.count() == 3
    with pytest.raises(Exception, match="does not exist"):
        collection_ids(old)


def test_a_retired_index_waits_for_the_removal_of_deleted_images(
    scoped, checkpoint, other_clip, monkeypatch
):
    replace_checkpoint(checkpoint, other_clip)
    old, image = get_live_index(scoped.pk), Image.objects.first()
    finish(scoped)
    delete_image(image=image)
    old.refresh_from_db()
    remove_index(old)
    assert list(IndexEntry.objects.filter(index=old).values_list("image", flat=True)) == [image.pk]
    work(scoped)
    assert not Image.objects.filter(pk=image.pk).exists()
    remove_index(old)
    assert not VectorIndex.objects.filter(pk=old.pk).exists()


def test_images_show_the_state_of_the_live_index(shop, scoped, checkpoint, other_clip):
    replace_checkpoint(checkpoint, other_clip)
    advance()
    images = shop.client.get("/api/v1/images/").json()["results"]
    assert [image["index_state"] for image in images] == ["indexed"] * 3
    assert shop.client.get("/api/v1/images/?index_state=pending").json()["results"] == []
    assert len(shop.client.get("/api/v1/images/?index_state=indexed").json()["results"]) == 3


def test_encoders_that_no_index_has_are_unloaded(scoped, checkpoint, other_clip):
    old = get_live_index(scoped.pk)
    assert set(batching._batchers) == {old.checkpoint}
    replace_checkpoint(checkpoint, other_clip)
    finish(scoped)
    retire_all()
    work(scoped)
    assert set(batching._batchers) == {get_live_index(scoped.pk).checkpoint}


def test_the_sweep_wakes_the_steps(scoped, checkpoint, other_clip, sent):
    sent.clear()
    sweeps.sweep_index.apply(throw=True)
    assert sent == []
    replace_checkpoint(checkpoint, other_clip)
    sweeps.sweep_index.apply(throw=True)
    assert sent == [tasks.advance_switches.name]
    sent.clear()
    advance()
    assert sent == [tasks.index_images.name]
    sent.clear()
    work(scoped)
    assert tasks.advance_switches.name in sent


def test_another_shop_is_not_touched(scoped, rival, checkpoint, other_clip, settings):
    settings.ENCODERS = {**settings.ENCODERS, "new": {"model": str(other_clip), "revision": None}}
    with shop_scope(rival.shop.pk):
        theirs = make_image(rival.shop)
        work(rival.shop)
    start_switch(shop=scoped, encoder="new")
    finish(scoped)
    with shop_scope(rival.shop.pk):
        assert get_live_index(rival.shop.pk).encoder == "own"
        assert IndexEntry.objects.get(image=theirs).state == IndexEntry.State.INDEXED
