"""Beat's scheduler, with a sign of life: a health check can tell when it hangs."""

from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler


class WatchedScheduler(PersistentScheduler):
    """Touches `<schedule file>.alive` at every look at the schedule, 5 minutes apart at most."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        Path(f"{self.schedule_filename}.alive").touch()  # type: ignore[attr-defined]
        wait: float = super().tick(*args, **kwargs)
        return wait
