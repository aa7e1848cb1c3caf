"""The scheduler of Celery beat, with a heartbeat file for a health check."""

from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler


class HeartbeatScheduler(PersistentScheduler):
    """Touches `<schedule file>.alive` whenever it reads the schedule, at least every 5 minutes."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        Path(f"{self.schedule_filename}.alive").touch()  # type: ignore[attr-defined]
        wait: float = super().tick(*args, **kwargs)
        return wait
