"""Several Chroma nodes: a new index goes to the emptiest, indexes are moved, and nodes fail."""

import io
import os
import signal
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import numpy as np
import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from structlog.testing import capture_logs

from catalog import sweeps, tasks
from catalog.indexing import repair, results
from catalog.indexing.audit import audit_index
from catalog.indexing.indexes import decode_embedding, get_live_index, mark_incomplete
from catalog.indexing.nodes import choose_node, find_missing_nodes
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.repair import move_index, repair_index, start_rebuild
from catalog.models import Image, IndexEntry, VectorIndex
from catalog.search import candidates
from catalog.search.candidates import FacetFilter, NearestImages, find_nearest
from catalog.services import delete_image, update_image
from catalog.tests.factories import make_image
from core.ml.vector_store import (
    CollectionUnusable,
    VectorStoreUnavailable,
    get_vector_store,
)
from core.photos import open_photo
from core.tenancy import all_shops, run_in_scope, shop_scope
from core.tests import plugin
from core.tests.factories import make_photo
from core.tests.live import has_blocked_session, wait_for
from demo.services import make_chroma
from tenants.models import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]
COLOURS = ("red", "blue", "green")
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def second_address() -> Iterator[str]:
    """A second Chroma server."""
    supervisor = plugin._supervisor
    assert supervisor is not None
    program, address = make_chroma(plugin.FOLDER, "chroma-second")
    supervisor.start(program)
    supervisor.wait_until_ready(program.name)
    yield address
    supervisor.stop(program.name)


@pytest.fixture
def set_nodes(settings) -> Iterator[Callable[..., None]]:
    def set_nodes(**nodes: str) -> None:
        settings.CHROMA_NODES = nodes
        get_vector_store.cache_clear()

    yield set_nodes
    get_vector_store.cache_clear()


@pytest.fixture
def both(settings, set_nodes, second_address: str) -> dict[str, str]:
    """Two nodes that respond."""
    nodes = {"main": settings.CHROMA_NODES["main"], "second": second_address}
    set_nodes(**nodes)
    return nodes


@pytest.fixture
def scoped(shop, both) -> Iterator[Shop]:
    """A shop with three indexed images on the node `main`."""
    with shop_scope(shop.shop.pk):
        for colour in COLOURS:
            make_image(shop.shop, colour)
        index_all(shop.shop)
        yield shop.shop


@pytest.fixture
def theirs(scoped, rival) -> Shop:
    """Another shop, with an indexed image on the node `second`."""
    with shop_scope(rival.shop.pk):
        make_image(rival.shop)
        assert index_all(rival.shop).node == "second"
    shop: Shop = rival.shop
    return shop


def index_all(shop: Shop) -> VectorIndex:
    index_waiting()
    index = get_live_index(shop.pk)
    if not index.is_complete:
        repair_index(index)
    return get_live_index(shop.pk)


def search(shop: Shop) -> NearestImages:
    """Search for the shop's first image, in a process that does not remember the answer."""
    candidates._query_once.cache_clear()
    with shop_scope(shop.pk):
        entry = IndexEntry.objects.live().order_by("image").first()
        vector = decode_embedding(entry.embedding)
        vector /= np.linalg.norm(vector)
        index = get_live_index(shop.pk)
        return find_nearest(index=index, vector=vector, count=9, facets=FacetFilter())


def assert_sound(shop: Shop, node: str) -> None:
    """Check that the collection is whole, on this node, and that nothing is left elsewhere."""
    index = get_live_index(shop.pk)
    assert (index.node, index.is_complete, index.next_collection) == (node, True, "")
    found = audit_index(index)
    assert not found.needs_repair and not found.lost
    live = {str(pk) for pk in Image.objects.live().values_list("pk", flat=True)}
    assert get_vector_store(node).ids(index.collection) == live


def command(name: str, *arguments: str) -> str:
    output = io.StringIO()
    call_command(name, *arguments, stdout=output)
    return output.getvalue()


def change_photo(image: Image, colour: str) -> None:
    photo = open_photo(io.BytesIO(make_photo(colour)))
    update_image(image=Image.objects.get(pk=image.pk), fields={}, photo=photo)


def before_first(step: str, monkeypatch: Any, work: Callable[[], object]) -> None:
    """Run `work` once, at the beginning of the first call of a step of the repair."""
    function, calls = getattr(repair, step), []

    def run(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 1:
            work()
        return function(*args)

    monkeypatch.setattr(repair, step, run)


# --- New indexes ----------------------------------------------------------------------


def test_a_new_index_goes_to_the_emptiest_node(scoped, rival, both):
    assert get_live_index(scoped.pk).node == "main"
    with shop_scope(rival.shop.pk):
        assert get_live_index(rival.shop.pk).node == "second"
        make_image(rival.shop)
    # Three images on one node, one on the other.
    assert choose_node() == "second"
    with all_shops():
        VectorIndex.objects.update(state=VectorIndex.State.RETIRED)
    assert choose_node() == "main"


def test_an_index_that_was_just_begun_counts_as_large_as_the_one_it_replaces(scoped, theirs):
    live = get_live_index(scoped.pk)
    VectorIndex.objects.filter(pk=live.pk).update(node="second")
    assert choose_node() == "main"
    VectorIndex.objects.create(
        shop=scoped, encoder="x", node="main", collection="begun", state="building"
    )
    with all_shops():
        VectorIndex.objects.filter(shop=theirs).update(node="main")
    assert choose_node() == "second"


def test_a_node_that_does_not_respond_gets_no_new_index(db, both, set_nodes, shop):
    set_nodes(main=NOWHERE, second=both["second"])
    assert choose_node() == "second"
    set_nodes(main=NOWHERE, second=NOWHERE)
    assert choose_node() == "main"


# --- Moves ----------------------------------------------------------------------------


def test_a_shop_is_moved_to_another_node(scoped, theirs):
    old = get_live_index(scoped.pk)
    printed = command("move_index", "--shop", str(scoped.pk), "--to", "second")
    assert "main -> second" in printed and "1 indexes were moved" in printed
    assert_sound(scoped, "second")
    assert search(scoped).answered_by == "index"
    new = get_live_index(scoped.pk)
    assert new.former_address == old.address
    tasks.drop_former_collection.apply(kwargs={"index_id": str(new.pk)}, throw=True)
    with pytest.raises(CollectionUnusable):
        get_vector_store("main").ids(old.collection)
    assert get_live_index(scoped.pk).former_address is None


def test_moving_back_and_to_the_same_node_again_changes_nothing_else(scoped):
    for node in ("second", "second", "main"):
        command("move_index", "--shop", str(scoped.pk), "--to", node)
        assert_sound(scoped, node)


def test_the_old_node_answers_while_images_change_during_a_move(scoped, monkeypatch):
    seen = []
    first, second, third = Image.objects.order_by("pk")

    def change() -> None:
        make_image(scoped, "white")
        change_photo(first, "yellow")
        update_image(image=second, fields={"colour": "Purple"})
        delete_image(image=third)
        index_waiting()
        seen.append((get_live_index(scoped.pk).node, search(scoped).answered_by))

    before_first("_copy", monkeypatch, change)
    assert move_index(get_live_index(scoped.pk), node="second")
    assert seen == [("main", "index")]
    assert_sound(scoped, "second")


def test_images_that_change_just_before_the_switch_are_on_the_new_node(scoped, monkeypatch):
    first, second, _ = Image.objects.order_by("pk")

    def change() -> None:
        change_photo(first, "yellow")
        delete_image(image=second)
        make_image(scoped, "white")
        index_waiting()

    before_first("_switch", monkeypatch, change)
    assert move_index(get_live_index(scoped.pk), node="second")
    assert_sound(scoped, "second")


def test_a_worker_that_writes_to_the_old_node_delays_the_move(scoped, monkeypatch):
    index, record, moves = get_live_index(scoped.pk), results._record, []

    def record_during_a_move(items: Any) -> Any:
        move = lambda: move_index(index, node="second")  # noqa: E731
        thread = Thread(target=run_in_scope, args=(move, scoped.pk))
        thread.start()
        moves.append(thread)
        wait_for(has_blocked_session, what="the move, which waits for the worker")
        return record(items)

    monkeypatch.setattr(results, "_record", record_during_a_move)
    change_photo(Image.objects.first(), "yellow")
    index_waiting()
    moves[0].join(30)
    assert_sound(scoped, "second")


def test_writes_of_several_threads_during_a_move_reach_the_new_node(scoped):
    def write() -> None:
        for colour in ("white", "black", "orange"):
            make_image(scoped, colour)
            index_waiting()
        delete_image(image=Image.objects.live().order_by("pk").last())
        index_waiting()

    threads = [Thread(target=run_in_scope, args=(write, scoped.pk)) for _ in range(2)]
    for thread in threads:
        thread.start()
    is_moved = move_index(get_live_index(scoped.pk), node="second")
    for thread in threads:
        thread.join(60)
    index_waiting()
    assert is_moved or move_index(get_live_index(scoped.pk), node="second")
    assert_sound(scoped, "second")


def test_a_killed_move_is_continued_by_the_sweep(scoped, monkeypatch):
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(repair, "_switch", die)
        move_index(get_live_index(scoped.pk), node="second")
    half = get_live_index(scoped.pk)
    assert (half.node, half.next_node, half.is_complete) == ("main", "second", True)
    make_image(scoped, "white")
    delete_image(image=Image.objects.first())
    index_waiting()
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(tasks, "wake", lambda name, index_id: sent.append((name, index_id)))
    tasks.wake_repairs()
    assert sent == [(tasks.repair_index.name, str(half.pk))]
    tasks.repair_index.apply(kwargs={"index_id": str(half.pk)}, throw=True)
    assert_sound(scoped, "second")


def test_a_move_takes_the_place_of_a_rebuild_that_was_begun(scoped):
    index = get_live_index(scoped.pk)
    start_rebuild(index)
    begun = get_live_index(scoped.pk).next_address
    assert begun is not None and begun.node == "main"
    command("move_index", "--shop", str(scoped.pk), "--to", "second")
    assert_sound(scoped, "second")
    with pytest.raises(CollectionUnusable):
        get_vector_store("main").ids(begun.name)


def test_a_target_that_fails_during_a_move_leaves_the_old_node_answering(
    scoped, both, set_nodes, monkeypatch
):
    def fail() -> None:
        set_nodes(main=both["main"], second=NOWHERE)
        make_image(scoped, "white")
        index_waiting()

    before_first("_switch", monkeypatch, fail)
    assert not move_index(get_live_index(scoped.pk), node="second")
    found = search(scoped)
    assert (found.answered_by, len(found.ids)) == ("index", 4)
    # The collection on the old node can be repaired although the move waits.
    index = get_live_index(scoped.pk)
    get_vector_store("main").drop(index.collection)
    assert search(scoped).answered_by == "exact"
    assert repair_index(get_live_index(scoped.pk))
    assert search(scoped).answered_by == "index"
    set_nodes(**both)
    assert repair_index(get_live_index(scoped.pk))
    assert_sound(scoped, "second")


def test_a_search_that_finds_the_old_collection_damaged_does_not_delay_a_move(scoped, monkeypatch):
    before_first("_switch", monkeypatch, lambda: mark_incomplete(get_live_index(scoped.pk)))
    assert move_index(get_live_index(scoped.pk), node="second")
    assert_sound(scoped, "second")


def test_all_shops_leave_a_node(scoped, theirs, both):
    printed = command("move_index", "--from", "main")
    assert "main -> second" in printed and "1 indexes were moved" in printed
    assert_sound(scoped, "second")
    # The second run drops what was replaced; then nothing is left there.
    command("move_index", "--from", "main")
    assert "0 indexes were moved" in command("move_index", "--from", "main")
    with all_shops():
        assert not VectorIndex.objects.exclude(node="second", former_node="").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "third"], "No index is on the node 'third'"),
        (["--from", "main", "--to", "third"], "lacks the node 'third'; it has main, second"),
        (["--from", "main", "--to", "main"], "another node"),
        (["--shop", "00000000-0000-7000-8000-000000000000", "--to", "main"], "There is no shop"),
        (["--shop", "00000000-0000-7000-8000-000000000000"], "--to"),
        (["--shop", "nothing", "--to", "main"], "is not the id of a shop"),
        ([], "required"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(db, both, arguments, message):
    with pytest.raises(CommandError, match=message):
        command("move_index", *arguments)


def test_the_only_node_cannot_be_left(scoped, both, set_nodes):
    set_nodes(main=both["main"])
    with pytest.raises(CommandError, match="another node"):
        command("move_index", "--from", "main")


# --- A node that is down --------------------------------------------------------------


def test_a_killed_node_affects_only_its_shops(scoped, theirs, second_address):
    supervisor = plugin._supervisor
    assert supervisor is not None
    program = supervisor.program("chroma-second")
    os.kill(supervisor.pid("chroma-second"), signal.SIGKILL)
    supervisor.stop("chroma-second")
    try:
        with capture_logs() as logs:
            found = search(theirs)
        assert (found.answered_by, len(found.ids)) == ("exact", 1)
        assert "second" in {
            entry.get("node") for entry in logs if entry["event"] == "search_is_exact"
        }
        assert search(scoped).answered_by == "index"
        with shop_scope(theirs.pk):
            make_image(theirs, "white")
        make_image(scoped, "white")
        index_waiting()
        with all_shops():
            assert set(IndexEntry.objects.values_list("state", flat=True)) == {"indexed"}
        assert len(search(theirs).ids) == 2
        found = search(scoped)
        assert (found.answered_by, len(found.ids)) == ("index", 4)
        with shop_scope(theirs.pk), pytest.raises(VectorStoreUnavailable, match="node second"):
            repair_index(get_live_index(theirs.pk))
    finally:
        supervisor.start(program)
        supervisor.wait_until_ready("chroma-second")
        get_vector_store.cache_clear()
    with shop_scope(theirs.pk):
        assert repair_index(get_live_index(theirs.pk))
        assert_sound(theirs, "second")
    assert search(theirs).answered_by == "index"


def test_shops_are_moved_off_a_node_that_is_down(scoped, theirs, both, set_nodes):
    set_nodes(main=both["main"], second=NOWHERE)
    command("move_index", "--from", "second")
    with shop_scope(theirs.pk):
        assert_sound(theirs, "main")
        index = get_live_index(theirs.pk)
        # The old collection is dropped when the node is back.
        tasks.drop_former_collection.apply(kwargs={"index_id": str(index.pk)}, throw=True)
        assert get_live_index(theirs.pk).former_node == "second"
    set_nodes(**both)
    tasks.drop_former_collection.apply(kwargs={"index_id": str(index.pk)}, throw=True)
    with shop_scope(theirs.pk):
        assert get_live_index(theirs.pk).former_node == ""


@pytest.mark.parametrize("is_down", [False, True])
def test_readiness_names_the_node_that_is_down(db, both, set_nodes, stranger, is_down):
    set_nodes(main=both["main"], second=NOWHERE if is_down else both["second"])
    response = stranger.get("/health/ready?format=json")
    assert response.status_code == 200
    report = response.json()
    assert report["ChromaNode(node='main')"] == "OK"
    assert ("exact" in report["ChromaNode(node='second')"]) == is_down


# --- A node that is not in the settings -----------------------------------------------


@pytest.fixture
def removed(scoped, theirs, both, set_nodes) -> Shop:
    """A shop whose node was taken out of the settings."""
    set_nodes(main=both["main"])
    return theirs


def check_deployment() -> list[str]:
    errors = run_checks(include_deployment_checks=True, databases=["default"])
    return [str(error.msg) for error in errors if error.id == "catalog.E001"]


def test_the_check_names_the_node_its_shops_and_what_to_do(removed):
    (error,) = check_deployment()
    assert "'second'" in error and "1 shop:" in error and "move_index --from second" in error
    # `migrate` runs these, and must not be stopped.
    assert "catalog.E001" not in {error.id for error in run_checks(databases=["default"])}
    with pytest.raises(CommandError, match="CHROMA_NODES lacks the node 'second'"):
        command("audit_index")
    with capture_logs() as logs:
        sweeps.sweep_index.apply(throw=True)
    assert ("node_missing", "second", 1) in [
        (entry["event"], entry.get("node"), entry.get("shops")) for entry in logs
    ]


def test_search_is_exact_and_writes_wait(removed, scoped):
    found = search(removed)
    assert (found.answered_by, len(found.ids)) == ("exact", 1)
    with shop_scope(removed.pk):
        make_image(removed, "white")
    index_waiting()
    assert len(search(removed).ids) == 2
    assert search(scoped).answered_by == "index"


def test_tasks_of_its_indexes_log_the_node_and_wait(removed, monkeypatch):
    with all_shops():
        index = VectorIndex.objects.get(shop=removed)
    mark_incomplete_in_scope(index)
    for task in (tasks.repair_index, tasks.audit_index):
        with capture_logs() as logs:
            task.apply(kwargs={"index_id": str(index.pk)}, throw=True)
        assert any("second: it is not in CHROMA_NODES" in entry.get("error", "") for entry in logs)
    sent: list[str] = []
    monkeypatch.setattr(tasks, "wake", lambda name, index_id: sent.append(index_id))
    tasks.wake_repairs()
    assert sent == []


def mark_incomplete_in_scope(index: VectorIndex) -> None:
    with all_shops():
        mark_incomplete(index)


def test_the_index_api_answers_503(removed, rival):
    response = rival.client.get("/api/v1/index/drift/")
    assert response.status_code == 503
    problem = response.json()
    assert problem["code"] == "vector_store_unavailable"
    assert "second" not in problem["detail"]


def test_indexes_are_moved_off_a_node_that_is_gone(removed, both, set_nodes):
    with all_shops():
        lost = VectorIndex.objects.get(shop=removed).address
    with capture_logs() as logs:
        command("move_index", "--from", "second")
    assert lost.name in {
        entry["collection"] for entry in logs if entry["event"] == "collection_abandoned"
    }
    with shop_scope(removed.pk):
        assert_sound(removed, "main")
    assert search(removed).answered_by == "index"
    assert find_missing_nodes() == check_deployment() == []


def test_a_node_that_is_put_back_answers_again(removed, both, set_nodes):
    with shop_scope(removed.pk):
        make_image(removed, "white")
    index_waiting()
    set_nodes(**both)
    with shop_scope(removed.pk):
        assert repair_index(get_live_index(removed.pk))
        assert_sound(removed, "second")
    assert check_deployment() == []


def test_retired_and_half_moved_indexes_leave_a_node_that_is_gone(scoped, both, set_nodes):
    start_rebuild(get_live_index(scoped.pk), node="second")
    retired = VectorIndex.objects.create(
        shop=scoped,
        encoder="x",
        node="second",
        collection="retired",
        state=VectorIndex.State.RETIRED,
        switched_at="2020-01-01T00:00Z",
    )
    set_nodes(main=both["main"])
    assert [node.name for node in find_missing_nodes()] == ["second"]
    command("move_index", "--from", "second", "--to", "main")
    assert find_missing_nodes() == []
    assert_sound(scoped, "main")
    tasks.remove_index.apply(kwargs={"index_id": str(retired.pk)}, throw=True)
    assert not VectorIndex.objects.filter(pk=retired.pk).exists()
