"""`.env.example` matches the settings, and its copy has random secrets."""

import ast
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

from core.production import is_guessable

ROOT = Path(settings.BASE_DIR)
ENTRY = re.compile(r"^(#?)([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
READER = re.compile(r"env\.\w+")
INTERPOLATION = re.compile(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)")


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


def test_refuses_an_unknown_environment() -> None:
    assert "ATELIER_ENV" in import_settings(ATELIER_ENV="staging").stderr


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a folder with the example and the script that copies it."""
    (tmp_path / "deploy").mkdir()
    for name in (".env.example", "deploy/make_env.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make_env(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "deploy" / "make_env.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_copy_has_a_different_strong_value_for_every_secret(copied: Path) -> None:
    assert make_env(copied).returncode == 0
    values = dict(re.findall(r"^(\w+)=(.*)$", (copied / ".env").read_text("utf-8"), re.MULTILINE))
    empty = {name for sign, name, value in example() if not sign and not value}
    secrets = [
        value.rpartition(":")[2] for name, value in values.items() if name in empty and value
    ]
    assert len(secrets) == len(set(secrets)) >= 6
    assert not any(map(is_guessable, secrets))
    assert values["FLOWER_BASIC_AUTH"].startswith("flower:")
    assert (copied / ".env").stat().st_mode & 0o077 == 0


def test_compose_starts_with_the_copy(copied: Path) -> None:
    make_env(copied)
    values = dict(re.findall(r"^(\w+)=(.+)$", (copied / ".env").read_text("utf-8"), re.MULTILINE))
    required = re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text("utf-8"))
    assert set(required) <= set(values)


def test_never_overwrites_an_earlier_copy(copied: Path) -> None:
    make_env(copied)
    before = (copied / ".env").read_text("utf-8")
    assert make_env(copied).returncode == 1
    assert (copied / ".env").read_text("utf-8") == before


def test_the_example_holds_no_secret() -> None:
    # Production must not accept a value of the example by mistake.
    for sign, name, value in example():
        if name.endswith(("KEY", "PASSWORD", "TOKEN", "AUTH")):
            assert not value or sign or value.isdigit(), name
