"""`.env.example` matches the settings, and production refuses unsafe values."""

import ast
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ENTRY = re.compile(r"^(#?)([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
READER = re.compile(r"env\.\w+|required_in_production")
INTERPOLATION = re.compile(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)")
# Stated explicitly, since a developer's `.env` would provide missing values.
SAFE_PRODUCTION = {
    "ATELIER_ENV": "production",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "atelier.example.com",
    "DEMO_API_KEY": "",
}


def read_by_settings() -> set[str]:
    tree = ast.parse((ROOT / "core" / "settings.py").read_text("utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    return {
        str(first.value)
        for call in calls
        if READER.fullmatch(ast.unparse(call.func))
        and isinstance(first := call.args[0], ast.Constant)
    }


def read_by_compose() -> set[str]:
    return set(INTERPOLATION.findall((ROOT / "docker-compose.yml").read_text("utf-8")))


def example() -> list[tuple[str, str, str]]:
    """Return comment sign, name and value of each entry."""
    return ENTRY.findall((ROOT / ".env.example").read_text("utf-8"))


def import_settings(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import core.settings"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_lists_every_variable_exactly_once() -> None:
    names = [name for _, name, _ in example()]
    assert len(names) == len(set(names))
    assert set(names) == read_by_settings() | read_by_compose()


def test_explains_every_variable() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    for before, line in pairwise(lines):
        if ENTRY.match(line):
            assert before.startswith("# "), line


def test_works_unchanged() -> None:
    values = {name: value for sign, name, value in example() if not sign}
    done = import_settings(**values)
    assert done.returncode == 0, done.stderr


def test_is_refused_in_production() -> None:
    values = {name: value for sign, name, value in example() if not sign}
    done = import_settings(**values | {"ATELIER_ENV": "production"})
    assert "SECRET_KEY must be set" in done.stderr


def test_production_starts_with_safe_values() -> None:
    done = import_settings(**SAFE_PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "insecure-development-key-" + "x" * 32),
        ("ALLOWED_HOSTS", ""),
        ("DEMO_API_KEY", "abcdefgh.0123456789"),
    ],
)
def test_production_refuses_unsafe_values(name: str, value: str) -> None:
    done = import_settings(**SAFE_PRODUCTION | {name: value})
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert name in done.stderr.splitlines()[-1]


def test_refuses_an_unknown_environment() -> None:
    assert "ATELIER_ENV" in import_settings(ATELIER_ENV="staging").stderr
