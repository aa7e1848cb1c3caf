"""One at a time does the work that nudges tell of, and what nobody waits for is done nicely."""

import os
import threading

import pytest
from kombu.exceptions import OperationalError

from core.jobs.wakeups import NICENESS, Turn, nudge, run_nicely


class Task:
    """A task whose queue is away."""

    name = "a task"

    def apply_async(self, **_: object) -> None:
        raise OperationalError("away")


def test_nudge_that_cannot_be_sent_is_no_loss():
    nudge(Task(), shop_id="x")


def test_whoever_comes_while_one_is_at_work_makes_it_look_once_more():
    turn, looks = Turn(), []

    def work() -> None:
        looks.append(threading.current_thread())
        if len(looks) == 1:
            others = [threading.Thread(target=turn.take, args=(work,)) for _ in range(3)]
            for other in others:
                other.start()
            for other in others:
                other.join()

    turn.take(work)
    assert looks == [threading.current_thread()] * 2


def test_next_one_has_its_turn_after_a_failure():
    turn, looks = Turn(), []

    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        turn.take(fail)
    turn.take(lambda: looks.append("looked"))
    assert looks == ["looked"]


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.django_db
def test_only_what_nobody_waits_for_is_nice():
    before, seen = niceness(), []
    run_nicely(lambda: seen.append(niceness()))
    assert seen == [max(before, NICENESS)] and niceness() == before


@pytest.mark.django_db
def test_failure_of_nice_work_is_told():
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run_nicely(fail)
