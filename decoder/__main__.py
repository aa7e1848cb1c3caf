"""`python -m decoder FD`: fork processes that decode photos.

A message on the socket FD has another socket, for the requests of a new process. When that process
has ended, its status is the last message there. This process decodes nothing itself, and ends when
its client does.
"""

import gc
import os
import select
import signal
import socket
import sys

from decoder import job
from decoder.messages import ENDED


class Server:
    """Forks processes, and reports how each of them ended."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._links: dict[int, socket.socket] = {}
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self._wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Fork processes until the client closes its socket; then end all of them."""
        while True:
            requests = self._requests.fileno()
            ready, _, _ = select.select([requests, self._wake], [], [])
            if self._wake in ready:
                self._report_ended()
            if requests in ready and not self._accept():
                break
        for pid in self._links:
            os.kill(pid, signal.SIGKILL)

    def _accept(self) -> bool:
        data, files, _, _ = socket.recv_fds(self._requests, 1, 1)
        if not data:
            return False
        link = socket.socket(fileno=files[0])
        pid = os.fork()
        if pid == 0:
            self._run(link)
        self._links[pid] = link
        return True

    def _run(self, link: socket.socket) -> None:
        """Answer requests in the new process, and end it."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for other in (self._requests, *self._links.values()):
                other.close()
            job.answer(link)
            code = 0
        except (BrokenPipeError, ConnectionResetError):
            code = 0  # the client has left
        finally:
            os._exit(code)

    def _report_ended(self) -> None:
        os.read(self._wake, 4_096)
        while self._links:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._links.pop(pid) as link:
                try:
                    link.send(ENDED + str(os.waitstatus_to_exitcode(status)).encode())
                except OSError:
                    continue  # the client has left


def main() -> None:
    # The client decides when this process ends; a stop signal for its group must not.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    requests = socket.socket(fileno=int(sys.argv[1]))
    job.warm()
    gc.collect()
    gc.freeze()
    Server(requests).serve()


if __name__ == "__main__":
    main()
