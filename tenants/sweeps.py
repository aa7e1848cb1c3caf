from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core.tenancy import all_shops
from tenants.models import IdempotencyRecord


@shared_task
def purge_idempotency_records(**_: Any) -> None:
    """Delete stored responses that are older than `IDEMPOTENCY_TTL`."""
    with all_shops():
        IdempotencyRecord.objects.filter(
            created_at__lt=timezone.now() - settings.IDEMPOTENCY_TTL
        ).delete()
