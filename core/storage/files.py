"""Save, read and delete stored files."""

import mimetypes
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage, storages

from core.errors import Unavailable

# S3 serves a file as the type that its name had when it was stored; Python 3.11 does not know it.
mimetypes.add_type("image/webp", ".webp")


class StorageUnavailable(Unavailable):
    """The storage does not respond, or fails."""

    code = "storage_unavailable"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the storage; `size` is in bytes."""

    name: str
    size: int
    modified_at: datetime


def make_file_key(shop_id: uuid.UUID, folder: str, extension: str) -> str:
    """Return a new storage key with 122 random bits: anybody with the key can open the file.

    Not a UUIDv7, of which most bits are the time and those of the file before.
    """
    return f"shops/{shop_id}/{folder}/{uuid.uuid4()}.{extension}"


def save_file(name: str, data: bytes) -> str:
    """Store a file; return its final name. Raises `StorageUnavailable`."""
    with _translate_errors():
        return default_storage.save(name, ContentFile(data))


def save_stream(name: str, file: BinaryIO) -> str:
    """Store a file from its beginning, in pieces; return its name. Raises `StorageUnavailable`."""
    file.seek(0)
    with _translate_errors():
        return default_storage.save(name, File(file))


@contextmanager
def open_file(name: str) -> Iterator[BinaryIO]:
    """Yield a stored file, on this machine's disk and not in memory.

    Raises `FileNotFoundError` or `StorageUnavailable`.
    """
    storage: Any = storages["default"]
    with ExitStack() as stack:
        with _translate_errors():
            if isinstance(storage, FileSystemStorage):
                file: Any = stack.enter_context(Path(storage.path(name)).open("rb"))
            else:
                if not storage.exists(name):
                    raise FileNotFoundError(name)
                file = stack.enter_context(tempfile.TemporaryFile(dir=settings.FEED_FOLDER))
                storage.bucket.download_fileobj(name, file)
                file.seek(0)
        yield file


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


def has_file(name: str) -> bool:
    """Return whether the storage has a file; raise `StorageUnavailable`."""
    with _translate_errors():
        return default_storage.exists(name)


def list_files(folder: str) -> Iterator[StoredFile]:
    """Yield all files below a folder, in no order, page by page; raise `StorageUnavailable`."""
    storage: Any = storages["default"]
    with _translate_errors():
        if isinstance(storage, FileSystemStorage):
            yield from _list_folder(Path(storage.location), folder)
            return
        for entry in storage.bucket.objects.filter(Prefix=f"{folder}/"):
            yield StoredFile(entry.key, entry.size, entry.last_modified)


def _list_folder(root: Path, folder: str) -> Iterator[StoredFile]:
    for path, _, names in os.walk(root / folder):
        for name in names:
            try:
                facts = (Path(path) / name).stat()
            except FileNotFoundError:
                continue  # deleted since the folder was read
            modified_at = datetime.fromtimestamp(facts.st_mtime, UTC)
            key = (Path(path) / name).relative_to(root).as_posix()
            yield StoredFile(key, facts.st_size, modified_at)


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
