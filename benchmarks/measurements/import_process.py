"""Run all waiting imports in this process; print the seconds and the peak of memory in MB.

`python -m benchmarks.measurements.import_process`: a worker of the default queue, without torch.
"""

import json
import resource
import time

import django


def main() -> None:
    django.setup()
    from catalog.imports.jobs import import_waiting  # needs Django

    began = time.perf_counter()
    import_waiting()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak}))


if __name__ == "__main__":
    main()
