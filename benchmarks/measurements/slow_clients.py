"""A good client's latency alone, and while slow and greedy clients hold on to the server.

The rounds take turns, so that other load on the machine meets both.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import httpx

from benchmarks.client import Connection, UnexpectedStatus, get_request, prompt_request
from benchmarks.encoders import Subject
from benchmarks.measurements.uploads import BenchShop, accept, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack

ATTACKERS = 200
ROUNDS, SECONDS = 3, 25.0
# Until all attackers are connected and their first requests are answered.
SETTLING_SECONDS = 10.0
MOST_TIMES_SLOWER = 2


def measure_slow_clients(
    stack: Stack, subject: Subject, photos: list[bytes], report: Report
) -> None:
    shop = open_shop(stack, subject)
    accept(shop, photos)
    stack.wait_until_idle("worker")
    path = _open_conversation(shop)
    alone: list[list[float]] = []
    attacked: list[list[float]] = []
    refused = 0
    for number in range(ROUNDS):
        print(f"  Slow clients, round {number + 1} of {ROUNDS}", flush=True)
        times, failures = _measure(shop)
        alone.append(times)
        if failures:
            raise UnexpectedStatus(f"{failures} requests failed without an attack.")
        with _attack(shop, path):
            times, failures = _measure(shop)
        attacked.append(times)
        refused += failures
    _add(report, alone, attacked, refused)


def _add(
    report: Report, alone: list[list[float]], attacked: list[list[float]], refused: int
) -> None:
    for share in (50, 99):
        before = [_percentile(times, share) for times in alone]
        during = [_percentile(times, share) for times in attacked]
        report.add(f"p{share} alone", *before, unit="ms")
        report.add(f"p{share} with {ATTACKERS} slow clients", *during, unit="ms")
        ratios = [slow / fast for slow, fast in zip(during, before, strict=True)]
        goal = Goal("≤", MOST_TIMES_SLOWER)
        report.add(f"p{share} with slow clients ÷ alone", *ratios, unit="×", goal=goal)
    requests = sum(map(len, attacked)) + refused
    report.add("good requests while they hold on", requests, unit="requests")
    report.add("good requests refused", refused, unit="requests", goal=Goal("≤", 0))


def _measure(shop: BenchShop) -> tuple[list[float], int]:
    """Send requests one after the other; return the milliseconds of answers, and the failures."""
    requests = cycle(
        (
            get_request(shop.address, "/api/v1/shop/"),
            prompt_request(shop.address, "red dress"),
        )
    )
    times, failures = [], 0
    until = time.monotonic() + SECONDS
    line = Connection(shop.address.port)
    while time.monotonic() < until:
        try:
            times.append(line.ask(next(requests)).seconds * 1000)
        except UnexpectedStatus:
            failures += 1
        except (OSError, EOFError):
            failures += 1
            line.close()
            line = Connection(shop.address.port)
    line.close()
    return times, failures


@contextmanager
def _attack(shop: BenchShop, path: str) -> Iterator[None]:
    arguments = [str(shop.address.port), str(ATTACKERS), shop.address.key, path]
    command = [sys.executable, "-m", "benchmarks.attackers", *arguments]
    process = subprocess.Popen(command)  # noqa: S603 - our own command
    try:
        time.sleep(SETTLING_SECONDS)
        if process.poll() is not None:
            raise RuntimeError("The attackers ended.")
        yield
    finally:
        process.terminate()
        process.wait()


def _open_conversation(shop: BenchShop) -> str:
    """Return the path of a new conversation's messages."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{shop.address.port}/api/v1/",
        headers={"Authorization": f"Api-Key {shop.address.key}", "Host": "localhost"},
        timeout=30,
    ) as client:
        answer = client.post("shoppers/benchmark/conversations/", json={})
        if not answer.is_success:
            raise UnexpectedStatus(answer.text)
        return f"/api/v1/conversations/{json.loads(answer.text)['id']}/messages/"


def _percentile(times: list[float], share: int) -> float:
    """Return infinity without times: every request was refused."""
    return sorted(times)[(len(times) - 1) * share // 100] if times else float("inf")
