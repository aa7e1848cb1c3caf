"""The whole product on one machine, over services of its own, for tests that need processes."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import httpx

from demo.processes import beat, manage, web, worker
from demo.services import HOST, Addresses, free_port, read_secret, start_services
from demo.supervisor import Supervisor

# In the order in which they use each other.
SWEEPING = ("beat", "worker", "web", "chroma")


class Stack:
    """PostgreSQL, Redis, Chroma, web, worker and beat; use as a context manager.

    The services belong to this stack alone, so a test may kill processes and delete data.
    Leases and sweeps are shorter than in production.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        """Delete `folder`; `environment` overrides settings of the processes."""
        shutil.rmtree(folder, ignore_errors=True)
        self.folder = folder
        self.supervisor = Supervisor(folder)
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.api_key = ""
        self._overrides = environment
        self.environment: dict[str, str] = {}
        self.addresses: Addresses

    def __enter__(self) -> Stack:
        try:
            self._start()
        except BaseException:
            self.supervisor.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()

    def _start(self) -> None:
        self.addresses = start_services(self.supervisor, self.folder, is_durable=False)
        self.environment = {
            **self.addresses.environment(),
            "SECRET_KEY": read_secret(self.folder / "secret.key"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "SITE_URL": self.url,
            "EMAIL_URL": f"filemail:///{self.folder.resolve() / 'mails'}",
            "BEAT_SCHEDULE_FILE": str(self.folder / "beat"),
            "SWEEP_SECONDS": "2",
            "INDEX_LEASE_SECONDS": "5",
            "QUALITY_LEASE_SECONDS": "5",
            **self._overrides,
        }
        self.manage("migrate", "--verbosity", "0")
        self.api_key = self.create_shop("Stack shop")
        for name in ("web", "worker", "beat"):
            self.start(name)
        self.supervisor.wait_until_ready("web")

    def start(self, name: str) -> None:
        """Start `web`, `worker` or `beat`."""
        programs = {
            "web": web(self.port, self.environment),
            "worker": worker(self.environment),
            "beat": beat(self.environment),
        }
        self.supervisor.start(programs[name])

    def suspend(self) -> None:
        """Let the processes that work by themselves do nothing until `resume`."""
        self.supervisor.suspend(*SWEEPING)

    def resume(self) -> None:
        self.supervisor.resume(*reversed(SWEEPING))

    def keep_alive(self) -> None:
        """Restart every process that ends from now on, as a process manager would."""
        threading.Thread(target=self.supervisor.watch, args=(print,), daemon=True).start()

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack; return its output."""
        return manage(self.environment, *arguments)

    def create_shop(self, name: str) -> str:
        """Create a shop; return its API key."""
        return self.manage("create_shop", name).strip()

    def client(self, api_key: str | None = None) -> httpx.Client:
        """Return a client of the public API; by default with the key of this stack's shop."""
        headers = {"Authorization": f"Api-Key {api_key or self.api_key}"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=30)
