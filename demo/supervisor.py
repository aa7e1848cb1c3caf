"""Start, restart and stop child processes, which never outlive this process."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

STOP_TIMEOUT_SECONDS = 15
CHECK_SECONDS = 1.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """A process to start, and a check that it is ready.

    `user` is another user to run it as; only root can do that. `stop_signal` ends it.
    """

    name: str
    command: list[str]
    is_ready: Callable[[], bool] = lambda: True
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM


class NotReady(RuntimeError):
    """A process ended or did not respond in time; the message names its log."""


class Supervisor:
    """Starts programs, restarts those that end, and stops all of them.

    A file contains their pids, so that the next run can end the processes of a killed one; on Linux
    the kernel ends them immediately.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._pids = folder / "pids.json"
        self._running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}
        self._is_stopping = threading.Event()
        self._lock = threading.Lock()
        self._end_old_processes()

    def start(self, program: Program) -> None:
        """Start a program; its output goes to `<folder>/<name>.log`."""
        with self._lock:
            self._running[program.name] = (program, self._spawn(program))
            self._write_pids()

    def wait_until_ready(self, name: str, *, timeout: float = 180) -> None:
        """Wait until a started program is ready; raise `NotReady` if it ends or takes too long."""
        program, process = self._running[name]
        deadline = time.monotonic() + timeout
        while not program.is_ready():
            if process.poll() is not None:
                raise NotReady(f"{name} ended with {process.returncode}; see {self.log(name)}")
            if time.monotonic() > deadline:
                raise NotReady(f"{name} did not respond in {timeout:.0f} s; see {self.log(name)}")
            time.sleep(0.05)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def pid(self, name: str) -> int:
        return self._running[name][1].pid

    def program(self, name: str) -> Program:
        """Return a running program, to start it again later."""
        return self._running[name][0]

    def suspend(self, *names: str) -> None:
        """Let programs do nothing until `resume`; they do not end."""
        for name in names:
            os.kill(self.pid(name), signal.SIGSTOP)

    def resume(self, *names: str) -> None:
        for name in names:
            os.kill(self.pid(name), signal.SIGCONT)

    def watch(self, report: Callable[[str], None]) -> None:
        """Restart programs that end, until `stop` is called; call `report` for every restart."""
        while not self._is_stopping.wait(CHECK_SECONDS):
            with self._lock:
                for name, (program, process) in list(self._running.items()):
                    if process.poll() is not None and not self._is_stopping.is_set():
                        report(f"{name} ended with {process.returncode}; starting it again")
                        self._running[name] = (program, self._spawn(program))
                self._write_pids()

    def stop(self, *names: str) -> None:
        """Stop the named programs, or all of them; the last started first."""
        if not names:
            self._is_stopping.set()
        with self._lock:
            chosen = [name for name in reversed(self._running) if not names or name in names]
            ending = [self._running.pop(name) for name in chosen]
            for program, process in ending:
                if process.poll() is None:
                    process.send_signal(program.stop_signal)
                _wait_or_kill(process)
            self._write_pids()

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        with self.log(program.name).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own commands
                program.command,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=program.user,
                extra_groups=[] if program.user else None,
                # A session of their own: Ctrl-C reaches only us, and we stop them in order.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    def _write_pids(self) -> None:
        pids = {}
        for name, (_, process) in self._running.items():
            try:
                pids[name] = [process.pid, psutil.Process(process.pid).create_time()]
            except psutil.NoSuchProcess:
                continue
        self._pids.write_text(json.dumps(pids))

    def _end_old_processes(self) -> None:
        """End the processes of an earlier run, identified by pid and start time."""
        if not self._pids.exists():
            return
        for pid, started_at in json.loads(self._pids.read_text() or "{}").values():
            try:
                process = psutil.Process(pid)
                if abs(process.create_time() - started_at) < 0.01:
                    process.terminate()
                    process.wait(STOP_TIMEOUT_SECONDS)
            except psutil.NoSuchProcess:
                continue
            except psutil.TimeoutExpired:
                process.kill()


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """Make the kernel end this child when its parent ends for any reason."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
