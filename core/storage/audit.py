"""Compare the stored files with the rows that name them.

Names are copied to a temporary SQLite database on disk, since a shop may have more files than fit
in memory. Each finding is checked again before it is returned: shops go on adding and deleting.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import FileField
from django.utils import timezone

from core.storage.files import has_file, list_files
from core.tenancy import all_shops, shop_scope

# A file is stored before the row that names it: one without a row may be an upload in progress.
SAFE_AGE = timedelta(days=1)
CHUNK = 500

SCHEMA = """
CREATE TABLE file (name TEXT PRIMARY KEY, size INTEGER, is_old INTEGER) WITHOUT ROWID;
CREATE TABLE reference (name TEXT, shop TEXT, model TEXT, field TEXT, row TEXT);
CREATE INDEX reference_name ON reference (name);
"""
UNNAMED = """
SELECT name, size FROM file
WHERE is_old AND NOT EXISTS (SELECT 1 FROM reference WHERE reference.name = file.name)
ORDER BY name
"""
UNSTORED = """
SELECT name, shop, model, field, row FROM reference
WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.name = reference.name)
ORDER BY shop, model, row
"""


@dataclass(frozen=True, slots=True)
class OrphanFile:
    """A file that no row names; `shop` is the folder it is in."""

    name: str
    size: int

    @property
    def shop(self) -> str:
        return self.name.split("/")[1]


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file that a row names and the storage lacks."""

    name: str
    shop: str
    model: str
    field: str
    row: str


def find_file_fields() -> list[FileField]:
    """Return the columns of all models that name files: each has to be a `FileField`."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, FileField)
    ]


class StorageAudit:
    """The findings of one audit; see `audit_storage`."""

    def __init__(self, database: sqlite3.Connection, shop_id: UUID | None) -> None:
        self._database = database
        self._shop_id = shop_id

    def find_orphans(self) -> Iterator[list[OrphanFile]]:
        """Yield chunks of files that no row names, and that are old enough to have had one."""
        for chunk in _chunks(OrphanFile(*row) for row in self._database.execute(UNNAMED)):
            named = self._find_named([orphan.name for orphan in chunk])
            if found := [orphan for orphan in chunk if orphan.name not in named]:
                yield found

    def find_missing(self) -> Iterator[MissingFile]:
        """Yield the files that rows name and the storage lacks."""
        for chunk in _chunks(MissingFile(*row) for row in self._database.execute(UNSTORED)):
            named = self._find_named([missing.name for missing in chunk])
            for missing in chunk:
                if missing.name in named and not has_file(missing.name):
                    yield missing

    def read_names(self) -> None:
        """Copy the names of files and rows; files first, so that no new row lacks its file."""
        safe = timezone.now() - SAFE_AGE
        folder = f"shops/{self._shop_id}" if self._shop_id else "shops"
        self._insert(
            "file", 3, ((f.name, f.size, f.modified_at < safe) for f in list_files(folder))
        )
        with self._scope():
            for field in find_file_fields():
                self._insert("reference", 5, _read_references(field))

    def _find_named(self, names: list[str]) -> set[str]:
        """Return those names that a row has now."""
        found: set[str] = set()
        # Of every shop: a file must not be deleted because its row belongs to another one.
        with all_shops():
            for field in find_file_fields():
                rows = field.model._default_manager.filter(**{f"{field.name}__in": names})
                found.update(rows.values_list(field.name, flat=True))
        return found

    def _scope(self) -> AbstractContextManager[None]:
        return shop_scope(self._shop_id) if self._shop_id else all_shops()

    def _insert(self, table: str, width: int, rows: Iterable[tuple[Any, ...]]) -> None:
        places = ", ".join("?" * width)
        command = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608 - both are our own
        self._database.executemany(command, rows)


@contextmanager
def audit_storage(shop_id: UUID | None = None) -> Iterator[StorageAudit]:
    """Compare the files and rows of a shop, or of all shops; raise `StorageUnavailable`."""
    # Without a name, SQLite makes a file of its own and deletes it when it is closed.
    with closing(sqlite3.connect("")) as database:
        database.executescript(SCHEMA)
        audit = StorageAudit(database, shop_id)
        audit.read_names()
        yield audit


def _read_references(field: FileField) -> Iterator[tuple[str, ...]]:
    model = field.model
    rows = model._default_manager.exclude(**{field.name: ""}).order_by()
    for name, shop_id, key in rows.values_list(field.name, "shop_id", "pk").iterator(CHUNK):
        if name:
            yield str(name), str(shop_id), model._meta.label, field.name, str(key)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
