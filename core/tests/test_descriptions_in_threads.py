"""A new process describes its operations for several requests at once."""

import subprocess
import sys
from pathlib import Path

# With the first description drf-spectacular replaces the names of its extensions by classes.
DESCRIBE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django
django.setup()
from django.urls import resolve
from core.api.names import describe_operation

callback = resolve("/api/v1/recommendations/").func
sys.setswitchinterval(1e-6)
together = Barrier(8)

def describe(_):
    together.wait()
    return describe_operation(callback, "POST").has_body

with ThreadPoolExecutor(8) as pool:
    print(list(pool.map(describe, range(8))))
"""


def test_first_descriptions_may_be_made_at_once():
    found = subprocess.run(
        [sys.executable, "-c", DESCRIBE],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == str([True] * 8), found.stderr[-2000:]
