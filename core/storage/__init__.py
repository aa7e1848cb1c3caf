"""Stored files, in a folder or S3; all access goes through this package."""

from core.storage.files import (
    StorageUnavailable,
    delete_files,
    make_file_key,
    new_files,
    read_file,
    save_file,
)

__all__ = [
    "StorageUnavailable",
    "delete_files",
    "make_file_key",
    "new_files",
    "read_file",
    "save_file",
]
