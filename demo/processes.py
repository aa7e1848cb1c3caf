"""The product's own processes: web, worker, beat and management commands."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from demo.services import HOST
from demo.supervisor import Program

BASE = Path(__file__).resolve().parent.parent
QUEUES = "gpu,gpu.interactive,default"
# One thread does bulk work, the others encode prompts at the same time.
WORKER_THREADS = 16
PYTHON = (sys.executable, "-m")
# Several requests run at once: more threads for linear algebra would slow all of them.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
# Only `migrate` connects as the owner of the tables.
NO_OWNER = {"DATABASE_OWNER_URL": ""}


class CommandFailed(RuntimeError):
    """A management command failed; the message contains its output."""


def web(
    port: int,
    environment: Mapping[str, str],
    *,
    name: str = "web",
    application: str = "core.asgi:application",
) -> Program:
    """Return the web server; it is ready when it answers."""
    command = [*PYTHON, "core.web", application]
    address = ["--host", HOST, "--port", str(port)]
    environment = {**ONE_THREAD, **environment, **NO_OWNER}
    return Program(name, [*command, *address], lambda: _is_live(port), environment)


def worker(
    environment: Mapping[str, str],
    *,
    name: str = "worker",
    app: str = "core",
    queues: str = QUEUES,
    threads: int = WORKER_THREADS,
) -> Program:
    """Return a Celery worker with threads, which share one model."""
    command = [*PYTHON, "celery", "-A", app, "worker", "--pool", "threads"]
    options = ["--concurrency", str(threads), "--queues", queues, "--loglevel", "INFO"]
    return Program(name, [*command, *options], environment={**environment, **NO_OWNER})


def beat(environment: Mapping[str, str]) -> Program:
    """Return the process that sends periodic tasks; only one may run."""
    command = [*PYTHON, "celery", "-A", "core", "beat"]
    return Program("beat", command, environment={**environment, **NO_OWNER})


def flower(port: int, environment: Mapping[str, str], *, login: str) -> Program:
    """Return Flower on a port of the loopback interface; `login` is `name:password`."""
    command = [*PYTHON, "celery", "-A", "core", "flower", f"--address={HOST}", f"--port={port}"]
    environment = {**environment, "FLOWER_BASIC_AUTH": login, **NO_OWNER}
    return Program("flower", command, environment=environment)


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a management command; return its output, or raise `CommandFailed`."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CommandFailed(f"manage.py {arguments[0]} failed:\n{done.stderr}")
    return done.stdout


def _is_live(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/health/live", timeout=1).is_success
    except httpx.HTTPError:
        return False
