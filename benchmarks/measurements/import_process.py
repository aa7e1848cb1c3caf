"""Run all waiting imports in this process; print the seconds and the peak of memory in MB.

`python -m benchmarks.measurements.import_process`: a worker of the default queue, without torch.
"""

import json
import re
import time
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from catalog.imports.jobs import import_waiting  # needs Django

    began = time.perf_counter()
    import_waiting()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "megabytes": read_peak()}))


def read_peak() -> float:
    """Return the most memory that this program has had, in MB.

    Not `getrusage`, which counts the process that started this one before it became this program.
    """
    status = Path("/proc/self/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("The system does not say how much memory a process has had.")
    return int(found[1]) / 1024


if __name__ == "__main__":
    main()
