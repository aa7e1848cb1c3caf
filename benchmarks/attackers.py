"""Clients that hold on to a web server: `python -m benchmarks.attackers PORT COUNT KEY PATH`.

They run in a process of their own, so that they cost the measuring client nothing. PATH is where a
message with an event stream as its answer is sent.
"""

import asyncio
import itertools
import socket
import sys
from collections.abc import Awaitable, Callable

SECONDS_BETWEEN_BYTES = 1.0
RECONNECT_SECONDS = 0.2
RECEIVE_BUFFER = 4096
PIPELINED = 17
LARGE_FILE = "/static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
HOST = "Host: localhost\r\n"

Attack = Callable[[socket.socket], Awaitable[None]]


async def trickle(connection: socket.socket, data: bytes) -> None:
    """Send a byte a second until the server ends the connection."""
    loop = asyncio.get_running_loop()
    for byte in data:
        await loop.sock_sendall(connection, bytes([byte]))
        await asyncio.sleep(SECONDS_BETWEEN_BYTES)
    await wait_for_end(connection, every=0)


async def wait_for_end(connection: socket.socket, *, every: float) -> None:
    """Read a byte at a time until the server ends the connection."""
    while await asyncio.get_running_loop().sock_recv(connection, 1):
        await asyncio.sleep(every)


async def send_head_slowly(connection: socket.socket) -> None:
    await trickle(connection, f"GET / HTTP/1.1\r\n{HOST}X: {'x' * 10_000}".encode())


async def send_body_slowly(connection: socket.socket) -> None:
    head = f"POST /api/v1/recommendations/ HTTP/1.1\r\n{HOST}Content-Length: 1000000\r\n\r\n"
    await asyncio.get_running_loop().sock_sendall(connection, head.encode())
    await trickle(connection, b"x" * 10_000)


async def send_nothing(connection: socket.socket) -> None:
    await wait_for_end(connection, every=0)


async def read_nothing(connection: socket.socket) -> None:
    """Ask for a large file many times; look only now and then whether the server has left."""
    wanted = f"GET {LARGE_FILE} HTTP/1.1\r\n{HOST}\r\n" * PIPELINED
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connection, wanted.encode())
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_BYTES)
        await loop.sock_sendall(connection, b"\r\n")  # fails once the server has left


def read_events_slowly(key: str, path: str) -> Attack:
    body = '{"text": "What goes with my navy jeans?"}'
    wanted = (
        f"POST {path} HTTP/1.1\r\n{HOST}Authorization: Api-Key {key}\r\n"
        "Accept: text/event-stream\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )

    async def attack(connection: socket.socket) -> None:
        await asyncio.get_running_loop().sock_sendall(connection, wanted.encode())
        await wait_for_end(connection, every=SECONDS_BETWEEN_BYTES)

    return attack


async def attack_again_and_again(port: int, address: str, attack: Attack) -> None:
    while True:
        with socket.socket() as connection:
            connection.setblocking(False)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            connection.bind((address, 0))
            try:
                await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
                await attack(connection)
            except OSError:
                pass  # the server has left
        await asyncio.sleep(RECONNECT_SECONDS)


async def main(port: int, count: int, key: str, path: str) -> None:
    """Attack in all ways, from one address and from many."""
    events = read_events_slowly(key, path)
    attacks = (send_head_slowly, send_body_slowly, send_nothing, read_nothing, events)
    await asyncio.gather(
        *(
            attack_again_and_again(port, f"127.0.{1 + number // 200}.{1 + number % 200}", attack)
            if number % 2
            else attack_again_and_again(port, "127.0.0.1", attack)
            for number, attack in zip(range(count), itertools.cycle(attacks), strict=False)
        )
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
