"""Read the tables of an old database from its files: CSV, a dump, a JSON export, SQLite.

    source = open_source(Path("dump.sql"))
    for row in source.read({"imagecollection"}):
        ...  # LegacyRow or BrokenRow

Memory does not grow with the files: each call reads them again from the start. Nothing in them is
executed.
"""

from pathlib import Path

from catalog.feeds.errors import FeedUnreadable
from catalog.feeds.text import read_sample
from stylist.legacy.sources.export_files import SUFFIXES, ExportFiles, find_suffix
from stylist.legacy.sources.rows import LegacySource, SourceUnreadable
from stylist.legacy.sources.sql_dump import SqlDump
from stylist.legacy.sources.sqlite_file import SqliteFile

SQLITE_MAGIC = b"SQLite format 3\0"
# The beginnings of files in other formats, and what to do with them.
OTHER_FORMATS = {
    b"PGDMP": "This is a dump in pg_dump's custom format. Convert it to SQL with pg_restore -f.",
    b"PK\x03\x04": "This is a ZIP file. Unpack it, and name the folder or the file in it.",
}


def open_source(path: Path) -> LegacySource:
    """Return a source for a folder of exports, or a file; raises `SourceUnreadable`."""
    if path.is_dir():
        return ExportFiles.in_folder(path)
    try:
        with path.open("rb") as file:
            first = file.read(16)
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror}.") from error
    if first == SQLITE_MAGIC:
        return SqliteFile(path)
    for magic, message in OTHER_FORMATS.items():
        if first.startswith(magic):
            raise SourceUnreadable(message)
    _check_text(path)
    return ExportFiles([path]) if find_suffix(path) in SUFFIXES else SqlDump(path)


def _check_text(path: Path) -> None:
    try:
        with path.open("rb") as file:
            read_sample(file)
    except FeedUnreadable as error:
        message = f"{path.name} is neither text, as pg_dump writes it, nor an SQLite file."
        raise SourceUnreadable(message) from error
