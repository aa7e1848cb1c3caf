"""Answers streamed while they are made, and stored at the end or when the client leaves."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from typing import TypeVar

import httpx
import structlog
from rest_framework.request import Request

from core.api.streaming import encode_event
from core.tenancy import run_in_scope
from stylist.api.message_serializers import NamedItemOutput, serialize_messages
from stylist.api.outfits import serialize_outfits
from stylist.chat.conversations import PendingAnswer, store_answer
from stylist.chat.dialogue import converse
from stylist.chat.llm.client import ChatModel, ModelSettings
from stylist.chat.shared.answer import ItemsPiece, OutfitsPiece, Piece, TextPiece
from stylist.chat.shop_tools import ScopedTools, ShopTools
from stylist.models import Message, Outfit

log = structlog.get_logger(__name__)

T = TypeVar("T")
FAILURE = "Something went wrong on our side; the error was recorded."


async def stream_answer(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None
) -> AsyncGenerator[Piece | Message, None]:
    """Yield an answer in pieces, and then the stored message.

    What was answered before the client left or an error occurred is stored as well.
    """
    message = None
    try:
        async with AsyncExitStack() as stack:
            chat = None
            if model:
                # No proxies from the environment: only the address that operators allow.
                client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
                chat = ChatModel(client, model)
            answer = converse(pending.question, tools=ScopedTools(tools), model=chat)
            async for piece in await stack.enter_async_context(aclosing(answer)):
                pending.pieces.append(piece)
                yield piece
    finally:
        storing = _in_thread(lambda: store_answer(pending), tools)
        message = await asyncio.shield(asyncio.ensure_future(storing))
    if message:
        yield message


async def stream_answer_events(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None, request: Request
) -> AsyncIterator[bytes]:
    """Yield the answer as events: `words`, `items` and `outfits`, then `done` or `failed`."""
    try:
        async with aclosing(stream_answer(pending, tools, model)) as pieces:
            async for piece in pieces:
                yield await _make_event(piece, tools, request)
    except Exception:
        log.exception("stylist_failed", message=str(pending.message.pk))
        yield encode_event("failed", {"problem": {"code": "server_error", "detail": FAILURE}})


async def complete_answer(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None
) -> Message | None:
    """Return the whole answer, as it was stored."""
    message = None
    async with aclosing(stream_answer(pending, tools, model)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Message):
                message = piece
    return message


async def _make_event(piece: Piece | Message, tools: ShopTools, request: Request) -> bytes:
    if isinstance(piece, TextPiece):
        return encode_event("words", {"text": piece.text})
    if isinstance(piece, ItemsPiece):
        items = NamedItemOutput(piece.items, many=True).data
        return encode_event("items", {"kind": piece.kind, "items": items})
    if isinstance(piece, OutfitsPiece):
        ids = [outfit.id for outfit in piece.outfits]
        outfits = await _in_thread(lambda: _serialize_outfits(ids, request), tools)
        return encode_event("outfits", {"outfits": outfits})
    if isinstance(piece, Message):
        message = piece
        (body,) = await _in_thread(lambda: serialize_messages([message], tools, request), tools)
        return encode_event("done", body)
    return b""


def _serialize_outfits(ids: list[str], request: Request) -> list[dict[str, object]]:
    rows = {str(pk): row for pk, row in Outfit.objects.in_bulk(ids).items()}
    return serialize_outfits([rows[pk] for pk in ids if pk in rows], request)


async def _in_thread(work: Callable[[], T], tools: ShopTools) -> T:
    return await asyncio.to_thread(run_in_scope, work, tools.shop.pk)
