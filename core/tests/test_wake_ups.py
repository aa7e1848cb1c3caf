"""Wake-ups are sent by name, and their work runs once at a time or at low priority."""

import os
import threading

import pytest
from django.conf import settings
from kombu.exceptions import OperationalError

from core.celery import FORMER_TASK_NAMES, accept_former_task_names, app
from core.jobs.queues import SingleFlight, wake
from core.jobs.runner import NICENESS, run_at_low_priority


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


# Of the release before this one; a process that still runs it may send any of them.
LAST_RELEASE = (
    "catalog.tasks.audit_index",
    "catalog.tasks.audit_indexes",
    "catalog.tasks.index_images",
    "catalog.tasks.repair_index",
    "catalog.tasks.sweep_index",
    "quality.tasks.assess_photo",
    "quality.tasks.find_missing_reports",
    "quality.tasks.judge_anew",
    "quality.tasks.purge_quality",
    "quality.tasks.sweep_quality",
    "quality.tasks.work_in_bulk",
    "quality.tasks.work_on_requests",
    "recommendations.tasks.encode_query",
    "recommendations.tasks.keep_top_prompts",
    "recommendations.tasks.roll_up_figures",
    "stylist.tasks.find_untagged_images",
    "stylist.tasks.purge_stylist",
    "stylist.tasks.sweep_stylist",
    "stylist.tasks.tag_images",
    "stylist.tasks.tag_wardrobes",
    "tenants.tasks.purge_idempotency_records",
)


def test_accepts_every_task_name_of_the_last_release():
    app.loader.import_default_modules()
    accept_former_task_names(Worker())
    assert [name for name in LAST_RELEASE if name not in app.tasks] == []
    for former, name in FORMER_TASK_NAMES.items():
        assert app.tasks.pop(former) is app.tasks[name]


def test_sends_periodic_tasks_that_exist():
    app.loader.import_default_modules()
    periodic = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert periodic | set(settings.CELERY_TASK_ROUTES) <= set(app.tasks)
