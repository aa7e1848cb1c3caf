from typing import Any

from celery import shared_task

from tenants.accounts import mails


@shared_task
def send_mails(**_: Any) -> None:
    """Send the mails that wait."""
    mails.send_waiting()
