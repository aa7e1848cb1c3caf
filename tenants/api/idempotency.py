"""Run a POST that is sent again with the same `Idempotency-Key` only once.

The record and the handler's own changes share a transaction. A second request with the key waits
on the unique index until the first one ends. Then it returns the first response, or runs the
handler if the first request failed.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.utils.datastructures import MultiValueDict
from psycopg.errors import LockNotAvailable
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import Conflict, DomainError
from core.tenancy import scoped_shop_id
from tenants.api.authentication import Access
from tenants.models import IdempotencyRecord

HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255
LOCK_TIMEOUT = "10s"

Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Make a handler of a view respect `Idempotency-Key`; without the header it runs every time."""

    @wraps(handler)
    def wrapper(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not 0 < len(key) <= MAX_KEY_LENGTH or "\0" in key:
            raise DomainError(
                f"{HEADER} takes 1 to {MAX_KEY_LENGTH} characters.", code="invalid_idempotency_key"
            )
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            record, is_new = _claim(key=_qualify(key, request), fingerprint=fingerprint)
            if not is_new:
                return _replay(record, fingerprint)
            response = handler(view, request, *args, **kwargs)
            record.status = response.status_code
            record.body = json.loads(JSONRenderer().render(response.data))
            record.save(update_fields=["status", "body"])
            return response

    # Not a subclass or registry: `extend_schema` may wrap the handler again, and copies attributes.
    wrapper.is_idempotent = True  # type: ignore[attr-defined]
    return wrapper


def _qualify(key: str, request: Request) -> str:
    """Return the key to store: pages use up no keys of the shop's systems or of other visitors."""
    access = request.auth
    if not isinstance(access, Access) or not access.publishable_key:
        return key
    sender = f"{access.publishable_key} {access.name_visitor(request)} {key}"
    return f"page:{hashlib.sha256(sender.encode(errors='replace')).hexdigest()}"


def _claim(*, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
    try:
        record, is_new = IdempotencyRecord.objects.get_or_create(
            shop_id=scoped_shop_id(), key=key, defaults={"fingerprint": fingerprint}
        )
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            message = "The first request with this key is still running; try again shortly."
            raise Conflict(message, code="request_in_progress") from error
        raise
    return record, is_new


def _replay(record: IdempotencyRecord, fingerprint: str) -> Response:
    if record.fingerprint != fingerprint:
        message = f"This {HEADER} was used for a different request; send a new key."
        raise Conflict(message, code="idempotency_key_reused")
    return Response(record.body, record.status, headers={"Idempotency-Replayed": "true"})


def _fingerprint(request: Request) -> str:
    """Return the SHA-256 of method, path, fields and the bytes of uploaded files."""
    body: Any = request.data
    if isinstance(body, MultiValueDict):
        body = {name: [_represent(value) for value in values] for name, values in body.lists()}
    content = json.dumps([request.method, request.path, body], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _represent(value: Any) -> Any:
    """Return a text unchanged, and a file as a list with its digest, which no text equals."""
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [digest.hexdigest()]
