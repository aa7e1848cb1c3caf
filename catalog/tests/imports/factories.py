"""Feeds, and imports of them, for tests."""

import io
import json
from typing import Any

IMPORTS, FEEDS, PRODUCTS = "/api/v1/imports/", "/api/v1/feeds/", "/api/v1/products/"


def make_row(number: int, **fields: Any) -> dict[str, Any]:
    """Return a product of our own JSON Lines."""
    return {
        "external_id": f"p-{number}",
        "name": f"Shirt {number}",
        "brand": "Ada's",
        "variants": [
            {"sku": f"p-{number}-{size}", "size": size, "price": "19.90", "currency": "EUR"}
            for size in ("S", "M")
        ],
        **fields,
    }


def make_feed(*rows: Any) -> bytes:
    """Return a feed of JSON Lines; a row may be a text of its own."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    return "\n".join(lines).encode()


def send_feed(client: Any, data: bytes, **fields: Any) -> dict[str, Any]:
    """Import a file; return the import, which waits for a worker."""
    file = io.BytesIO(data)
    file.name = "feed.jsonl"
    response = client.post(IMPORTS, {"file": file, **fields}, format="multipart")
    assert response.status_code == 202, response.content
    job: dict[str, Any] = response.json()
    return job


def read(client: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Return an import as it is now."""
    found: dict[str, Any] = client.get(f"{IMPORTS}{job['id']}/").json()
    return found


def read_problems(client: Any, job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the problems of an import."""
    found: list[dict[str, Any]] = client.get(f"{IMPORTS}{job['id']}/problems/").json()["results"]
    return found
