"""The Celery application. A task is only a wake-up: the work is a row in Postgres."""

import os
import sys
import time
from typing import Any

import structlog
from celery import Celery
from celery.signals import (
    before_task_publish,
    celeryd_after_setup,
    import_modules,
    setup_logging,
    task_postrun,
    task_prerun,
)
from django.conf import settings

from core.errors import Unavailable
from core.log_context import current_log_context, enter_log_context, make_task_context

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

log = structlog.get_logger(__name__)

app = Celery("atelier")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="sweeps")

# Messages with these names may still be in Redis after an update; drop an entry one release later.
FORMER_TASK_NAMES = {
    "catalog.tasks.sweep_index": "catalog.sweeps.sweep_index",
    "catalog.tasks.audit_indexes": "catalog.sweeps.audit_indexes",
    "recommendations.tasks.roll_up_figures": "recommendations.sweeps.roll_up_figures",
    "recommendations.tasks.keep_top_prompts": "recommendations.sweeps.delete_rare_prompts",
    "quality.tasks.work_on_requests": "quality.tasks.run_interactive_jobs",
    "quality.tasks.work_in_bulk": "quality.tasks.run_bulk_jobs",
    "quality.tasks.judge_anew": "quality.tasks.judge_reports",
    "quality.tasks.sweep_quality": "quality.sweeps.sweep_quality",
    "quality.tasks.find_missing_reports": "quality.sweeps.request_missing_reports",
    "quality.tasks.purge_quality": "quality.sweeps.purge_old_jobs",
    "stylist.tasks.sweep_stylist": "stylist.sweeps.sweep_stylist",
    "stylist.tasks.find_untagged_images": "stylist.sweeps.request_missing_tags",
    "stylist.tasks.purge_stylist": "stylist.sweeps.purge_stylist",
    "tenants.tasks.purge_idempotency_records": "tenants.sweeps.purge_idempotency_records",
}

ENCODER_QUEUES = frozenset({"gpu", "gpu.interactive"})


@import_modules.connect
def close_flower(**_: Any) -> None:
    """Require a login of Flower, however it is started."""
    if "flower" in sys.argv[1:]:
        from core.flower import protect_flower  # Flower's web server, which others do without

        protect_flower()


@before_task_publish.connect
def send_log_context(headers: dict[str, Any], **_: Any) -> None:
    """Add what the work was started by to a task's message."""
    headers["log_context"] = current_log_context().inherited()


@task_prerun.connect
def enter_task(task_id: str, task: Any, **_: Any) -> None:
    """Name the task and its cause in the lines that it logs."""
    enter_log_context(make_task_context(task.name, task_id, task.request.get("log_context")))
    task.request.started_at = time.perf_counter()


@task_postrun.connect
def leave_task(task: Any, state: str | None = None, **_: Any) -> None:
    """Log a line for every task that ran."""
    seconds = time.perf_counter() - task.request.started_at
    log.info("task_finished", state=state, ms=round(seconds * 1000, 1))
    enter_log_context(None)


@setup_logging.connect
def use_django_logging(**_: Any) -> None:
    """Do nothing: a receiver prevents Celery from replacing the logging configuration."""


@celeryd_after_setup.connect
def accept_former_task_names(instance: Any, **_: Any) -> None:
    """Register renamed tasks under their former names as well."""
    tasks = instance.app.tasks
    tasks.update({former: tasks[name] for former, name in FORMER_TASK_NAMES.items()})


@celeryd_after_setup.connect
def load_encoder(instance: Any, **_: Any) -> None:
    """Load the model before any task runs: a first prompt would otherwise time out."""
    if ENCODER_QUEUES.isdisjoint(instance.app.amqp.queues.consume_from):
        return
    from core.ml.batching import get_batcher  # torch, which other workers do without

    try:
        get_batcher(settings.DEFAULT_ENCODER).encode_texts(["a first text, which is the slowest"])
    except Unavailable as error:
        # Each task tries again, and reports the error to its caller.
        log.warning("encoder_not_loaded", encoder=settings.DEFAULT_ENCODER, error=error.message)
