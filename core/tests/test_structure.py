"""A stranger finds their way: few modules on each way through the code, and each name once."""

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from celery import Celery
from django.conf import settings

from benchmarks.structure import (
    PRODUCT,
    fullest_folder,
    participle_names,
    question_docstrings,
    read_modules,
    repeated_class_names,
)
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.repair import repair_index
from catalog.models import IndexEntry, VectorIndex
from core.tenancy import all_shops
from core.tests.factories import make_photo

ROOT = Path(settings.BASE_DIR)
MODULES = read_modules(ROOT)
# What every request goes through before and after its own work.
EVERY_REQUEST = (
    "core/api/",
    "core/postgres/",
    "core/web/",
    "core/logs.py",
    "core/log_context.py",
    "core/redaction.py",  # the log redacts
    "core/postgres/",
    "core/tenancy.py",
    "core/text.py",
    "tenants/",
)


def test_no_folder_has_more_than_18_modules() -> None:
    folder, count = fullest_folder(MODULES)
    assert count <= 18, folder


def test_every_class_name_of_the_product_is_defined_once() -> None:
    assert repeated_class_names(MODULES) == {}


def test_module_docstrings_say_what_a_module_does_and_ask_nothing() -> None:
    assert question_docstrings(MODULES) == []


def test_no_module_is_named_by_a_participle() -> None:
    assert participle_names(MODULES) == []


@contextmanager
def called_modules() -> Iterator[set[str]]:
    """Collect the product's modules in which a function is called, in any thread."""
    called: set[str] = set()

    def collect(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if (
            event == "call"
            and code.co_name != "<module>"
            and code.co_filename.startswith(str(ROOT))
        ):
            path = Path(code.co_filename).relative_to(ROOT)
            if path.parts[0] in PRODUCT and "tests" not in path.parts:
                called.add(str(path))

    threading.setprofile(collect)
    sys.setprofile(collect)
    try:
        yield called
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def upload(client: Any) -> None:
    photo = io.BytesIO(make_photo("red"))
    photo.name = "photo.jpg"
    answer = client.post("/api/v1/images/", {"photo": photo, "name": "x"}, format="multipart")
    assert answer.status_code == 201, answer.content


def index_uploads() -> None:
    """Index in this process, and repair the collection: the tests' Chroma begins without one."""
    index_waiting()
    with all_shops():
        for index in VectorIndex.objects.filter(is_complete=False):
            repair_index(index)


@pytest.mark.django_db(transaction=True)
def test_an_upload_reaches_its_vector_through_at_most_22_modules(shop) -> None:
    upload(shop.client)
    index_uploads()
    with called_modules() as called:
        upload(shop.client)
        index_waiting()
    with all_shops():
        assert set(IndexEntry.objects.values_list("state", flat=True)) == {"indexed"}
    path = sorted(name for name in called if not name.startswith(EVERY_REQUEST))
    assert len(path) <= 22, "\n".join(path)


@pytest.mark.django_db(transaction=True)
def test_a_prompt_reaches_its_results_through_at_most_48_modules(shop, monkeypatch) -> None:
    upload(shop.client)
    index_uploads()
    # The worker's part runs in this process, when its task is sent.
    monkeypatch.setattr(
        Celery, "send_task", lambda app, name, kwargs: app.tasks[name].run(**kwargs)
    )
    with called_modules() as called:
        answer = shop.client.post(
            "/api/v1/recommendations/", {"prompt": "red dress", "number_of_images": 1}
        )
    assert len(answer.json()["results"]) == 1
    path = sorted(name for name in called if not name.startswith(EVERY_REQUEST))
    assert len(path) <= 48, "\n".join(path)
