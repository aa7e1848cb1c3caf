"""Check that beat of this container still reads its schedule; exit with 0 if it does."""

import os
import sys
import time
from pathlib import Path

# `core.beat` touches the file at least every 5 minutes.
HEARTBEAT_TIMEOUT_SECONDS = 600


def is_alive() -> bool:
    heartbeat = Path(f"{os.environ['BEAT_SCHEDULE_FILE']}.alive")
    return (
        heartbeat.exists() and time.time() - heartbeat.stat().st_mtime < HEARTBEAT_TIMEOUT_SECONDS
    )


if __name__ == "__main__":
    sys.exit(not is_alive())
