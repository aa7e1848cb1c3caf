"""Audits, repairs and rebuilds of a collection, while images are added, changed and deleted."""

import io
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog import sweeps, tasks
from catalog.indexing import audit, repair, results
from catalog.indexing.audit import audit_index, claim_due
from catalog.indexing.drift import Drift, measure_drift
from catalog.indexing.indexes import (
    decode_embedding,
    get_live_index,
    lock_writing,
    mark_incomplete,
    share_writing,
)
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.repair import rebuild_index, repair_index
from catalog.models import Image, IndexEntry, VectorIndex
from catalog.services import delete_image, request_rebuild, update_image
from catalog.tests.factories import make_image
from core.ml.vector_store import VectorStore, VectorStoreUnavailable, get_vector_store
from core.photos import open_photo
from core.tenancy import all_shops, run_in_scope, shop_scope
from core.tests.factories import make_photo
from core.tests.live import has_blocked_session, wait_for
from tenants.models import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]
COLOURS = ("red", "blue", "green")


@pytest.fixture
def scoped(shop) -> Iterator[Shop]:
    """A shop with three indexed images."""
    with shop_scope(shop.shop.pk):
        for colour in COLOURS:
            make_image(shop.shop, colour)
        index_all(shop.shop)
        yield shop.shop


@pytest.fixture
def chroma_down(settings) -> Iterator[None]:
    """Point every Chroma client of this process to a port where nothing listens."""
    settings.CHROMA_NODES = {"main": "http://127.0.0.1:9"}
    get_vector_store.cache_clear()
    yield
    get_vector_store.cache_clear()


def index_all(shop: Shop) -> VectorIndex:
    """Do what the worker's task does: index, then repair the index if that is needed."""
    index_waiting()
    index = get_live_index(shop.pk)
    if not index.is_complete:
        assert repair_index(index)
    return get_live_index(shop.pk)


def run_audit(index: VectorIndex) -> None:
    tasks.audit_index.apply(kwargs={"index_id": str(index.pk)}, throw=True)


def store_of(index: VectorIndex) -> VectorStore:
    return get_vector_store(index.node)


def collection_ids(shop: Shop) -> set[str]:
    index = get_live_index(shop.pk)
    return store_of(index).ids(index.collection)


def expected_ids() -> set[str]:
    return {str(pk) for pk in Image.objects.live().values_list("pk", flat=True)}


def vector_of(image: Image) -> np.ndarray:
    return decode_embedding(IndexEntry.objects.live().get(image_id=image.pk).embedding)


def change_photo(image: Image, colour: str) -> None:
    photo = open_photo(io.BytesIO(make_photo(colour)))
    update_image(image=Image.objects.get(pk=image.pk), fields={}, photo=photo)


def assert_sound(shop: Shop) -> None:
    index = get_live_index(shop.pk)
    found = audit_index(index)
    assert not found.needs_repair and not found.lost
    assert collection_ids(shop) == expected_ids()


def during_first(name: str, monkeypatch: Any, work: Callable[[], object]) -> None:
    """Run `work` once, at the beginning of the first call of a step of the repair."""
    step, calls = getattr(repair, name), []

    def run(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 1:
            work()
        return step(*args)

    monkeypatch.setattr(repair, name, run)


# --- Repairs --------------------------------------------------------------------------


def test_lost_collection_is_rebuilt_from_postgres(scoped):
    index = get_live_index(scoped.pk)
    store_of(index).drop(index.collection)
    assert repair_index(index)
    assert_sound(scoped)


def test_repair_adds_missing_and_deletes_extra_vectors(scoped):
    index, image = get_live_index(scoped.pk), Image.objects.first()
    store = store_of(index)
    store.upsert(index.collection, ["stray"], vector_of(image)[None], [{"version": 1}])
    store.delete(index.collection, [str(image.pk)])
    drift = measure_drift(index)
    assert (drift.missing, drift.extra) == ({str(image.pk)}, {"stray"})
    assert repair_index(index)
    assert_sound(scoped)


def test_a_photo_and_facets_that_change_while_chroma_is_down_are_written_later(
    scoped, settings, monkeypatch
):
    first, second, _ = Image.objects.order_by("pk")
    nodes = settings.CHROMA_NODES
    settings.CHROMA_NODES = {"main": "http://127.0.0.1:9"}
    get_vector_store.cache_clear()
    change_photo(first, "yellow")
    update_image(image=second, fields={"colour": "Purple"})
    index_waiting()
    settings.CHROMA_NODES = nodes
    get_vector_store.cache_clear()
    index = get_live_index(scoped.pk)
    assert not index.is_complete
    found = audit_index(index)
    assert found.changes.vectors == {str(first.pk)}
    assert {str(second.pk)} <= found.changes.facets
    assert repair_index(index)
    assert_sound(scoped)


def test_damage_during_a_repair_leaves_the_index_incomplete(scoped, monkeypatch):
    index = get_live_index(scoped.pk)
    during_first("find_changes", monkeypatch, lambda: mark_incomplete(index))
    assert not repair_index(get_live_index(scoped.pk))
    assert not get_live_index(scoped.pk).is_complete


def test_a_collection_that_was_replaced_does_not_mark_the_new_one_incomplete(scoped):
    old = get_live_index(scoped.pk)
    assert rebuild_index(get_live_index(scoped.pk))
    mark_incomplete(old)
    assert get_live_index(scoped.pk).is_complete


def test_a_vector_that_is_written_before_its_row_is_not_deleted_as_extra(scoped, monkeypatch):
    """A worker is between Chroma and Postgres while the repair compares ids."""
    index, record, drifts = get_live_index(scoped.pk), results._record, []
    repairs: list[Thread] = []

    def record_during_a_repair(items: Any) -> Any:
        drifts.append(measure_drift(index))
        thread = Thread(target=run_in_scope, args=(lambda: repair_index(index), scoped.pk))
        thread.start()
        repairs.append(thread)
        wait_for(has_blocked_session, what="the repair, which waits for the worker")
        return record(items)

    monkeypatch.setattr(results, "_record", record_during_a_repair)
    added = make_image(scoped, "white")
    index_waiting()
    repairs[0].join(10)
    assert drifts[0].extra == {str(added.pk)}
    assert_sound(scoped)


def test_a_repair_does_not_copy_an_embedding_that_is_just_replaced(scoped, monkeypatch):
    index, image, record = get_live_index(scoped.pk), Image.objects.first(), results._record
    before = vector_of(image)
    repairs: list[Thread] = []

    def record_during_a_repair(items: Any) -> Any:
        store_of(index).delete(index.collection, [str(image.pk)])
        thread = Thread(
            target=run_in_scope,
            args=(lambda: repair._copy(index, index.address, [str(image.pk)]), scoped.pk),
        )
        thread.start()
        repairs.append(thread)
        wait_for(has_blocked_session, what="the copy, which waits for the worker")
        return record(items)

    monkeypatch.setattr(results, "_record", record_during_a_repair)
    change_photo(image, "yellow")
    index_waiting()
    repairs[0].join(10)
    assert not np.allclose(vector_of(image), before)
    assert_sound(scoped)


# --- Rebuilds -------------------------------------------------------------------------


def test_rebuild_replaces_the_collection_and_drops_the_old_one_later(scoped):
    old = get_live_index(scoped.pk)
    assert rebuild_index(get_live_index(scoped.pk))
    new = get_live_index(scoped.pk)
    assert new.is_complete and new.collection != old.collection
    assert store_of(old).ids(old.collection) == expected_ids()
    tasks.drop_former_collection.apply(kwargs={"index_id": str(new.pk)}, throw=True)
    assert get_live_index(scoped.pk).former_collection == ""
    with pytest.raises(Exception, match="does not exist"):
        store_of(old).ids(old.collection)
    assert_sound(scoped)


def test_the_old_collection_answers_while_images_change_during_a_rebuild(scoped, monkeypatch):
    old, seen = get_live_index(scoped.pk), []
    first, second, third = Image.objects.order_by("pk")

    def change() -> None:
        make_image(scoped, "white")
        change_photo(first, "yellow")
        update_image(image=second, fields={"colour": "Purple"})
        delete_image(image=third)
        index_waiting()
        current = get_live_index(scoped.pk)
        seen.append((current.collection, current.is_complete))

    during_first("_copy", monkeypatch, change)
    assert rebuild_index(get_live_index(scoped.pk))
    assert seen == [(old.collection, True)]
    assert_sound(scoped)


def test_images_that_change_after_the_copy_are_in_the_new_collection(scoped, monkeypatch):
    image = Image.objects.first()

    def change() -> None:
        change_photo(image, "yellow")
        make_image(scoped, "white")
        index_waiting()

    during_first("_switch", monkeypatch, change)
    assert rebuild_index(get_live_index(scoped.pk))
    assert_sound(scoped)


def test_a_worker_that_knew_no_next_collection_delays_the_copy(scoped, monkeypatch):
    index, image, record = get_live_index(scoped.pk), Image.objects.first(), results._record
    rebuilds: list[Thread] = []

    def record_during_a_rebuild(items: Any) -> Any:
        thread = Thread(target=run_in_scope, args=(lambda: rebuild_index(index), scoped.pk))
        thread.start()
        rebuilds.append(thread)
        wait_for(has_blocked_session, what="the rebuild, which waits for the worker")
        return record(items)

    monkeypatch.setattr(results, "_record", record_during_a_rebuild)
    change_photo(image, "yellow")
    index_waiting()
    rebuilds[0].join(10)
    assert get_live_index(scoped.pk).former_collection
    assert_sound(scoped)


def test_a_killed_rebuild_is_continued_by_the_sweep(scoped, monkeypatch):
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(repair, "_switch", die)
        rebuild_index(get_live_index(scoped.pk))
    half = get_live_index(scoped.pk)
    assert half.next_collection and half.is_complete
    make_image(scoped, "white")
    delete_image(image=Image.objects.first())
    index_waiting()
    sent = collect_wake_ups(monkeypatch)
    tasks.wake_repairs()
    assert sent == [(tasks.repair_index.name, str(half.pk))]
    tasks.repair_index.apply(kwargs={"index_id": str(half.pk)}, throw=True)
    assert get_live_index(scoped.pk).collection == half.next_collection
    assert_sound(scoped)


def test_a_write_that_fails_during_a_rebuild_delays_the_switch(scoped, monkeypatch):
    index = get_live_index(scoped.pk)

    def fail() -> None:
        store_of(index).drop(get_live_index(scoped.pk).next_collection)
        make_image(scoped, "white")
        index_waiting()

    during_first("_switch", monkeypatch, fail)
    assert not rebuild_index(get_live_index(scoped.pk))
    now = get_live_index(scoped.pk)
    assert (now.collection, now.is_complete) == (index.collection, True)
    assert repair_index(get_live_index(scoped.pk))
    assert get_live_index(scoped.pk).collection != index.collection
    assert_sound(scoped)


def test_a_lost_next_collection_is_begun_again(scoped):
    request_rebuild(shop=scoped)
    half = get_live_index(scoped.pk)
    store_of(half).drop(half.next_collection)
    assert repair_index(half)
    assert_sound(scoped)


def test_a_request_does_not_begin_a_second_rebuild(scoped):
    request_rebuild(shop=scoped)
    first = get_live_index(scoped.pk).next_collection
    request_rebuild(shop=scoped)
    assert get_live_index(scoped.pk).next_collection == first != ""


# --- Audits ---------------------------------------------------------------------------


def test_an_audit_changes_nothing(scoped):
    index, image = get_live_index(scoped.pk), Image.objects.first()
    store_of(index).delete(index.collection, [str(image.pk)])
    found = audit_index(index)
    assert found.needs_repair and not found.is_sick
    assert found.drift == Drift(
        frozenset({str(image.pk)}), frozenset(), frozenset(expected_ids() - {str(image.pk)})
    )
    assert measure_drift(index).missing == {str(image.pk)}


def test_a_wrong_vector_makes_a_small_collection_sick_and_it_is_rebuilt(scoped):
    index, image = get_live_index(scoped.pk), Image.objects.first()
    run_audit(index)
    assert get_live_index(scoped.pk).collection == index.collection
    # The same ids, but one vector is not the image's own.
    opposite = -vector_of(image)[None]
    store_of(index).upsert(index.collection, [str(image.pk)], opposite, [{"version": 1}])
    run_audit(index)
    assert get_live_index(scoped.pk).collection != index.collection
    assert_sound(scoped)


def test_a_wrong_vector_among_many_is_written_again(scoped, monkeypatch):
    monkeypatch.setattr(audit, "MAX_SICK_SHARE", 0.5)
    index, image = get_live_index(scoped.pk), Image.objects.first()
    opposite = -vector_of(image)[None]
    store_of(index).upsert(index.collection, [str(image.pk)], opposite, [{"version": 1}])
    run_audit(index)
    assert get_live_index(scoped.pk).collection == index.collection
    assert_sound(scoped)


def test_a_collection_that_does_not_find_its_vectors_is_rebuilt(scoped, monkeypatch):
    index = get_live_index(scoped.pk)
    query = VectorStore.query_many

    def forget(store: VectorStore, name: str, vectors: Any, **options: Any) -> Any:
        if name == index.collection:
            vectors = -vectors  # as a damaged graph, which leads to other vectors
        return query(store, name, vectors, **options)

    monkeypatch.setattr(audit, "NEIGHBOURS", 1)
    monkeypatch.setattr(VectorStore, "query_many", forget)
    assert audit_index(index).lost
    run_audit(index)
    assert get_live_index(scoped.pk).collection != index.collection
    assert_sound(scoped)


def test_images_that_change_during_an_audit_are_not_reported(scoped, monkeypatch):
    compare, image = audit.compare_ids, Image.objects.first()

    def compare_then_change(*args: Any) -> Drift:
        drift = compare(*args)
        change_photo(image, "yellow")
        delete_image(image=Image.objects.last())
        make_image(scoped, "white")
        index_waiting()
        return drift

    monkeypatch.setattr(audit, "compare_ids", compare_then_change)
    found = audit_index(get_live_index(scoped.pk))
    assert not found.needs_repair and not found.lost


def test_an_audit_recreates_a_lost_collection(scoped):
    index = get_live_index(scoped.pk)
    store_of(index).drop(index.collection)
    assert not audit_index(index).is_usable
    run_audit(index)
    assert_sound(scoped)


def test_due_audits_are_claimed_oldest_first_and_once(scoped, rival, monkeypatch):
    with shop_scope(rival.shop.pk):
        make_image(rival.shop)
        theirs = index_all(rival.shop)
    ours = get_live_index(scoped.pk)
    with all_shops():
        VectorIndex.objects.update(audited_at=timezone.now() - audit.PERIOD)
        VectorIndex.objects.filter(pk=theirs.pk).update(audited_at=None)
    assert claim_due(count=1) == [theirs.pk]
    sent = collect_wake_ups(monkeypatch)
    for _ in range(2):
        sweeps.audit_indexes.apply(throw=True)
    assert sent == [(tasks.audit_index.name, str(ours.pk))]


def test_an_audit_without_chroma_is_repeated_in_the_same_night(scoped, chroma_down):
    (pk,) = claim_due(count=5)
    run_audit(get_live_index(scoped.pk))
    assert claim_due(count=5) == [pk]


def collect_wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []
    for module in (tasks, sweeps):
        monkeypatch.setattr(module, "wake", lambda name, index_id: sent.append((name, index_id)))
    return sent


# --- Commands -------------------------------------------------------------------------


def command(name: str, *arguments: str) -> str:
    output = io.StringIO()
    call_command(name, *arguments, stdout=output)
    return output.getvalue()


def test_the_command_reports_what_an_audit_finds_and_fails(scoped):
    index, image = get_live_index(scoped.pk), Image.objects.first()
    assert "live on main: 3 vectors, all sound" in command("audit_index")
    store_of(index).delete(index.collection, [str(image.pk)])
    with pytest.raises(CommandError, match="1 of 1 indexes need a repair; --repair repairs them"):
        command("audit_index", "--shop", str(scoped.pk))
    assert "2 vectors, 1 missing\n" in command("audit_index", "--repair")
    assert_sound(scoped)
    assert "all sound" in command("audit_index", "--shop", str(scoped.pk))


def test_the_command_rebuilds_a_shops_collection(scoped):
    old = get_live_index(scoped.pk)
    new = command("rebuild_index", "--shop", str(scoped.pk)).split()[-1].rstrip(".")
    assert get_live_index(scoped.pk).collection == new != old.collection
    assert_sound(scoped)


@pytest.mark.parametrize("name", ["audit_index", "rebuild_index"])
@pytest.mark.parametrize("shop_id", ["nothing", "00000000-0000-7000-8000-000000000000"])
def test_the_commands_refuse_unknown_shops(db, name, shop_id):
    with pytest.raises(CommandError, match="shop"):
        command(name, "--shop", shop_id)


def test_the_commands_fail_without_chroma(scoped, chroma_down):
    with pytest.raises(CommandError, match="need a repair"):
        command("audit_index", "--repair")
    with pytest.raises(CommandError, match="not available"):
        command("rebuild_index", "--shop", str(scoped.pk))


def test_a_rebuild_needs_chroma(scoped, chroma_down):
    with pytest.raises(VectorStoreUnavailable):
        request_rebuild(shop=scoped)


# --- Locks ----------------------------------------------------------------------------


def test_workers_share_the_lock_that_a_repair_holds_alone(scoped):
    index, entered = get_live_index(scoped.pk), []

    def share() -> None:
        with share_writing([index]):
            entered.append("worker")

    with share_writing([index]):
        other = Thread(target=run_in_scope, args=(share, scoped.pk))
        other.start()
        other.join(10)
    assert entered == ["worker"]
    with lock_writing(index):
        other = Thread(target=run_in_scope, args=(share, scoped.pk))
        other.start()
        wait_for(has_blocked_session, what="a worker that waits for the repair")
        entered.append("repair")
    other.join(10)
    assert entered == ["worker", "repair", "worker"]
