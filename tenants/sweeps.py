from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from core.jobs.queues import wake
from core.tenancy import all_shops
from tenants import audit
from tenants.accounts import mails
from tenants.models import GuessBucket, IdempotencyRecord, Invitation, Session


@shared_task
def purge_idempotency_records(**_: Any) -> None:
    """Delete stored responses that are older than `IDEMPOTENCY_TTL`."""
    with all_shops():
        IdempotencyRecord.objects.filter(
            created_at__lt=timezone.now() - settings.IDEMPOTENCY_TTL
        ).delete()


@shared_task
def sweep_mails(**_: Any) -> None:
    """Wake a worker for mails that wait, and give up old ones."""
    mails.purge()
    if mails.has_waiting():
        wake(mails.TASK)


@shared_task
def purge_accounts(**_: Any) -> None:
    """Delete expired sessions, tokens and invitations, and buckets that are full again."""
    now = timezone.now()
    Session.objects.filter(expires_at__lt=now).delete()
    # Written by the previous release only.
    OutstandingToken.objects.filter(expires_at__lt=now).delete()
    GuessBucket.objects.filter(full_at__lt=now).delete()
    with all_shops():
        Invitation.objects.filter(expires_at__lt=now).delete()


@shared_task
def purge_audit(**_: Any) -> None:
    """Delete entries of the audit log that are older than `AUDIT_RETENTION_DAYS`."""
    audit.purge_old_entries()
