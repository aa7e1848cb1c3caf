"""The Django project and what every app stands on."""

from core.celery import app as celery_app

__all__ = ["celery_app"]
