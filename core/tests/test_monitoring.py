"""`/metrics` and Flower are closed unless they are opened, and clients cannot add figures."""

import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import psutil
import pytest
from django.conf import settings
from django.test import Client
from prometheus_client import REGISTRY

from core.tests.live import wait_for
from demo.services import free_port, is_listening

ROOT = Path(settings.BASE_DIR)
TOKEN, PASSWORD = (sha256(name).hexdigest() for name in (b"token", b"password"))
LOGIN = ("flower", PASSWORD)


@pytest.mark.parametrize("header", [None, "Bearer ", f"Bearer {TOKEN}", "Basic YTpi"])
def test_metrics_are_closed_without_a_token_in_the_settings(client, header):
    headers = {"Authorization": header} if header is not None else {}
    assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", f"bearer{TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer ü"],
)
def test_metrics_refuse_other_tokens(client, settings, header):
    settings.METRICS_TOKEN = TOKEN
    headers = {"Authorization": header} if header is not None else {}
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "metrics_closed"


def test_metrics_are_open_to_the_token(client, settings):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert "django_http_requests_total_by_method" in response.content.decode()


def read_series() -> set[tuple[str, ...]]:
    """Return the name and the labels of every figure, without buckets of histograms."""
    return {
        (sample.name, *sorted(f"{name}={value}" for name, value in sample.labels.items()))
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if "le" not in sample.labels
    }


def test_clients_cannot_add_figures(db, client: Client):
    def send(number: int) -> None:
        mark = f"zqx{number}"
        client.generic(f"ZQX{number}", "/health/live")
        client.get(f"/{mark}/")
        client.get(f"/api/v1/shoppers/{mark}/")
        client.get(f"/api/v1/{mark}/?{mark}={mark}", headers={"X-Forwarded-Proto": mark})
        client.generic("POST", "/api/v1/auth/login/", "{}", f"text/{mark}; charset={mark}")

    send(0)
    before = read_series()
    for number in range(1, 20):
        send(number)
    assert read_series() == before
    assert not any("zqx" in label.lower() for series in before for label in series)


def start_flower(port: int, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "celery", "-A", "core", "flower", f"--port={port}"]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("login", ["", "flower:", "flower:flower", f"a:{LOGIN[1]},admin:admin"])
def test_flower_does_not_start_without_a_strong_login(login):
    environment = {"FLOWER_BASIC_AUTH": login} if login else {}
    process = start_flower(free_port(), **environment)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "FLOWER_BASIC_AUTH" in output


@pytest.fixture(scope="module")
def flower() -> Iterator[httpx.Client]:
    port = free_port()
    process = start_flower(port, FLOWER_BASIC_AUTH=":".join(LOGIN))
    wait_for(lambda: is_listening(port), what="Flower")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        client.process = process
        yield client
    process.terminate()
    process.wait()


@pytest.mark.parametrize(
    "path", ["/", "/workers", "/tasks", "/broker", "/api/workers", "/api/tasks", "/metrics"]
)
def test_flower_asks_for_the_login_everywhere(flower, path):
    assert flower.get(path).status_code == 401
    assert flower.get(path, auth=("flower", "wrong")).status_code == 401
    assert flower.get(path, auth=LOGIN).status_code == 200


def test_flower_shows_its_health_and_nothing_else(flower):
    assert flower.get("/healthcheck").text == "OK"


@pytest.mark.parametrize(
    "path",
    [
        "/api/worker/shutdown/celery@x",
        "/api/worker/pool/grow/celery@x",
        "/api/task/async-apply/catalog.tasks.index_images",
        "/api/task/send-task/catalog.tasks.index_images",
        "/api/task/revoke/018f0000-0000-7000-8000-000000000000",
    ],
)
def test_flower_changes_nothing(flower, path):
    assert flower.post(path, auth=LOGIN, json={}).status_code == 403
    assert flower.post(path, json={}).status_code == 401


def test_flower_listens_on_the_loopback_interface_only(flower):
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(flower.process.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]
