"""The work on photos that waits in Postgres."""

from core.jobs.claims import Queue

REPORTS = Queue("quality_report", waiting="state = 'pending'")
COMPARISONS = Queue("quality_comparison", waiting="state = 'pending'")
ENHANCEMENTS = Queue("quality_enhancement", waiting="state = 'pending' AND batch_id IS NULL")
BATCHED = Queue("quality_enhancement", waiting="state = 'pending' AND batch_id IS NOT NULL")

# What somebody waits for, and what comes after.
REQUESTED = (COMPARISONS, ENHANCEMENTS)
IN_BULK = (REPORTS, BATCHED)
