"""An import is cancelled, resumed, or continued by the successor of a killed worker."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db.models.functions import Now

from catalog.imports import batches
from catalog.imports.jobs import import_waiting
from catalog.imports.requests import cancel_import, delete_old_imports
from catalog.models import ImportJob, Product
from catalog.products import upsert
from catalog.tests.imports.factories import (
    IMPORTS,
    make_feed,
    make_row,
    read,
    read_problems,
    send_feed,
)
from core.jobs.models import MAX_ATTEMPTS
from core.tenancy import all_shops, run_in_scope

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 12


class WorkerKilled(BaseException):
    """Ends the work of this process as a kill would: nothing handles it."""


@pytest.fixture
def batch_of_four(monkeypatch) -> None:
    monkeypatch.setattr(batches, "BATCH_SIZE", 4)


def count_products() -> int:
    with all_shops():
        return int(Product.objects.count())


def on_batch(monkeypatch: Any, number: int, act: Any) -> list[int]:
    """Do something in the middle of a batch; return a list that grows by the sizes of batches."""
    sizes: list[int] = []
    original = upsert.upsert_products

    def write(*, shop: Any, specs: Any) -> Any:
        written = original(shop=shop, specs=specs)
        sizes.append(len(specs))
        if len(sizes) == number:
            act()
        return written

    monkeypatch.setattr(batches, "upsert_products", write)
    return sizes


def make_due() -> None:
    """End the leases of workers that are gone."""
    with all_shops():
        ImportJob.objects.update(due_at=Now())


@pytest.mark.usefixtures("batch_of_four")
def test_a_killed_worker_loses_one_batch_and_its_successor_goes_on(shop, monkeypatch):
    def die() -> None:
        raise WorkerKilled

    sizes = on_batch(monkeypatch, 2, die)
    job = send_feed(shop.client, make_feed(*map(make_row, range(ROWS))))
    with pytest.raises(WorkerKilled):
        import_waiting()
    assert count_products() == 4
    assert read(shop.client, job)["rows_read"] == 4
    assert import_waiting() == 0  # the lease of the dead worker has not ended
    make_due()
    import_waiting()
    job = read(shop.client, job)
    assert (job["state"], job["created"], job["rows_read"]) == ("done", ROWS, ROWS)
    assert sizes == [4, 4, 4, 4]
    assert count_products() == ROWS


@pytest.mark.usefixtures("batch_of_four")
def test_problems_of_a_continued_import_are_stored_once(shop, monkeypatch):
    def die() -> None:
        raise WorkerKilled

    on_batch(monkeypatch, 2, die)
    rows = [make_row(number, category="Spaceships") for number in range(ROWS)]
    job = send_feed(shop.client, make_feed(*rows))
    with pytest.raises(WorkerKilled):
        import_waiting()
    make_due()
    import_waiting()
    assert [problem["row"] for problem in read_problems(shop.client, job)] == list(
        range(1, ROWS + 1)
    )


@pytest.mark.usefixtures("batch_of_four")
def test_a_cancelled_import_ends_before_its_next_batch_and_can_go_on(shop, monkeypatch):
    def cancel() -> None:
        cancel_import(job=ImportJob.objects.get())

    job = send_feed(shop.client, make_feed(*map(make_row, range(ROWS))))
    with ThreadPoolExecutor(1) as other_process:
        sizes = on_batch(
            monkeypatch,
            2,
            lambda: other_process.submit(run_in_scope, cancel, shop.shop.pk).result(),
        )
        import_waiting()
    assert sizes == [4, 4]
    job = read(shop.client, job)
    assert (job["state"], job["created"]) == ("cancelled", 4)
    assert count_products() == 4
    resumed = shop.client.post(f"{IMPORTS}{job['id']}/resume/")
    assert (resumed.status_code, resumed.json()["state"]) == (202, "pending")
    import_waiting()
    job = read(shop.client, job)
    assert (job["state"], job["created"]) == ("done", ROWS)


def test_a_waiting_import_can_be_cancelled(shop):
    job = send_feed(shop.client, make_feed(make_row(1)))
    assert shop.client.post(f"{IMPORTS}{job['id']}/cancel/").json()["state"] == "cancelled"
    import_waiting()
    assert count_products() == 0
    again = shop.client.post(f"{IMPORTS}{job['id']}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "import_state")


def test_an_import_that_kills_every_worker_fails(shop):
    job = send_feed(shop.client, make_feed(make_row(1)))
    with all_shops():
        ImportJob.objects.update(attempts=MAX_ATTEMPTS)
    import_waiting()
    job = read(shop.client, job)
    assert (job["state"], job["problem"]["code"]) == ("failed", "worker_lost")
    assert shop.client.post(f"{IMPORTS}{job['id']}/resume/").status_code == 202
    import_waiting()
    assert read(shop.client, job)["state"] == "done"


def test_an_ended_import_cannot_be_resumed(shop):
    job = send_feed(shop.client, make_feed(make_row(1)))
    import_waiting()
    response = shop.client.post(f"{IMPORTS}{job['id']}/resume/")
    assert (response.status_code, response.json()["code"]) == (409, "import_state")


def test_old_imports_are_deleted_with_their_files(shop, media_root):
    send_feed(shop.client, b"no feed\n")
    import_waiting()
    assert list(media_root.rglob("*.feed"))
    with all_shops():
        newest = ImportJob.objects.get().updated_at
    assert delete_old_imports(ended_before=newest) == 0
    assert delete_old_imports(ended_before=newest.replace(year=newest.year + 1)) == 1
    assert not list(media_root.rglob("*.feed"))
