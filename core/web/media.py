"""Photos on local disk, served as what they are and nothing else; S3 serves its own."""

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest

# Renditions only: originals are never served, whatever the address says.
RENDITION = re.compile(r"shops/[0-9a-f-]{36}/(photos|quality|wardrobe)/[0-9a-f-]{36}\.jpg")
ONE_YEAR = 31_536_000


def serve_photo(request: HttpRequest, key: str) -> FileResponse:
    """Send a rendition; its address cannot be guessed, and its bytes never change."""
    if not RENDITION.fullmatch(key):
        raise Http404
    try:
        file = default_storage.open(key)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        file,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": "inline",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": f"private, max-age={ONE_YEAR}, immutable",
        },
    )
