"""Production refuses values that a stranger could guess, and says what to do."""

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from core.production import is_guessable

ROOT = Path(settings.BASE_DIR)


def make_secret(name: str) -> str:
    """Return a strong secret, the same in every process, since it names tests."""
    return sha256(name.encode()).hexdigest()


STRONG = make_secret("strong")
# Stated completely, since a developer's `.env` would provide missing values.
SAFE = {
    "ATELIER_ENV": "production",
    "DEBUG": "false",
    "SECRET_KEY": make_secret("key"),
    "ALLOWED_HOSTS": "atelier.example.com,.shops.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://atelier.example.com",
    "SITE_URL": "https://atelier.example.com",
    "DATABASE_URL": f"postgres://shop:{STRONG}@db.internal/shop",
    "REDIS_URL": "redis://redis.internal:6379",
    "REDIS_PASSWORD": make_secret("redis"),
    "CHROMA_NODES": "main=http://chroma.internal:8000",
    "CHROMA_TOKEN": make_secret("chroma"),
    "CHROMA_NODE_TOKENS": "",
    "EMAIL_URL": "smtp+tls://mail.example.com:587",
    "DEMO_API_KEY": "",
    "LOG_LEVEL": "INFO",
    "METRICS_TOKEN": "",
    "SERVICES_WITHOUT_PASSWORD": "",
}
WEAK = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "a"),
    ("SECRET_KEY", "secret"),
    ("SECRET_KEY", "x" * 60),
    ("SECRET_KEY", "abcdefgh" * 8),
    ("SECRET_KEY", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    ("SECRET_KEY", "insecure-development-key-" + "x" * 32),
    ("SECRET_KEY", f"django-insecure-{STRONG}"),
    ("SECRET_KEY", "please-change-me-before-you-go-live-with-this-installation"),
    ("SECRET_KEY", STRONG[:16]),
    ("ALLOWED_HOSTS", ""),
    ("ALLOWED_HOSTS", "*"),
    ("ALLOWED_HOSTS", "atelier.example.com, *"),
    ("ALLOWED_HOSTS", ".com"),
    ("CSRF_TRUSTED_ORIGINS", "http://atelier.example.com"),
    ("CSRF_TRUSTED_ORIGINS", "http://*"),
    ("CSRF_TRUSTED_ORIGINS", "https://*"),
    ("CSRF_TRUSTED_ORIGINS", "https://*.com"),
    ("SITE_URL", "http://atelier.example.com"),
    ("SITE_URL", "atelier.example.com"),
    ("FORWARDED_ALLOW_IPS", "*"),
    ("DEBUG", "true"),
    ("DEBUG", "1"),
    ("LOG_LEVEL", "DEBUG"),
    ("LOG_LEVEL", "debug"),
    ("DATABASE_URL", "postgres://shop@db.internal/shop"),
    ("DATABASE_URL", "postgres://atelier:atelier@db.internal/atelier"),
    ("DATABASE_URL", "postgres://postgres:postgres@localhost/postgres"),
    ("DATABASE_URL", "postgres://shop:correcthorse@db.internal/correcthorse"),
    ("REDIS_PASSWORD", ""),
    ("REDIS_PASSWORD", "redis"),
    ("CHROMA_TOKEN", ""),
    ("CHROMA_TOKEN", "aaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("CHROMA_TOKEN", "chroma-token"),
    ("CHROMA_TOKEN", "a-chroma-token-of-ours"),
    ("CHROMA_NODE_TOKENS", "main=chroma-token"),
    ("REDIS_PASSWORD", STRONG[:14]),
    ("METRICS_TOKEN", "tell-me-all"),
    ("EMAIL_URL", "consolemail://"),
    ("EMAIL_URL", "dummymail://"),
    ("DEMO_API_KEY", "abcdefgh.0123456789"),
    ("METRICS_TOKEN", "metrics"),
    ("DB_PASSWORD", "atelier"),
    ("DB_APP_PASSWORD", "atelier"),
    ("DATABASE_OWNER_URL", "postgres://owner:owner@db.internal/shop"),
    ("PGADMIN_DEFAULT_PASSWORD", "atelier"),
    ("FLOWER_BASIC_AUTH", "admin:admin"),
    ("FLOWER_BASIC_AUTH", f"admin:{STRONG},guest:guest"),
]
FINE = [
    {"DATABASE_URL": "postgres://shop@db.internal/shop", "PGPASSWORD": STRONG},
    {"DATABASE_URL": "postgres:////var/run/postgresql/shop"},
    {"REDIS_URL": "redis://127.0.0.1:6379", "REDIS_PASSWORD": ""},
    {"REDIS_URL": f"rediss://worker:{STRONG}@redis.internal:6379", "REDIS_PASSWORD": ""},
    {"REDIS_PASSWORD": "", "CHROMA_TOKEN": "", "SERVICES_WITHOUT_PASSWORD": "redis,chroma"},
    {"CHROMA_NODES": "main=http://localhost:8000", "CHROMA_TOKEN": ""},
    {"CHROMA_TOKEN": "", "CHROMA_NODE_TOKENS": f"main={STRONG}"},
    {"CHROMA_NODES": "main=http://localhost:8000,second=https://chroma.internal"},
    {"METRICS_TOKEN": STRONG},
    {"FLOWER_BASIC_AUTH": f"admin:{STRONG}"},
]
PROCESSES = {
    "web": ["-m", "core.web", "--port", "0"],
    "worker": ["-m", "celery", "-A", "core", "worker", "--pool", "solo"],
    "beat": ["-m", "celery", "-A", "core", "beat"],
    "flower": ["-m", "celery", "-A", "core", "flower", "--port=0"],
    "manage.py": ["manage.py", "check"],
}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def import_settings(**environment: str) -> subprocess.CompletedProcess[str]:
    return run("-c", "import core.settings", **environment)


def refusals(stderr: str) -> set[str]:
    return set(re.findall(r"^- (\w+) ", stderr, re.MULTILINE))


def test_accepts_strong_values() -> None:
    done = import_settings(**SAFE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("changes", FINE)
def test_accepts_other_safe_installations(changes: dict[str, str]) -> None:
    done = import_settings(**SAFE | changes)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "value"), WEAK)
def test_refuses_a_weak_value_by_its_name(name: str, value: str) -> None:
    done = import_settings(**SAFE | {name: value})
    assert done.returncode != 0
    assert refusals(done.stderr) == {name}
    if len(value) > 8:
        assert (
            value not in done.stderr.split("refuses these settings")[-1]
            or "HOSTS" in name
            or ("ORIGINS" in name)
        )


def test_names_every_weak_value_at_once() -> None:
    done = import_settings(
        ATELIER_ENV="production",
        DEBUG="true",
        **dict.fromkeys(
            SAFE.keys()
            - {
                "ATELIER_ENV",
                "DEBUG",
                "REDIS_URL",
                "CHROMA_NODES",
                "DATABASE_URL",
                "LOG_LEVEL",
                "EMAIL_URL",
            },
            "",
        ),
    )
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "DATABASE_URL", "EMAIL_URL"} <= refusals(
        done.stderr
    )


@pytest.mark.parametrize("name", PROCESSES)
def test_no_process_starts_with_a_weak_value(name: str) -> None:
    login = {"FLOWER_BASIC_AUTH": f"flower:{STRONG}"}
    done = run(*PROCESSES[name], **SAFE | login | {"SECRET_KEY": "a"})
    assert done.returncode != 0
    assert refusals(done.stderr) == {"SECRET_KEY"}


def test_refuses_the_example_as_it_is() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]", line))
    done = import_settings(**values | {"ATELIER_ENV": "production"})
    assert {"SECRET_KEY", "DATABASE_URL"} <= refusals(done.stderr)


def test_the_image_collects_its_static_files() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    line = next(
        command for command in dockerfile.split("\nRUN ") if "collectstatic" in command
    ).partition("&& python -m compileall")[0]
    command = line.replace("\\\n", " ").replace("--noinput", "--noinput --dry-run")
    done = subprocess.run(
        ["bash", "-c", command.replace("python ", f"{sys.executable} ")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@given(st.binary(min_size=32, max_size=32))
def test_random_keys_are_never_refused_for_their_form(data: bytes) -> None:
    if len(set(data)) > 16:
        assert not is_guessable(data.hex(), min_length=50)


@given(st.text(min_size=1, max_size=7), st.integers(2, 40))
def test_a_repeated_part_is_guessable(part: str, times: int) -> None:
    assert is_guessable(part * times)
