"""The queues of jobs on photos."""

from catalog.models.image import ImageQueue
from core.jobs.queues import Queue
from quality.models import Comparison, Enhancement, Report

# A client waits for these.
INTERACTIVE = "quality.tasks.run_interactive_jobs"
COMPARISONS = Queue(Comparison, INTERACTIVE)
ENHANCEMENTS = Queue(Enhancement, INTERACTIVE, "state = 'pending' AND batch_id IS NULL")

# Nobody waits for these.
BULK = "quality.tasks.run_bulk_jobs"
REPORTS = ImageQueue(Report, BULK)
BATCH_ENHANCEMENTS = Queue(Enhancement, BULK, "state = 'pending' AND batch_id IS NOT NULL")

# Judges the reports of one shop again, which have no queue.
JUDGE = "quality.tasks.judge_reports"
