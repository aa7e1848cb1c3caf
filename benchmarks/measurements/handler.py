"""Measure short responses with our request handler and with Django's own.

The servers take turns in many short rounds, so that other load on the machine meets both. The
processor time of the server process is the steadier figure; latency includes waiting.
"""

from collections.abc import Mapping
from statistics import median

import psutil

from benchmarks.client import Address, Connection, get_request, prompt_request, send_all
from benchmarks.encoders import Subject
from benchmarks.measurements.uploads import accept, open_shop
from benchmarks.report import Report
from benchmarks.stack import Stack
from demo.processes import web
from demo.services import free_port

HANDLERS = {
    "our handler": "core.asgi:application",
    "Django's handler": "benchmarks.measurements.django_handler:application",
}
ROUNDS, REQUESTS, CLIENTS = 15, 100, 8


def measure_handler(stack: Stack, subject: Subject, photos: list[bytes], report: Report) -> None:
    shop = open_shop(stack, subject)
    accept(shop, photos)
    stack.wait_until_idle("worker")
    addresses = _start(stack, subject.environment, shop.address.key)
    try:
        shops = [get_request(address, "/api/v1/shop/") for address in addresses.values()]
        prompts = [prompt_request(address, "red dress") for address in addresses.values()]
        for what, requests in (("shop", shops), ("cached prompt", prompts)):
            print(f"  {subject.title}: handlers, {what}", flush=True)
            named = dict(zip(HANDLERS, requests, strict=True))
            _measure(stack, f"{subject.title}: {what}", addresses, named, report)
    finally:
        stack.supervisor.stop(*HANDLERS)


def _start(stack: Stack, environment: Mapping[str, str], key: str) -> dict[str, Address]:
    addresses = {name: Address(free_port(), key) for name in HANDLERS}
    for name, application in HANDLERS.items():
        port = addresses[name].port
        stack.supervisor.start(web(port, environment, name=name, application=application))
        stack.supervisor.wait_until_ready(name)
    return addresses


def _measure(
    stack: Stack,
    title: str,
    addresses: dict[str, Address],
    requests: dict[str, bytes],
    report: Report,
) -> None:
    latency: dict[str, list[float]] = {name: [] for name in HANDLERS}
    busy: dict[str, list[float]] = {name: [] for name in HANDLERS}
    rates: dict[str, list[float]] = {name: [] for name in HANDLERS}
    for number in range(ROUNDS + 1):  # the first round warms up
        for name in HANDLERS if number % 2 else reversed(HANDLERS):
            port, process = addresses[name].port, psutil.Process(stack.supervisor.pid(name))
            before = _processor_seconds(process)
            latency[name].append(_median_latency(port, requests[name]))
            _, seconds = send_all(port, [requests[name]] * REQUESTS, clients=CLIENTS)
            rates[name].append(REQUESTS / seconds)
            busy[name].append((_processor_seconds(process) - before) * 1000 / (2 * REQUESTS))
    for what, unit, figures in (
        ("processor time", "ms", busy),
        ("latency, 1 client", "ms", latency),
        (f"{CLIENTS} clients", "requests/s", rates),
    ):
        for name in HANDLERS:
            report.add(f"{title}, {what}, {name}", *figures[name][1:], unit=unit)


def _median_latency(port: int, request: bytes) -> float:
    """Return the median milliseconds of a response, one request at a time."""
    line = Connection(port)
    times = [line.ask(request).seconds * 1000 for _ in range(REQUESTS)]
    line.close()
    return median(times)


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
