"""Where photo quality keeps its files."""

from uuid import UUID

from uuid_utils.compat import uuid7


def rendition_key(shop_id: UUID) -> str:
    """Return a fresh storage key for a photo that may be shown; nobody can guess it."""
    return f"shops/{shop_id}/quality/{uuid7()}.jpg"


def original_key(shop_id: UUID, extension: str) -> str:
    """Return a fresh storage key for a photo as it was sent, which is never served."""
    return f"shops/{shop_id}/quality/originals/{uuid7()}.{extension}"
