"""Event streams: heartbeats while there are no events, and an orderly end."""

import asyncio

import pytest

from core.api.streaming import HEARTBEAT, add_heartbeats

ended: list[str] = []


async def three_events(gate: asyncio.Event):
    try:
        yield b"1"
        await gate.wait()
        yield b"2"
        yield b"3"
    finally:
        ended.append("ended")


@pytest.fixture(autouse=True)
def _forget():
    ended.clear()


def test_events_pass_in_order_and_heartbeats_fill_the_pauses():
    async def run() -> list[bytes]:
        gate, received = asyncio.Event(), []
        async for event in add_heartbeats(three_events(gate), 0.01):
            received.append(event)
            # On a busy machine the first event may be late enough for a heartbeat before it.
            if received[-4:] == [b"1", HEARTBEAT, HEARTBEAT, HEARTBEAT]:
                gate.set()
        return received

    received = asyncio.run(run())
    assert [event for event in received if event != HEARTBEAT] == [b"1", b"2", b"3"]
    assert ended == ["ended"]


def test_events_end_when_the_client_leaves():
    async def run() -> None:
        stream = add_heartbeats(three_events(asyncio.Event()), 60)
        assert await anext(stream) == b"1"
        await stream.aclose()
        assert ended == ["ended"]

    asyncio.run(run())


def test_events_wait_for_a_slow_client():
    async def run() -> None:
        produced = []

        async def many():
            for number in range(100):
                produced.append(number)
                yield b"event"

        stream = add_heartbeats(many(), 60)
        assert await anext(stream) == b"event"
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(produced) <= 3
        await stream.aclose()

    asyncio.run(run())


def test_an_error_of_the_events_is_raised():
    async def run() -> None:
        async def broken():
            yield b"1"
            raise RuntimeError("broken")

        stream = add_heartbeats(broken(), 60)
        assert await anext(stream) == b"1"
        with pytest.raises(RuntimeError, match="broken"):
            await anext(stream)

    asyncio.run(run())
