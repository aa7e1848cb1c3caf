"""Check that the web process of this container responds; exit with 0 if it does."""

import http.client
import os
import sys

TIMEOUT_SECONDS = 3


def is_alive() -> bool:
    # Production refuses requests for other hosts.
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*")
    server = http.client.HTTPConnection("127.0.0.1", 8000, timeout=TIMEOUT_SECONDS)
    try:
        server.request("GET", "/health/live", headers={"Host": host or "localhost"})
        return server.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(not is_alive())
