"""Stored files, in a folder or S3; all access goes through this package."""

from core.storage.files import (
    StorageUnavailable,
    delete_files,
    make_file_key,
    new_files,
    open_file,
    read_file,
    save_file,
    save_stream,
)

__all__ = [
    "StorageUnavailable",
    "delete_files",
    "make_file_key",
    "new_files",
    "open_file",
    "read_file",
    "save_file",
    "save_stream",
]
