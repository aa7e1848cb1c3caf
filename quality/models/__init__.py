"""Policies, and the jobs of photo quality with their results."""

from core.jobs.models import Job
from quality.models.comparison import Comparison
from quality.models.enhancement import Batch, Enhancement
from quality.models.policy import Policy
from quality.models.report import Report
from quality.models.source import Source

__all__ = ["Batch", "Comparison", "Enhancement", "Job", "Policy", "Report", "Source"]
