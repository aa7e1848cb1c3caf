"""Refresh the affinity of all shops in this process; print the seconds and the peak of its memory.

`python -m benchmarks.affinity_process`: a worker of the default queue, without torch. Memory is in
MB.
"""

import json
import time
from datetime import timedelta

import django

from benchmarks.process_memory import read_memory


def main() -> None:
    django.setup()
    from django.utils import timezone

    from recommendations.affinity.refresh import refresh_all  # needs Django

    began = time.perf_counter()
    changed = refresh_all(up_to=timezone.now() + timedelta(seconds=1))
    seconds = time.perf_counter() - began
    print(json.dumps({"changed": changed, "seconds": seconds, "megabytes": read_memory("VmHWM")}))


if __name__ == "__main__":
    main()
