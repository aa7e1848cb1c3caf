"""Memory of web and waiting times while many clients send photos that cost much to decode."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import psutil

from benchmarks.client import Address
from benchmarks.encoders import Subject
from benchmarks.hostile_photos import CORPUS
from benchmarks.measurements.uploads import open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack

CLIENTS = 16
PHOTOS_IN_QUESTION = 5
HONEST_PAUSE_SECONDS = 0.3
SAMPLE_SECONDS = 0.05
MEMORY = Goal("≤", 700)
LONGEST = Goal("≤", 5)
REFUSED = Goal("≤", 0)
TIMEOUT_SECONDS = 300


@dataclass(slots=True)
class Outcome:
    """What clients saw, and what the web server took."""

    seconds: dict[str, float] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    honest: list[tuple[int, float]] = field(default_factory=list)
    megabytes: float = 0.0


def measure_hostile_photos(
    stack: Stack, subject: Subject, photos: list[bytes], report: Report
) -> None:
    shop = open_shop(stack, subject)
    found = send_corpus(shop.address, stack.supervisor.pid("web"), photos)
    stack.wait_until_idle("worker")
    waits = [seconds for _, seconds in found.honest]
    refused = sum(not 200 <= status < 300 for status, _ in found.honest)
    what = f"{len(CORPUS)} kinds of hostile photos, {CLIENTS} clients"
    report.add(f"{what}: web, peak memory", found.megabytes, unit="MB", goal=MEMORY)
    report.add(f"{what}: longest request", max(found.seconds.values()), unit="s", goal=LONGEST)
    report.add(f"{what}: refused honest uploads", refused, unit="uploads", goal=REFUSED)
    report.add(f"{what}: honest uploads", len(found.honest), unit="uploads")
    report.add(f"{what}: longest honest upload", max(waits), unit="s", goal=LONGEST)


def send_corpus(address: Address, pid: int, photos: list[bytes]) -> Outcome:
    """Send every hostile photo to every route, while another client uploads real ones."""
    outcome = Outcome()
    requests = [
        (f"{name}, {route.__name__}", route, photo)
        for name, photo in [(name, make()) for name, make in CORPUS.items()]
        for route in (upload, ask, assess)
    ]
    with (
        _repeatedly(lambda: _sample(outcome, pid), every=SAMPLE_SECONDS),
        _client(address) as honest,
    ):
        numbers = itertools.cycle(photos)

        def upload_one() -> None:
            start = time.perf_counter()
            status = upload(honest, next(numbers))
            outcome.honest.append((status, time.perf_counter() - start))

        with _repeatedly(upload_one, every=HONEST_PAUSE_SECONDS), _client(address) as client:

            def send(request: tuple[str, Callable[[httpx.Client, bytes], int], bytes]) -> None:
                name, route, photo = request
                start = time.perf_counter()
                outcome.statuses.append(route(client, photo))
                outcome.seconds[name] = time.perf_counter() - start

            with ThreadPoolExecutor(CLIENTS) as pool:
                list(pool.map(send, requests))
    return outcome


def upload(client: httpx.Client, photo: bytes) -> int:
    """Add a photo to the catalogue; return the status."""
    files = {"photo": ("photo.jpg", photo)}
    return client.post("images/", data={"name": "A photo"}, files=files).status_code


def ask(client: httpx.Client, photo: bytes) -> int:
    """Ask for images that resemble a photo, sent as often as a question may have photos."""
    count = max(1, min(PHOTOS_IN_QUESTION, 60_000_000 // len(photo)))
    files = [("photo", ("photo.jpg", photo))] * count
    return client.post("recommendations/", files=files).status_code


def assess(client: httpx.Client, photo: bytes) -> int:
    """Have a photo's quality assessed; return the status."""
    return client.post("quality/assess/", files={"photo": ("photo.jpg", photo)}).status_code


def _client(address: Address) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{address.port}/api/v1/",
        headers={"Authorization": f"Api-Key {address.key}"},
        timeout=TIMEOUT_SECONDS,
    )


@contextmanager
def _repeatedly(act: Callable[[], None], *, every: float) -> Iterator[None]:
    """Call a function in another thread, again and again."""
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.wait(every):
            act()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _sample(outcome: Outcome, pid: int) -> None:
    """Measure the memory of the web server and its children; shared pages count once."""
    total = 0.0
    process = psutil.Process(pid)
    for member in [process, *process.children(recursive=True)]:
        try:
            total += member.memory_full_info().pss / 1e6
        except psutil.NoSuchProcess:
            continue  # it has decoded its photo
    outcome.megabytes = max(outcome.megabytes, total)
