"""The outbox: mails wait in Postgres until the mail server took them.

A request only adds a row, so that it neither waits for the mail server nor takes longer for an
address that is known. The worker looks up whom the mail is for.
"""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from core.jobs.queues import wake_on_commit
from tenants.accounts import guesses
from tenants.accounts.letters import write_letter
from tenants.models import Mail

log = structlog.get_logger(__name__)

TASK = "tenants.tasks.send_mails"
LEASE = timedelta(minutes=2)
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)
MAX_AGE = timedelta(days=2)


def post(
    kind: Mail.Kind, *, address: str, language: str = "en", subject_id: UUID | None = None
) -> None:
    """Have a mail sent after the transaction; none if the address just got several of the kind."""
    if not guesses.try_take(guesses.MAILS, f"{kind} {address}"):
        log.info("mail_not_posted", kind=kind)
        return
    Mail.objects.create(kind=kind, address=address, language=language, subject_id=subject_id)
    wake_on_commit(TASK)


def send_waiting() -> int:
    """Send mails until none waits or the mail server is down; return how many were done."""
    count = 0
    while mail := _claim():
        try:
            _send(mail)
        except (SMTPResponseException, SMTPRecipientsRefused) as error:
            _put_off(mail, error)
        except OSError as error:
            _put_off(mail, error)
            break
        except Exception as error:  # one mail must not hold up the others
            log.exception("mail_failed", kind=mail.kind)
            _put_off(mail, error)
        else:
            mail.delete()
            count += 1
    return count


def purge() -> None:
    """Delete mails that could not be sent for two days."""
    deleted, _ = Mail.objects.filter(created_at__lt=timezone.now() - MAX_AGE).delete()
    if deleted:
        log.warning("mails_given_up", count=deleted)


def has_waiting() -> bool:
    return Mail.objects.filter(due_at__lte=timezone.now()).exists()


def _claim() -> Mail | None:
    """Return a mail that is due, and lease it so that no other worker sends it meanwhile."""
    with transaction.atomic():
        due = Mail.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
        mail = due.select_for_update(skip_locked=True).first()
        if mail is not None:
            mail.attempts += 1
            mail.due_at = timezone.now() + LEASE
            mail.save(update_fields=["attempts", "due_at"])
    return mail


def _send(mail: Mail) -> None:
    letter = write_letter(mail)
    if letter is not None:
        letter.send()


def _put_off(mail: Mail, error: Exception) -> None:
    """Have a mail sent later, after a longer time for each attempt."""
    log.warning("mail_not_sent", kind=mail.kind, error=type(error).__name__)
    wait = min(FIRST_RETRY * 2 ** (mail.attempts - 1), LAST_RETRY)
    Mail.objects.filter(pk=mail.pk).update(due_at=timezone.now() + wait)
