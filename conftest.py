"""Fixtures for the tests of every app: two shops and their people, and a live stack."""

from collections.abc import Iterator
from pathlib import Path
from time import time
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db.models.signals import post_migrate
from rest_framework.test import APIClient

from catalog.models import AgeGroup, AgeGroupAlias, Category, CategoryAlias, Style
from core.api import throttling
from core.api.refusals import blocked
from core.tenancy import all_shops
from core.tests.plugin import FOLDER
from demo.stack import Stack
from tenants.tests.factories import make_member, make_person


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Restore what migrations wrote whenever a test with transactions has emptied all tables."""
    models = (Category, Style, AgeGroup, CategoryAlias, AgeGroupAlias)
    with django_db_blocker.unblock(), all_shops():
        rows = [(model, list(model.objects.all())) for model in models]

    def restore(**_: object) -> None:
        with all_shops():
            for model, objects in rows:
                model.objects.bulk_create(objects, ignore_conflicts=True)

    # Emptying tables ends with this signal, since permissions need it too.
    config = apps.get_app_config("catalog")
    post_migrate.connect(restore, sender=config)
    yield
    post_migrate.disconnect(restore, sender=config)


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path: Path) -> Path:
    """Give every test a media folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch) -> None:
    """Prevent a test's requests from being counted in one minute and the next."""
    now = time()
    monkeypatch.setattr(throttling, "time", lambda: now)


@pytest.fixture(autouse=True)
def _fresh_cache(request) -> Iterator[None]:
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()
    blocked.clear()


@pytest.fixture
def shop(db) -> SimpleNamespace:
    """The shop that a test is about."""
    return make_member("Shop")


@pytest.fixture
def colleague(shop, settings) -> SimpleNamespace:
    """A signed-in member of the shop."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_person(shop.shop)


@pytest.fixture
def rival(db) -> SimpleNamespace:
    """Another shop, which must see nothing of the first."""
    return make_member("Rival")


@pytest.fixture
def stranger(db) -> APIClient:
    """A client without a key."""
    return APIClient()


@pytest.fixture(scope="session")
def _session_stack() -> Iterator[Stack]:
    with Stack(FOLDER / "live") as stack:
        yield stack
        stack.resume()


@pytest.fixture(scope="module")
def live_stack(_session_stack: Stack) -> Iterator[Stack]:
    """Web, worker and beat over services of their own, with the bundled encoder.

    They are suspended between the modules that use them: their sweeps would slow other tests down.
    """
    _session_stack.resume()
    yield _session_stack
    _session_stack.suspend()
