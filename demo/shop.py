"""The demo's shop: create it, fill it with generated garments, search it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from rich.progress import Progress

from demo.processes import BASE, manage
from demo.supervisor import NotReady

GARMENTS, SEED = 300, 1
PROMPT = "red dress with floral patterns"
INDEXING_TIMEOUT_SECONDS = 600
SEARCH_TIMEOUT_SECONDS = 60


def prepare_shop(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Create the shop and the administrator unless they exist; return ids, key and password."""
    secrets: dict[str, str] = json.loads(
        manage(environment, "prepare_demo", str(folder / "secrets.json"))
    )
    return secrets


def open_client(url: str, api_key: str) -> httpx.Client:
    headers = {"Authorization": f"Api-Key {api_key}"}
    return httpx.Client(base_url=f"{url}/api/v1/", headers=headers, timeout=30)


def fill_shop(
    progress: Progress,
    environment: Mapping[str, str],
    folder: Path,
    client: httpx.Client,
    shop_id: str,
) -> None:
    """Draw and load the garments unless they exist; wait until all are indexed.

    Raises `NotReady`.
    """
    if _read_counts(client)["total"] < GARMENTS:
        garments = str(folder / "garments")
        draw = ["generate_garments", garments, "--count", str(GARMENTS), "--seed", str(SEED)]
        load = ["load_garments", garments, "--shop", shop_id]
        _manage_with_progress(progress, "Drawing garments", environment, draw)
        _manage_with_progress(progress, "Uploading garments", environment, load)
    task = progress.add_task("Embedding photos", total=GARMENTS)
    deadline = time.monotonic() + INDEXING_TIMEOUT_SECONDS
    while True:
        counts = _read_counts(client)
        progress.update(task, total=counts["total"], completed=counts["indexed"])
        if counts["is_settled"]:
            return
        if time.monotonic() > deadline:
            raise NotReady(f"The photos were not embedded in time; see {folder / 'worker.log'}")
        time.sleep(0.3)


def search(client: httpx.Client) -> dict[str, Any]:
    """Search for the demo's prompt; repeat while the worker still loads its model."""
    deadline = time.monotonic() + SEARCH_TIMEOUT_SECONDS
    while True:
        body = {"prompt": PROMPT, "number_of_images": 5}
        response = client.post("recommendations/", json=body)
        if response.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
            answer: dict[str, Any] = response.raise_for_status().json()
            return answer
        time.sleep(float(response.headers.get("Retry-After", 1)))


def _read_counts(client: httpx.Client) -> dict[str, int]:
    counts = client.get("index/").raise_for_status().json()
    numbers = {name: counts[name] for name in ("pending", "indexed", "failed")}
    is_settled = not counts["pending"] and counts["is_complete"] and counts["is_calibrated"]
    return {**numbers, "total": sum(numbers.values()), "is_settled": is_settled}


def _manage_with_progress(
    progress: Progress, title: str, environment: Mapping[str, str], arguments: list[str]
) -> None:
    """Run a management command that prints lines `done/total`; show them as a bar."""
    task = progress.add_task(title, total=GARMENTS)
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout or ():
            done, slash, total = line.strip().partition("/")
            if slash and done.isdigit() and total.isdigit():
                progress.update(task, completed=int(done), total=int(total))
    if process.returncode:
        raise NotReady(f"manage.py {arguments[0]} failed.")
