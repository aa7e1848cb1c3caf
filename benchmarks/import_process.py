"""Run all waiting imports in this process; print the seconds and the peak of memory in MB.

`python -m benchmarks.import_process`: a worker of the default queue, without torch.
"""

import json
import time

import django

from benchmarks.process_memory import read_memory


def main() -> None:
    django.setup()
    from catalog.imports.jobs import import_waiting  # needs Django

    began = time.perf_counter()
    import_waiting()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "megabytes": read_memory("VmHWM")}))


if __name__ == "__main__":
    main()
