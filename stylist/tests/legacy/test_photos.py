"""Photos of old systems: no name in a dump leads out of the folder."""

import os
from pathlib import Path

import pytest

from core.errors import DomainError
from stylist.legacy.photos import PhotoFolder
from stylist.tests.legacy.factories import save_photo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_photo(tmp_path, "secret/1.jpg")
    save_photo(tmp_path, "media/a/1.jpg")
    (tmp_path / "media/way-out").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "media/pipe.jpg")
    return tmp_path / "media"


def refusal(folder: Path | None, name: str) -> str:
    with pytest.raises(DomainError) as refused:
        PhotoFolder(folder).find(name)
    return refused.value.code


@pytest.mark.parametrize(
    "name",
    [
        "a/1.jpg",
        "./a//1.jpg",
        "/app/media/a/1.jpg",
        "https://bucket.s3.amazonaws.com/a/1.jpg?versionId=1",
        "https://s3.amazonaws.com/bucket/a/1.jpg",
        "s3://bucket/a/1.jpg",
    ],
)
def test_finds_a_file_by_its_path_or_by_the_path_of_its_link(folder, name):
    assert PhotoFolder(folder).find(name).file == folder / "a/1.jpg"


@pytest.mark.parametrize(
    "name",
    [
        "../secret/1.jpg",
        "a/../../secret/1.jpg",
        "/../secret/1.jpg",
        "https://shop.example/%2e%2e/secret/1.jpg",
        "s3://bucket/a/..%2f..%2fsecret/1.jpg",
        "way-out/1.jpg",
    ],
)
def test_refuses_a_path_that_leads_out_of_the_folder(folder, name):
    assert refusal(folder, name) == "photo_outside"


def test_an_absolute_path_is_one_below_the_folder(folder):
    assert refusal(folder, str(folder.parent / "secret/1.jpg")) == "photo_missing"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "photo_missing"),
        ("a", "photo_missing"),
        ("pipe.jpg", "photo_missing"),
        (f"{'x' * 300}.jpg", "photo_missing"),
        ("x/" * 1_001, "photo_name_too_long"),
        ("s3://bucket/b/2.jpg", "photo_missing"),
        ("http://127.0.0.1/photo.jpg", "address_refused"),
        ("http://[broken/1.jpg", "address_refused"),
    ],
)
def test_refuses_what_is_no_photo(folder, name, code):
    assert refusal(folder, name) == code


def test_a_link_without_a_file_is_fetched(folder):
    found = PhotoFolder(folder).find("https://cdn.shop.example/b/2.jpg")
    assert (found.file, found.url) == (None, "https://cdn.shop.example/b/2.jpg")
    assert PhotoFolder(None).find("https://cdn.shop.example/b/2.jpg").url
