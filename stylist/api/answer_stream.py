"""An answer told as it is made, and kept when it ends, or when nobody listens any more."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import httpx
import structlog

from core.api.streaming import event
from core.tenancy import run_in_scope
from stylist.api.message_serializers import show_items, show_message
from stylist.api.outfits import serialize_outfits
from stylist.chat.conversations import PendingAnswer, store_answer
from stylist.chat.dialogue import Question, converse
from stylist.chat.llm.client import ChatModel, ModelSettings
from stylist.chat.shared.pieces import ItemsPiece, OutfitsPiece, Piece, TextPiece
from stylist.chat.shared.tools import Item, OutfitSummary, Sources
from stylist.chat.shop_tools import ShopTools
from stylist.models import Message, Outfit

log = structlog.get_logger(__name__)

T = TypeVar("T")
INTERRUPTED = "Something went wrong on our side; the error was recorded."


@dataclass(frozen=True)
class ScopedTools:
    """A shop's tools for threads that know of no shop: each call enters its scope and leaves it."""

    tools: ShopTools

    def search_catalog(
        self,
        *,
        text: str,
        colour: str | None = None,
        kind: str | None = None,
        price_min: Decimal | None = None,
        price_max: Decimal | None = None,
        n: int = 4,
        exclude: Collection[str] = (),
    ) -> list[Item]:
        return self._call(
            lambda: self.tools.search_catalog(
                text=text, colour=colour, kind=kind, price_min=price_min, price_max=price_max,
                n=n, exclude=exclude,
            )
        )  # fmt: skip

    def my_wardrobe(self, *, kind: str | None = None, slot: str | None = None) -> list[Item]:
        return self._call(lambda: self.tools.my_wardrobe(kind=kind, slot=slot))

    def make_outfits(
        self,
        *,
        anchor: str | None = None,
        occasion: str | None = None,
        season: str | None = None,
        formality: float | None = None,
        sources: Sources = Sources.MIXED,
        replace_slot: str | None = None,
        n: int = 3,
    ) -> list[OutfitSummary]:
        return self._call(
            lambda: self.tools.make_outfits(
                anchor=anchor, occasion=occasion, season=season, formality=formality,
                sources=sources, replace_slot=replace_slot, n=n,
            )
        )  # fmt: skip

    def item_details(self, ids: Sequence[str]) -> list[Item]:
        return self._call(lambda: self.tools.item_details(ids))

    def _call(self, look_up: Callable[[], T]) -> T:
        return run_in_scope(look_up, self.tools.shop.pk)


async def stream_answer(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None
) -> AsyncIterator[Piece | Message]:
    """Yield an answer in pieces, and at its end the message that was kept of it.

    What was said when the reader left, or when something broke, is kept as well.
    """
    question = Question(
        text=pending.message.text,
        message_id=str(pending.message.pk),
        shop_name=tools.shop.name,
        profile=pending.profile,
        memory=pending.memory,
        taxonomy=tools.taxonomy,
    )
    shop_id, message = tools.shop.pk, None
    try:
        async with AsyncExitStack() as stack:
            chat = None
            if model:
                # Nothing but the address that operators allow, whatever the environment says.
                client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
                chat = ChatModel(client, model)
            answer = converse(question, tools=ScopedTools(tools), model=chat)
            async for piece in await stack.enter_async_context(aclosing(answer)):
                pending.add(piece)
                yield piece
    finally:
        keeping = asyncio.to_thread(run_in_scope, lambda: store_answer(pending), shop_id)
        message = await asyncio.shield(asyncio.ensure_future(keeping))
    if message:
        yield message


async def stream_events_of(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None, request: Any
) -> AsyncIterator[bytes]:
    """Yield the answer as events: `words`, `items` and `outfits` as they come, then `done`."""
    try:
        async with aclosing(stream_answer(pending, tools, model)) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                yield await _event_of(piece, tools, request)
    except Exception:
        log.exception("stylist_failed", message=str(pending.message.pk))
        yield event("failed", {"problem": {"code": "server_error", "detail": INTERRUPTED}})


async def complete_answer(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None
) -> Message | None:
    """Return the whole answer, as it was kept."""
    message = None
    async with aclosing(stream_answer(pending, tools, model)) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            if isinstance(piece, Message):
                message = piece
    return message


async def _event_of(piece: Piece | Message, tools: ShopTools, request: Any) -> bytes:
    if isinstance(piece, TextPiece):
        return event("words", {"text": piece.text})
    if isinstance(piece, ItemsPiece):
        return event("items", {"kind": piece.kind, "items": show_items(piece.items)})
    if isinstance(piece, OutfitsPiece):
        ids = [outfit.id for outfit in piece.outfits]
        shown = await _in_thread(lambda: _outfits(ids, request), tools)
        return event("outfits", {"outfits": shown})
    if isinstance(piece, Message):
        message = piece
        body = await _in_thread(lambda: show_message(message, tools, request), tools)
        return event("done", body)
    return b""


def _outfits(ids: Sequence[str], request: Any) -> list[dict[str, Any]]:
    rows = Outfit.objects.in_bulk(ids)
    return serialize_outfits((rows[pk] for pk in map(UUID, ids) if pk in rows), request)


async def _in_thread(work: Callable[[], T], tools: ShopTools) -> T:
    return await asyncio.to_thread(run_in_scope, work, tools.shop.pk)
