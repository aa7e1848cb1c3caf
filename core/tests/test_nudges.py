"""A nudge that finds its work under way asks for another look, and nothing is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from kombu.exceptions import OperationalError

from core.nudges import Turn, nudge


def test_work_is_done_once_for_one_nudge():
    done = []
    Turn().take(lambda: done.append(1))
    assert done == [1]


def test_who_comes_meanwhile_returns_and_is_not_forgotten():
    turn, done = Turn(), []

    def work() -> None:
        done.append(1)
        if len(done) == 1:
            with ThreadPoolExecutor(2) as others:
                for _ in range(2):
                    others.submit(turn.take, work).result(timeout=10)

    turn.take(work)
    assert done == [1, 1], "two who came meanwhile are one more look"


def test_never_two_at_work():
    turn, busy, overlaps = Turn(), threading.Lock(), []

    def work() -> None:
        overlaps.append(not busy.acquire(blocking=False))
        if not overlaps[-1]:
            sum(range(10_000))  # long enough for another thread to come
            busy.release()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: turn.take(work), range(200)))
    assert overlaps and not any(overlaps)


def test_work_that_fails_gives_its_turn_back():
    turn, done = Turn(), []

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        turn.take(fail)
    turn.take(lambda: done.append(1))
    assert done == [1]


def test_queue_that_is_away_is_no_error():
    class Task:
        name = "a task"

        def apply_async(self, kwargs: dict[str, str]) -> None:
            raise OperationalError

    nudge(Task(), shop_id="1")
