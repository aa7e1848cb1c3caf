"""Storage keys of files cannot be guessed: 122 of their bits are random."""

import importlib
import inspect
import io
import pkgutil
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import SimpleNamespace
from uuid import UUID

import pytest

from core.storage import make_file_key
from core.storage.audit import find_file_fields
from core.tenancy import all_shops
from core.tests.factories import make_photo
from core.tests.test_documents import PRODUCT
from core.web.views import RENDITION
from recommendations.answers.feed import _read_earlier_pages

SHOP = UUID("018f0000-0000-7000-8000-000000000000")
KEY = re.compile(rf"shops/{SHOP}/[a-z/]+/(?P<id>[0-9a-f-]{{36}})\.\w+")
# Version and variant of a UUIDv4.
FIXED_BITS = {*range(48, 52), 64, 65}
COUNT = 2_000


def makers() -> Iterator[tuple[str, Callable[..., str]]]:
    """Yield every function of the product that makes the storage key of a file."""
    for package in PRODUCT:
        for module in pkgutil.walk_packages([package], f"{package}."):
            if ".tests" in module.name or ".migrations" in module.name:
                continue
            functions = vars(importlib.import_module(module.name)).items()
            for name, function in functions:
                if (
                    re.fullmatch(r"make_(?!file_)\w+_key", name)
                    and first_parameter(function) in OWNERS
                ):
                    yield f"{function.__module__}.{name}", function


def first_parameter(function: Callable[..., str]) -> str:
    return next(iter(inspect.signature(function).parameters), "")


OWNERS = ("shop_id", "image")
MAKERS = dict(makers())


def make_key(maker: Callable[..., str]) -> str:
    """Call a maker with a shop or an image, and with a text for each other parameter."""
    owner = SimpleNamespace(shop_id=SHOP) if first_parameter(maker) == "image" else SHOP
    return maker(owner, *["png"] * (len(inspect.signature(maker).parameters) - 1))


def read_bits(key: str) -> str:
    found = KEY.fullmatch(key)
    assert found, key
    return f"{UUID(found['id']).int:0128b}"


def test_finds_the_makers_of_all_kinds_of_files():
    folders = {make_key(maker).split("/", 2)[2].rpartition("/")[0] for maker in MAKERS.values()}
    assert folders == {
        "photos", "originals", "quality", "quality/originals", "wardrobe", "cutouts", "outfits",
        "thumbnails", "feeds",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_122_bits_of_a_key_are_random_and_none_follows_from_the_key_before(name):
    keys = [read_bits(make_key(MAKERS[name])) for _ in range(COUNT)]
    assert len(set(keys)) == COUNT
    six_sigma = 6 * (COUNT / 4) ** 0.5
    for bit in range(128):
        if bit in FIXED_BITS:
            continue
        ones = sum(key[bit] == "1" for key in keys)
        assert abs(ones - COUNT / 2) < six_sigma, bit
        changes = sum(key[bit] != after[bit] for key, after in pairwise(keys))
        assert abs(changes - COUNT / 2) < six_sigma, bit


def test_files_with_earlier_keys_are_still_served():
    assert RENDITION.fullmatch(f"shops/{SHOP}/photos/01a22443-5fc0-774a-b13d-d3c42c7b9a39.jpg")
    assert RENDITION.fullmatch(make_file_key(SHOP, "photos", "jpg"))


def test_a_feed_has_a_random_cursor():
    feeds = {_read_earlier_pages(SimpleNamespace(shopper=None), None)[0] for _ in range(10)}
    assert {feed.version for feed in feeds} == {4}


def upload(name: str = "a.jpg", colour: str = "red") -> io.BytesIO:
    photo = io.BytesIO(make_photo(colour))
    photo.name = name
    return photo


@pytest.fixture
def _uploads(shop, settings) -> None:
    """Photos that were sent to every operation that stores one."""
    settings.QUALITY_DEADLINE_SECONDS = 0.01
    for path, body in {
        "images/": {"photo": upload(), "name": "Dress"},
        "shoppers/ada/wardrobe/": {"photo": [upload()]},
        "quality/compare/": {"photo": [upload(), upload(colour="blue")]},
        "quality/enhance/": {"photo": upload()},
    }.items():
        answer = shop.client.post(f"/api/v1/{path}", body, format="multipart")
        assert answer.status_code in {201, 202}, answer.content


@pytest.mark.usefixtures("_uploads")
def test_every_stored_file_has_a_random_key():
    found = list(stored_files())
    assert len(found) >= 8
    assert {UUID(name.rpartition("/")[2].split(".")[0]).version for name in found} == {4}


def stored_files() -> Iterator[str]:
    with all_shops():
        for field in find_file_fields():
            names = field.model._base_manager.values_list(field.name, flat=True)
            yield from filter(None, names)


@pytest.mark.usefixtures("_uploads")
def test_the_audit_knows_the_column_of_every_stored_file(media_root):
    on_disk = {
        path.relative_to(media_root).as_posix() for path in media_root.rglob("*") if path.is_file()
    }
    assert set(stored_files()) == on_disk


def test_the_audit_can_limit_every_column_to_a_shop():
    for field in find_file_fields():
        assert field.model._meta.get_field("shop"), field
