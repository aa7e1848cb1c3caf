"""Documents and docstrings name only modules, files, commands, settings and routes that exist."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(settings.BASE_DIR)
PRODUCT = ("core", "tenants", "catalog", "recommendations", "quality", "stylist", "agents")
PACKAGES = (*PRODUCT, "demo", "training", "evaluation", "benchmarks")
FOLDERS = (*PACKAGES, "docs", "deploy", "requirements", ".ci", ".github")
THIRD_PARTY = "vendor"

MODULE = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+(?<!\.svg)(?<!\.json)")
FILE = re.compile(
    rf"(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*|"
    r"\.?[\w-]+\.(?:py|md|toml|yml|yaml|txt|in)"
)
ROUTE = re.compile(r"/(?:api/v1|health)/[\w{$][\w/{}$-]*|(?<![\w.])/(?:analytics|quality|stylist)/")
SETTING = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
COMMAND = re.compile(r"manage\.py (\w+)")
TARGET = re.compile(r"(?:^|`)make ([a-z-]+)", re.M)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
PLACEHOLDER = re.compile(r"\{\w+\}|\$\w+")


def documents() -> list[Path]:
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(
        path
        for path in paths
        if not path.parts[0].startswith(".") and THIRD_PARTY not in path.parts
    )


def docstrings(package: str) -> Iterator[tuple[str, str]]:
    """Yield the docstrings of a package's modules, each with the place where it stands."""
    for path in (ROOT / package).rglob("*.py"):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = getattr(node, "name", "module")
                yield f"{path.relative_to(ROOT)}:{name}", ast.get_docstring(node) or ""


def wrong_names(text: str, folder: Path = ROOT) -> list[str]:
    """Return the names in a text's code and links that do not exist in the repository."""
    spans = [span.strip("`") for span in CODE.findall(text)]
    code = "\n".join(spans)
    wrong = [name for name in spans if MODULE.fullmatch(name) and not is_name(name)]
    wrong += [name for name in spans if FILE.fullmatch(name) and not is_file(name, folder)]
    wrong += [name for name in LINK.findall(text) if not (folder / name).exists()]
    wrong += [name for name in ROUTE.findall(code) if not is_route(name)]
    wrong += [f"manage.py {name}" for name in COMMAND.findall(code) if name not in get_commands()]
    wrong += [f"make {name}" for name in TARGET.findall(code) if name not in make_targets()]
    return wrong


def is_name(dotted: str) -> bool:
    """Tell whether a dotted path is a module, an attribute in one, a model or a file."""
    parts = dotted.split(".")
    if (ROOT / dotted).is_file() or (len(parts) == 2 and is_model(*parts)):
        return True
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if source.is_file():
            return has_attribute(ast.parse(source.read_text("utf-8")), parts[length:])
    return False


def is_model(label: str, name: str) -> bool:
    try:
        apps.get_model(label, name)
    except LookupError:
        return False
    return True


def has_attribute(node: ast.Module | ast.ClassDef, names: list[str]) -> bool:
    """Tell whether the names lead, from class to class, to something defined in the module."""
    if not names:
        return True
    for child in node.body:
        if names[0] in defined_names(child):
            return not names[1:] or (
                isinstance(child, ast.ClassDef) and has_attribute(child, names[1:])
            )
    return False


def defined_names(node: ast.stmt) -> set[str]:
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return {node.name}
        case ast.Import() | ast.ImportFrom():
            return {alias.asname or alias.name for alias in node.names}
        case ast.Assign():
            return {target.id for target in node.targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()


def is_file(name: str, folder: Path) -> bool:
    """Tell whether a path exists; a name without folders may be any file, a folder also a route."""
    if (ROOT / name).exists() or (folder / name).exists():
        return True
    return is_route(f"/api/v1/{name}") if "/" in name else name in file_names()


@cache
def file_names() -> set[str]:
    return {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")}


@cache
def constants() -> set[str]:
    """Return the names of settings, environment variables and constants, in capitals."""
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    sources += ROOT.glob("docker-compose*.yml")
    return {name for source in sources for name in SETTING.findall(source.read_text("utf-8"))}


def is_route(path: str) -> bool:
    """Tell whether Django serves a path; `{name}` and `$NAME` stand for any value."""
    path = PLACEHOLDER.sub("0197f1c4-7a52-7c3e-9b60-2f8f5f6f3c11", path)
    for candidate in (path, f"{path}/"):
        try:
            resolve(candidate)
        except Resolver404:
            continue
        return True
    return False


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.mark.parametrize("path", documents(), ids=str)
def test_a_document_names_only_what_exists(path: Path) -> None:
    document = ROOT / path
    assert wrong_names(document.read_text("utf-8"), document.parent) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_name_only_what_exists(package: str) -> None:
    wrong = {place: wrong_names(text) for place, text in docstrings(package)}
    assert {place: names for place, names in wrong.items() if names} == {}


@pytest.mark.parametrize("path", documents(), ids=str)
def test_a_document_names_only_settings_and_constants_that_exist(path: Path) -> None:
    spans = {span.strip("`") for span in CODE.findall((ROOT / path).read_text("utf-8"))}
    assert {span for span in spans if SETTING.fullmatch(span)} - constants() == set()


@pytest.mark.parametrize("path", documents(), ids=str)
def test_a_document_names_only_tests_that_exist(path: Path) -> None:
    named = TEST.findall((ROOT / path).read_text("utf-8"))
    sources = {file: (ROOT / file).read_text("utf-8") for file, _ in named}
    assert [name for file, name in named if f"def {name}(" not in sources[file]] == []


def test_the_operations_page_lists_only_events_that_are_logged() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    rows = page.partition("| event | meaning |")[2].partition("\n\n")[0]
    events = re.findall(
        r"`(\w+_\w+)`", "\n".join(row.split("|")[1] for row in rows.split("\n")[2:])
    )
    sources = [path for package in PRODUCT for path in (ROOT / package).rglob("*.py")]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    assert events
    assert [event for event in events if f'"{event}"' not in code] == []


@pytest.mark.parametrize(
    "text",
    [
        "`catalog.tasks.no_such_task`",
        "`catalog/no_such_module.py`",
        "[a page](no-such-page.md)",
        "`python manage.py no_such_command`",
        "```bash\nmake no-such-target\n```",
        "`GET /api/v1/no-such-route/`",
    ],
)
def test_finds_a_wrong_name(text: str) -> None:
    assert wrong_names(text)
