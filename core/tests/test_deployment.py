"""The container files fit the program: every queue is read, every service is watched."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery import Celery
from django.conf import settings

from core.beat import HeartbeatScheduler

ROOT = Path(settings.BASE_DIR)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Ours are built here; the others are somebody else's.
BUILT = {name: service for name, service in SERVICES.items() if "atelier" in service["image"]}
PORTS = {
    "web": 8000,
    "postgres": 5432,
    "pgadmin": 5050,
    "redis": 6379,
    "chroma": 8001,
    "smtp4dev": 5000,
    "flower": 5555,
}


def queues_of(service: dict[str, Any]) -> list[str]:
    command = service.get("command", [])
    return command[command.index("--queues") + 1].split(",") if "--queues" in command else []


@pytest.mark.parametrize("queue", ["default", "gpu", "gpu.interactive"])
def test_every_queue_is_read_by_one_service(queue: str) -> None:
    # A profile's service stands in for, or joins, the one that runs without it.
    readers = [name for name, service in SERVICES.items() if queue in queues_of(service)]
    assert len([name for name in readers if "profiles" not in SERVICES[name]]) == 1, readers


def test_no_queue_is_forgotten_and_none_made_up() -> None:
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    read = {queue for service in SERVICES.values() for queue in queues_of(service)}
    assert read == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_the_image_of_the_encoder_reads_the_same_queues_by_itself() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert f'"{",".join(queues_of(SERVICES["worker-gpu"]))}"' in dockerfile


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_or_runs_once(name: str) -> None:
    health = SERVICES[name].get("healthcheck", {})
    assert health.get("test") or SERVICES[name]["restart"] == "no"


@pytest.mark.parametrize("name", SERVICES)
def test_no_image_moves_by_itself(name: str) -> None:
    tag = SERVICES[name]["image"].rpartition(":")[2]
    assert tag == "local" if name in BUILT else re.search(r"\d", tag)


def test_ports_are_the_known_ones_and_of_this_machine_alone() -> None:
    published = {
        name: [port.split(":") for port in service["ports"]]
        for name, service in SERVICES.items()
        if "ports" in service
    }
    assert {name: [int(port) for _, port, _ in ports] for name, ports in published.items()} == {
        name: [port] for name, port in PORTS.items()
    }
    assert {host for ports in published.values() for host, _, _ in ports} == {"127.0.0.1"}


@pytest.mark.parametrize("name", BUILT)
def test_our_own_services_can_write_to_their_volumes_only(name: str) -> None:
    service = BUILT[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", set(BUILT) - {"migrate"})
def test_waits_for_the_migrations(name: str) -> None:
    needed = BUILT[name]["depends_on"]["migrate"]
    assert needed["condition"] == "service_completed_successfully"


def test_web_and_workers_share_the_photos() -> None:
    photos = "media:/var/lib/atelier/media"
    for name in ("web", "worker", "worker-gpu", "worker-gpu-nvidia"):
        assert photos in SERVICES[name]["volumes"]
        assert SERVICES[name]["environment"]["MEDIA_ROOT"] == photos.split(":")[1]


def test_every_named_volume_exists() -> None:
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_the_images_hold_every_app_and_what_the_settings_read() -> None:
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    apps = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert {f"!{name}" for name in apps | {"docs/openapi.md", "manage.py"}} <= set(kept)


def test_a_beat_that_stopped_looking_at_its_schedule_is_noticed(tmp_path: Path) -> None:
    schedule = tmp_path / "schedule"

    def is_healthy() -> bool:
        environment = {**os.environ, "BEAT_SCHEDULE_FILE": str(schedule)}
        command = [sys.executable, str(ROOT / "deploy" / "check_beat.py")]
        return subprocess.run(command, env=environment, check=False).returncode == 0

    assert not is_healthy()
    HeartbeatScheduler(Celery("idle"), schedule_filename=str(schedule)).tick()
    assert is_healthy()
    long_ago = time.time() - 3_600
    os.utime(f"{schedule}.alive", (long_ago, long_ago))
    assert not is_healthy()
