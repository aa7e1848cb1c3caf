"""The web process never imports torch, which costs gigabytes and half a minute."""

import subprocess
import sys
from pathlib import Path

# Everything the web process runs: the application, and every view with its dependencies.
PROGRAM = """
import sys
import core.asgi
from django.urls import get_resolver

def touch(resolver):
    for pattern in resolver.url_patterns:
        touch(pattern) if hasattr(pattern, "url_patterns") else pattern.callback
    return resolver

touch(get_resolver())
import catalog.tasks, catalog.search.candidates, catalog.indexing.indexes
import recommendations.tasks, tenants.sweeps
import core.ml.vector_store, core.api.problems, core.web.views, core.web.load_limits
from drf_spectacular.generators import SchemaGenerator
SchemaGenerator().get_schema(public=True)
heavy = {"torch", "transformers", "tokenizers", "safetensors"}
print(" ".join(sorted(heavy & {name.partition(".")[0] for name in sys.modules})))
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_web_process_imports_no_torch():
    assert run(PROGRAM) == ""


def test_the_check_detects_torch():
    assert "torch" in run("import core.asgi, torch\n" + PROGRAM)
