"""The open connections of the web server: how many there are, and which of them gives way."""

import time
from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import Counter, Gauge

from core.api.throttling import client_network

OPEN = Gauge("atelier_connections", "Open connections.")
ENDED = Counter(
    "atelier_connections_ended", "Connections that the server refused or ended.", ["reason"]
)


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What one client, and all clients together, may ask of the server."""

    connections: int
    connections_per_client: int
    head_seconds: float
    head_bytes: int
    head_fields: int
    target_bytes: int
    pipelined: int
    # A client must take an answer in `send_seconds`, and a second more for every
    # `bytes_per_second` that it took.
    send_seconds: float
    bytes_per_second: float
    # All answers that wait for their clients.
    unsent_bytes: int


class OpenConnection(Protocol):
    """What `Connections` needs of a connection."""

    address: str

    def end(self, reason: str) -> None: ...
    def check(self, now: float) -> None: ...
    def unsent_bytes(self) -> int: ...


class Connections:
    """All connections of the process.

    A connection *waits* while it is the client's turn: to send a request or to take an answer. At a
    limit the connection that has waited longest gives way to the new one, so that clients who
    only hold connections cannot keep others out.
    """

    def __init__(self, limits: ConnectionLimits, *, proxies: Container[str]) -> None:
        """Proxies are not limited as one client, since they carry the requests of many."""
        self.limits = limits
        self.proxies = proxies
        self.open: set[OpenConnection] = set()
        self._by_client: defaultdict[str, set[OpenConnection]] = defaultdict(set)
        # In the order in which they began to wait, with the time.
        self._waiting: dict[OpenConnection, float] = {}
        # The bytes that were unsent when the client became slow.
        self._slow: dict[OpenConnection, int] = {}
        self._unsent = 0

    def add(self, connection: OpenConnection) -> bool:
        """Add a connection that waits; return false if there is no place and none gives way."""
        if not self._make_place(connection):
            return False
        self.open.add(connection)
        if connection.address not in self.proxies:
            self._by_client[client_network(connection.address)].add(connection)
        self.wait(connection)
        OPEN.set(len(self.open))
        return True

    def remove(self, connection: OpenConnection) -> None:
        self.open.discard(connection)
        self.work(connection)
        self.speed_up(connection)
        client = client_network(connection.address)
        if client in self._by_client:
            self._by_client[client].discard(connection)
            if not self._by_client[client]:
                del self._by_client[client]
        OPEN.set(len(self.open))

    def wait(self, connection: OpenConnection) -> None:
        """Note that it is the client's turn."""
        self._waiting.setdefault(connection, time.monotonic())

    def work(self, connection: OpenConnection) -> None:
        """Note that it is the server's turn."""
        self._waiting.pop(connection, None)

    def slow_down(self, connection: OpenConnection) -> None:
        """Note that a client takes an answer slowly; end the slowest if too much is unsent."""
        self.speed_up(connection)
        self._slow[connection] = connection.unsent_bytes()
        self._unsent += self._slow[connection]
        while self._unsent > self.limits.unsent_bytes:
            next(iter(self._slow)).end("unsent_bytes")

    def speed_up(self, connection: OpenConnection) -> None:
        """Note that the client has taken the answer."""
        self._unsent -= self._slow.pop(connection, 0)

    async def check_all(self) -> None:
        """End connections whose time is over; call it every second."""
        now = time.monotonic()
        for connection in list(self.open):
            connection.check(now)

    def _make_place(self, newcomer: OpenConnection) -> bool:
        client = client_network(newcomer.address)
        if len(self._by_client.get(client, ())) >= self.limits.connections_per_client:
            waiting = [each for each in self._by_client[client] if each in self._waiting]
            if not waiting:
                return False
            min(waiting, key=self._waiting.__getitem__).end("connections_per_client")
        if len(self.open) >= self.limits.connections:
            if not self._waiting:
                return False
            next(iter(self._waiting)).end("connections")
        return True
