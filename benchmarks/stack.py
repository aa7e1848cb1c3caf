"""The running product, with its own servers and data in `.atelier/bench`."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import psutil
import psycopg

from demo import processes
from demo.services import free_port, start_services
from demo.supervisor import Supervisor

FOLDER = processes.BASE / ".atelier" / "bench"
DATABASE = "bench"
# Below this share of one core for a second, programs count as idle.
IDLE_SHARE, POLL_SECONDS = 0.05, 1.0
IDLE_TIMEOUT_SECONDS = 60.0


class Stack:
    """PostgreSQL, Redis and Chroma, and on top of them web and worker with a chosen encoder."""

    def __init__(self) -> None:
        self.supervisor = Supervisor(FOLDER)
        self.port = free_port()

    def __enter__(self) -> Self:
        self._delete_data()
        try:
            addresses = start_services(self.supervisor, FOLDER)
            os.environ.update(addresses.environment())
            _recreate_database(addresses.database_owner_url)
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
                os.environ[name] = os.environ[name].rpartition("/")[0] + f"/{DATABASE}"
            os.environ["MEDIA_ROOT"] = str(FOLDER / "media")
            # One shop makes all the traffic; every request is still counted.
            os.environ["RATE_LIMIT_SHOP"] = str(10**9)
            processes.manage({}, "migrate", "--verbosity=0")
        except BaseException:
            self.supervisor.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.supervisor.stop()
        self._delete_data()

    @contextmanager
    def serving(self, environment: Mapping[str, str]) -> Iterator[None]:
        """Run web and worker with these settings."""
        try:
            for program in (processes.web(self.port, environment), processes.worker(environment)):
                self.supervisor.start(program)
                self.supervisor.wait_until_ready(program.name)
            yield
        finally:
            self.supervisor.stop("web", "worker")

    @contextmanager
    def worker_paused(self) -> Iterator[None]:
        """Pause the worker's process, so that jobs wait for it."""
        self.supervisor.suspend("worker")
        try:
            yield
        finally:
            self.supervisor.resume("worker")

    def wait_until_idle(self, *names: str) -> None:
        """Wait until programs finish their other work, which would disturb a measurement.

        Says so if they do not finish in time.
        """
        deadline = time.monotonic() + IDLE_TIMEOUT_SECONDS
        is_idle = False
        while not is_idle and time.monotonic() < deadline:
            before = self._seconds(names)
            time.sleep(POLL_SECONDS)
            is_idle = self._seconds(names) - before < IDLE_SHARE * POLL_SECONDS
        if not is_idle:
            print(f"  Still busy with other work: {', '.join(names)}", flush=True)

    def resident_megabytes(self, name: str) -> float:
        """Return the resident memory of a program and its children."""
        return sum(member.memory_info().rss for member in self._family(name)) / 1e6

    def _seconds(self, names: Iterable[str]) -> float:
        """Return the processor time of programs and their children."""
        family = [member.cpu_times() for name in names for member in self._family(name)]
        return sum(times.user + times.system for times in family)

    def _family(self, name: str) -> list[psutil.Process]:
        process = psutil.Process(self.supervisor.pid(name))
        return [process, *process.children(recursive=True)]

    def _delete_data(self) -> None:
        for name in ("media", "redis", "chroma"):
            shutil.rmtree(FOLDER / name, ignore_errors=True)


def wait_for(
    what: str, is_done: Callable[[], bool], *, seconds: float = 120, every: float = 0.02
) -> None:
    """Wait until a condition holds; raise `TimeoutError` with `what` did not happen."""
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen in {seconds:.0f} s.")
        time.sleep(every)


def vacuum() -> None:
    """Vacuum and analyse as the tables' owner, as autovacuum would within a minute."""
    from django.db import connection  # after `django.setup`

    database: Any = connection
    with database.open_as_owner() as owner, owner.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _recreate_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
