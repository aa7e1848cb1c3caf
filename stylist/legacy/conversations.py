"""Old questions with their answers as conversations of two messages, redacted, with their dates."""

from datetime import datetime, timedelta

from django.db import transaction

from core.errors import DomainError
from core.redaction import redact
from recommendations.feedback.shoppers import get_or_create_shopper
from stylist.legacy.moves import LegacyMove, LegacyRowRefused, LegacyTable, read_row_id
from stylist.legacy.report import LegacyOutcome
from stylist.legacy.shoppers import read_shopper_id
from stylist.legacy.sources.rows import LegacyRow
from stylist.models import Conversation, Message

CONVERSATIONS = LegacyTable("conversations", frozenset({"conversation", "conversations"}))
# After a question; messages are in the order of their ids, which hold the time in milliseconds.
ANSWER_DELAY = timedelta(milliseconds=1)


def import_conversations(move: LegacyMove) -> None:
    """Import each entry as a conversation of its own: the old stylist remembered none before."""
    for row in move.read(CONVERSATIONS):
        try:
            is_new = _import_entry(move, row)
        except DomainError as error:
            move.refuse(CONVERSATIONS, row, error)
        else:
            move.count(CONVERSATIONS, LegacyOutcome.ADDED if is_new else LegacyOutcome.KNOWN)


def _import_entry(move: LegacyMove, row: LegacyRow) -> bool:
    """Store the conversation of a row; return whether it is new. Raises `DomainError`."""
    external_id, at = read_shopper_id(row), move.read_date(row)
    row_id = read_row_id(row, "id")
    question, answer = row.find("question"), row.find("answer")
    if not question:
        raise LegacyRowRefused("The row has no question.", code="question_missing")
    pk = move.make_id(CONVERSATIONS, row_id, at)
    if Conversation.objects.filter(pk=pk).exists():
        return False
    if not move.is_dry_run:
        with transaction.atomic():
            shopper, _ = get_or_create_shopper(shop=move.shop, external_id=external_id)
            conversation = Conversation.objects.create(id=pk, shop=move.shop, shopper=shopper)
            _set_date(conversation, at)
            for role, text, said_at in (
                (Message.Role.SHOPPER, question, at),
                (Message.Role.STYLIST, answer, at + ANSWER_DELAY),
            ):
                if text:
                    message = Message.objects.create(
                        id=move.make_id(CONVERSATIONS, f"{row_id} {role}", said_at),
                        shop=move.shop,
                        conversation=conversation,
                        role=role,
                        text=redact(text),
                    )
                    _set_date(message, said_at)
    return True


def _set_date(row: Conversation | Message, at: datetime) -> None:
    """Set the date of a new row, which Django has set to now.

    That of its last change stays, so that retention begins with the import.
    """
    type(row).objects.filter(pk=row.pk).update(created_at=at)
