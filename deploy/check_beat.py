"""Say by the exit status whether beat of this container still looks at its schedule."""

import os
import sys
import time
from pathlib import Path

# `core.beat` touches the file every 5 minutes at the latest.
LONGEST_SILENCE_SECONDS = 600


def is_alive() -> bool:
    sign = Path(f"{os.environ['BEAT_SCHEDULE_FILE']}.alive")
    return sign.exists() and time.time() - sign.stat().st_mtime < LONGEST_SILENCE_SECONDS


if __name__ == "__main__":
    sys.exit(not is_alive())
