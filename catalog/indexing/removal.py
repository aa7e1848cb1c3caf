"""Deleted images go for good: the vector, the files, the row, in this order."""

from collections import defaultdict
from uuid import UUID

import structlog

from catalog.indexing.indexes import mark_incomplete
from catalog.models import Image, IndexEntry
from core.ml.vector_store import CollectionUnusable, VectorStoreUnavailable, vector_store
from core.storage import StorageUnavailable, delete_files

log = structlog.get_logger(__name__)


def remove_entries(entries: list[IndexEntry]) -> None:
    """Remove vectors, files and rows of entries whose images were deleted.

    Can run twice. When Chroma is away the vectors go with the index's next repair; they are
    in no answer anyway, since Postgres is asked last.
    """
    by_index: defaultdict[UUID, list[IndexEntry]] = defaultdict(list)
    for entry in entries:
        by_index[entry.index_id].append(entry)
    for group in by_index.values():
        _remove_vectors(group)
    for image in {entry.image for entry in entries}:
        try:
            delete_files(image.photo.name, image.original.name)
        except StorageUnavailable as error:
            # The row stays, and with it the entry that asks for the removal.
            log.warning("files_not_removed", image=str(image.pk), error=str(error.__cause__))
        else:
            Image.objects.filter(pk=image.pk, deleted_at__isnull=False).delete()


def _remove_vectors(entries: list[IndexEntry]) -> None:
    index = entries[0].index
    try:
        vector_store(index.node).delete(
            index.collection, [str(entry.image_id) for entry in entries]
        )
    except (VectorStoreUnavailable, CollectionUnusable) as error:
        log.warning("vectors_not_removed", index=str(index.pk), error=str(error))
        mark_incomplete(index)
