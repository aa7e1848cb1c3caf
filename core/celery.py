"""The Celery application. A task is only a wake-up: the work is a row in Postgres."""

import os
import sys
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
from core.log_context import enter_task, leave_task, send_log_context

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


before_task_publish.connect(send_log_context)
task_prerun.connect(enter_task)
task_postrun.connect(leave_task)


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
