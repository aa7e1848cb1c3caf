"""`python -m benchmarks.structure [FOLDER]`: figures of how the code is arranged.

Reads a checkout as text and imports nothing of it. Product code is every Python file outside of
tests, migrations and the packages that the product does not import (`OFFLINE`).
"""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grimp
from rich.console import Console
from rich.table import Table

PRODUCT = (
    "decoder",
    "core",
    "tenants",
    "catalog",
    "recommendations",
    "quality",
    "stylist",
    "agents",
)
OFFLINE = ("demo", "training", "evaluation", "benchmarks")
SHORT_FUNCTION_LINES = 20
# Nested in a model or a command, these names say what they say in Django everywhere.
DJANGO_NAMES = {"Command", "Kind", "Meta", "Reason", "Role", "Source", "State", "Status"}
QUESTION_WORDS = ("What", "Which", "How", "Who", "Whom", "Where", "Whether")
PARTICIPLE = re.compile(r"[a-z]*(?:ed|ing|own|ept|old)$")
# Nouns of the field that only look like participles.
NOUNS = frozenset(
    [
        "batching",
        "drawing",
        "embed",
        "feed",
        "feedback",
        "framing",
        "grounding",
        "indexing",
        "phrasing",
        "preprocessing",
        "ranking",
        "sampling",
        "scoring",
        "seed",
        "smoothing",
        "steering",
        "streaming",
        "tagging",
        "testing",
        "threshold",
        "throttling",
        "training",
        "understanding",
    ]
)


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file: its path in the checkout, its lines, and its syntax tree."""

    path: Path
    lines: int
    tree: ast.Module

    @property
    def is_test(self) -> bool:
        return "tests" in self.path.parts or self.path.name == "conftest.py"

    @property
    def is_product(self) -> bool:
        return self.path.parts[0] in PRODUCT and not self.is_test and not self.is_migration

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.path.parts


def read_modules(root: Path) -> list[Module]:
    """Return the Python files that git tracks below `root`."""
    listing = subprocess.run(
        ["git", "ls-files", "*.py"],  # noqa: S607
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = []
    for name in listing.stdout.split():
        if (root / name).exists():
            source = (root / name).read_text("utf-8")
            modules.append(Module(Path(name), source.count("\n"), ast.parse(source)))
    return modules


def product_of(modules: list[Module]) -> list[Module]:
    """Narrow to product code."""
    return [module for module in modules if module.is_product]


def fullest_folder(modules: list[Module]) -> tuple[Path, int]:
    """Return the folder with the most modules, and their number, without `__init__`."""
    folders = Counter(
        module.path.parent
        for module in modules
        if module.path.name != "__init__.py" and not module.is_test and not module.is_migration
    )
    return folders.most_common(1)[0]


def repeated_class_names(modules: list[Module]) -> dict[str, list[Path]]:
    """Return class names of the product that are defined in more than one module."""
    found: defaultdict[str, set[Path]] = defaultdict(set)
    for module in product_of(modules):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and node.name not in DJANGO_NAMES:
                found[node.name].add(module.path)
    return {name: sorted(paths) for name, paths in sorted(found.items()) if len(paths) > 1}


def question_docstrings(modules: list[Module]) -> list[Path]:
    """Return product modules whose docstring begins with a question word."""
    return [
        module.path
        for module in product_of(modules)
        if (ast.get_docstring(module.tree) or "").startswith(QUESTION_WORDS)
    ]


def participle_names(modules: list[Module]) -> list[Path]:
    """Return modules whose last word looks like a participle."""
    return [
        module.path
        for module in modules
        if not module.is_migration
        and PARTICIPLE.fullmatch(word := module.path.stem.rpartition("_")[2])
        and word not in NOUNS
        and not module.is_test
    ]


def import_cycles(packages: tuple[str, ...]) -> list[set[str]]:
    """Return groups of modules outside of tests that import each other, also within functions."""
    graph = grimp.build_graph(*packages)
    for module in [name for name in graph.modules if ".tests" in name]:
        graph.remove_module(module)
    upstream = {name: graph.find_upstream_modules(name) for name in graph.modules}
    groups = {
        frozenset({name, *(other for other in above if name in upstream[other])})
        for name, above in upstream.items()
    }
    return [set(group) for group in groups if len(group) > 1]


def share_of_short_functions(modules: list[Module]) -> float:
    """Return the share of the product's functions of at most 20 lines, in [0, 1]."""
    lengths = [end - start + 1 for start, end in _functions(product_of(modules))]
    return sum(length <= SHORT_FUNCTION_LINES for length in lengths) / len(lengths)


def _functions(modules: list[Module]) -> Iterator[tuple[int, int]]:
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.lineno, node.end_lineno or node.lineno


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    sys.path.insert(0, str(root))
    modules = read_modules(root)
    product = product_of(modules)
    product_lines = sum(module.lines for module in product)
    test_lines = sum(module.lines for module in modules if module.is_test)
    sources = [(root / module.path).read_text("utf-8") for module in product]
    folder, count = fullest_folder(modules)
    packages = tuple(
        name for name in (*PRODUCT, *OFFLINE) if (root / name / "__init__.py").exists()
    )
    table = Table("figure", "value", title=str(root))
    for name, value in (
        ("import cycles", len(import_cycles(packages))),
        (f"modules in the fullest folder ({folder})", count),
        ("product code, lines", f"{product_lines:,}"),
        ("test code, lines", f"{test_lines:,}"),
        ("tests ÷ product code", f"{test_lines / product_lines:.2f}"),
        ("class names defined more than once in the product", len(repeated_class_names(modules))),
        ("module docstrings that begin with a question word", len(question_docstrings(modules))),
        ("modules named by a participle", len(participle_names(modules))),
        ("functions of at most 20 lines", f"{share_of_short_functions(modules):.1%}"),
        ("`# fmt: skip` in the product", sum(source.count("# fmt: skip") for source in sources)),
        ("`Any` in the product", sum(len(re.findall(r"\bAny\b", text)) for text in sources)),
    ):
        table.add_row(name, str(value))
    Console().print(table)


if __name__ == "__main__":
    main()
