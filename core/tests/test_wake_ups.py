"""Wake-ups are sent by name, and their work runs once at a time or at low priority."""

import os
import threading

import pytest
from kombu.exceptions import OperationalError

from core.celery import FORMER_TASK_NAMES, accept_former_task_names, app
from core.jobs.queues import wake
from core.jobs.runner import NICENESS, SingleFlight, run_at_low_priority


def test_ignores_that_a_wake_up_cannot_be_sent(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("down")

    monkeypatch.setattr("celery.app.base.Celery.send_task", fail)
    wake("a task", shop_id="x")


def test_call_during_a_run_asks_for_one_more_run():
    flight, runs = SingleFlight(), []

    def work() -> None:
        runs.append(threading.current_thread())
        if len(runs) == 1:
            others = [threading.Thread(target=flight.run, args=(work,)) for _ in range(3)]
            for other in others:
                other.start()
            for other in others:
                other.join()

    flight.run(work)
    assert runs == [threading.current_thread()] * 2


def test_can_run_again_after_a_failure():
    flight, runs = SingleFlight(), []

    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        flight.run(fail)
    flight.run(lambda: runs.append("ran"))
    assert runs == ["ran"]


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.django_db
def test_lowers_the_priority_of_one_thread_only():
    before, seen = niceness(), []
    run_at_low_priority(lambda: seen.append(niceness()))
    assert seen == [max(before, NICENESS)] and niceness() == before


@pytest.mark.django_db
def test_raises_the_failure_of_work_at_low_priority():
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run_at_low_priority(fail)


class Worker:
    """What Celery gives to receivers of `celeryd_after_setup`."""

    app = app


def test_every_former_task_name_is_a_task_of_today():
    app.loader.import_default_modules()
    accept_former_task_names(Worker())
    for former, name in FORMER_TASK_NAMES.items():
        assert app.tasks[former] is app.tasks[name]
        del app.tasks[former]
