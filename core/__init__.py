"""The Django project, and the parts that all apps share."""

from core.celery import app as celery_app

__all__ = ["celery_app"]
