"""Stored files, in a folder or S3; all access goes through this module."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.errors import Unavailable


class StorageUnavailable(Unavailable):
    """The storage does not respond, or fails."""

    code = "storage_unavailable"


def make_file_key(shop_id: uuid.UUID, folder: str, extension: str) -> str:
    """Return a new storage key with 122 random bits: anybody with the key can open the file.

    Not a UUIDv7, of which most bits are the time and those of the file before.
    """
    return f"shops/{shop_id}/{folder}/{uuid.uuid4()}.{extension}"


def save_file(name: str, data: bytes) -> str:
    """Store a file; return its final name. Raises `StorageUnavailable`."""
    with _translate_errors():
        return default_storage.save(name, ContentFile(data))


@contextmanager
def new_files() -> Iterator[Callable[[str, bytes], str]]:
    """Yield a `save_file`; if the block fails, the files it saved are deleted."""
    names: list[str] = []

    def save(name: str, data: bytes) -> str:
        names.append(save_file(name, data))
        return names[-1]

    try:
        yield save
    except BaseException:
        delete_files(*names)
        raise


def read_file(name: str) -> bytes:
    """Return the bytes of a file; raise `FileNotFoundError` or `StorageUnavailable`."""
    with _translate_errors(), default_storage.open(name) as file:
        data: bytes = file.read()
        return data


def delete_files(*names: str | None) -> None:
    """Delete files that exist; raise `StorageUnavailable`."""
    with _translate_errors():
        for name in filter(None, names):
            default_storage.delete(name)


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, BotoCoreError, ClientError) as error:
        message = "The photo storage is not available; try again shortly."
        raise StorageUnavailable(message) from error
