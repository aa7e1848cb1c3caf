"""The one door for stored files: a folder, or S3. When it is away, work waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.errors import Unavailable


class StorageUnavailable(Unavailable):
    """The storage does not answer, or refuses what it should take."""

    code = "storage_unavailable"


def save_file(name: str, data: bytes) -> str:
    """Store bytes; return the name they got. Raises `StorageUnavailable`."""
    with _translating():
        return default_storage.save(name, ContentFile(data))


def read_file(name: str) -> bytes:
    """Return a file's bytes; raises `FileNotFoundError` and `StorageUnavailable`."""
    with _translating(), default_storage.open(name) as file:
        data: bytes = file.read()
        return data


def delete_files(*names: str | None) -> None:
    """Remove files; those that are not there are no error. Raises `StorageUnavailable`."""
    with _translating():
        for name in filter(None, names):
            default_storage.delete(name)


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, BotoCoreError, ClientError) as error:
        message = "The storage for photos is away; try again shortly."
        raise StorageUnavailable(message) from error
