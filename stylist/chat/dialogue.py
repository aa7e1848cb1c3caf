"""One answer, by the language model with its tools, or by the rules.

    async with aclosing(converse(...)) as pieces:
        async for piece in pieces: ...

Closing it, as when a client leaves, closes the model's connection too. Tools run in threads.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from stylist.chat.llm.client import (
    ChatModel,
    FailureReason,
    ModelEvent,
    ModelUnavailable,
    TextDelta,
    ToolCall,
)
from stylist.chat.llm.grounding import Evidence, ground_sentence, referred_ids
from stylist.chat.llm.prompt import build_messages
from stylist.chat.llm.tool_calls import FUNCTIONS, ToolResult, call
from stylist.chat.rules.interpretation import understand
from stylist.chat.rules.stylist import RuleStylist
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.pieces import EndPiece, ItemsPiece, OutfitsPiece, Piece, TextPiece
from stylist.chat.shared.plain_text import PlainStream
from stylist.chat.shared.profile import ShopperProfile
from stylist.chat.shared.redaction import redact
from stylist.chat.shared.tools import Item, Tools
from stylist.chat.shared.transcript import Answer
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy

CHARACTERS = 6  # of a token, generously: what a server that counts none may say of each
INTERRUPTED = "\n\nI was interrupted there; here is what I can say without that. "


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, by whom and where; `text` may hold personal data, nothing behind it does."""

    text: str
    message_id: str
    shop_name: str
    profile: ShopperProfile
    memory: Memory
    taxonomy: Taxonomy = DEFAULT_TAXONOMY


async def converse(
    question: Question, *, tools: Tools, model: ChatModel | None
) -> AsyncGenerator[Piece, None]:
    """Yield the answer in pieces, the last `EndPiece`; where the model is away, the rules answer.

    `EndPiece.spoken_by` says which spoke, and `EndPiece.reason` why the model did not.
    """
    question = replace(question, text=redact(question.text))
    if model is None:
        async with aclosing(_by_rules(question, tools)) as pieces:
            async for piece in pieces:
                yield piece
        return
    said = ""
    try:
        async with aclosing(_ModelAnswer(question, tools, model).pieces()) as pieces:
            async for piece in pieces:
                yield piece
                said += piece.text if isinstance(piece, TextPiece) else ""
        return
    except ModelUnavailable as away:
        reason = away.reason
    if said:
        said += INTERRUPTED
        yield TextPiece(INTERRUPTED)
    async with aclosing(_by_rules(question, tools)) as pieces:
        async for piece in pieces:
            if isinstance(piece, EndPiece):
                memory = piece.memory.with_prefix(said)
                piece = replace(piece, memory=memory, fallback=True, reason=reason.value)
            yield piece


async def _by_rules(question: Question, tools: Tools) -> AsyncGenerator[Piece, None]:
    """Step through the rules' answer in threads: its tools block."""
    pieces = RuleStylist(tools, question.taxonomy).answer(
        question.text,
        profile=question.profile,
        memory=question.memory,
        message_id=question.message_id,
    )
    while (piece := await asyncio.to_thread(_next, pieces)) is not None:
        yield piece


def _next(pieces: Iterator[Piece]) -> Piece | None:
    return next(pieces, None)


@dataclass
class _ModelAnswer:
    """One answer while the model gives it: what it was told, returned and let say."""

    question: Question
    tools: Tools
    model: ChatModel
    spent: int = 0  # characters
    is_over: bool = False
    evidence: Evidence = field(init=False)
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        turns = " ".join(t.text for t in self.question.memory.turns if t.speaker == "shopper")
        self.evidence = Evidence(self.question.shop_name, said=f"{turns} {self.question.text}")
        settings = self.model.settings
        self.deadline = asyncio.get_running_loop().time() + settings.deadline

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        """Yield grounded sentences, then what they named. Raises `ModelUnavailable`."""
        question = self.question
        answer = Answer(question.memory.with_message("shopper", question.text))
        messages = build_messages(
            question.text,
            shop_name=question.shop_name,
            profile=question.profile,
            memory=question.memory,
        )
        await self._recall(question.memory)
        async with aclosing(self._sentences(messages)) as sentences:
            async for sentence in sentences:
                words = TextPiece(sentence if answer.text else sentence.lstrip())
                answer.add(words)
                yield words
        if not answer.text:
            raise ModelUnavailable(
                FailureReason.UNGROUNDED if self.evidence.dropped else FailureReason.EMPTY
            )
        for piece in self._shown():
            answer.add(piece)
            yield piece
        # The rules may have to go on from here, should the model be away next time.
        intent = await asyncio.to_thread(
            understand, question.text, question.memory, taxonomy=question.taxonomy
        )
        memory = answer.build_memory(intent=intent).with_returned(self.evidence.items)
        yield EndPiece(memory, spoken_by="model")

    def _shown(self) -> Iterator[Piece]:
        if self.evidence.worn:
            yield OutfitsPiece(tuple(self.evidence.worn.values()))
        if self.evidence.named:
            yield ItemsPiece(tuple(self.evidence.named.values()), "named")

    async def _recall(self, memory: Memory) -> None:
        """Take in what earlier answers' tools returned, as far as it is live."""
        if memory.returned:
            live = await self._in_thread(self.tools.item_details, memory.returned)
            self.evidence.returned({item.id: item for item in live}, {})

    async def _sentences(self, messages: list[dict[str, Any]]) -> AsyncGenerator[str, None]:
        """Yield grounded sentences, calling tools between the steps; the last step has none."""
        steps = self.model.settings.max_steps
        for step in range(steps):
            is_last = step == steps - 1
            stream, calls, said = PlainStream(), list[ToolCall](), list[str]()
            async with aclosing(self._events(messages, is_last=is_last)) as events:
                async for event in events:
                    if isinstance(event, ToolCall):
                        calls.append(event)
                        continue
                    said.append(event.text)
                    for unit in stream.feed(event.text):
                        if sentence := await self._grounded(unit):
                            yield sentence
            # What a limit cut off is no sentence.
            for unit in () if self.is_over else stream.finish():
                if sentence := await self._grounded(unit):
                    yield sentence
            if not calls:
                return
            if is_last:
                raise ModelUnavailable(FailureReason.STEPS)
            messages += await self._answer_calls(calls, "".join(said))

    async def _events(
        self, messages: list[dict[str, Any]], *, is_last: bool
    ) -> AsyncGenerator[ModelEvent, None]:
        """Yield what the model says up to the most it may; a server that rambles on is left."""
        most = self.model.settings.max_tokens
        left = most - self.spent // CHARACTERS
        stream = self.model.stream(
            messages, () if is_last else FUNCTIONS, deadline=self.deadline, max_tokens=max(1, left)
        )
        async with aclosing(stream) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    self.spent += len(event.text)
                yield event
                self.is_over = self.spent > most * CHARACTERS
                if self.is_over:
                    return

    async def _answer_calls(self, calls: list[ToolCall], said: str) -> list[dict[str, Any]]:
        """Call the tools; return the messages that tell the model what they returned."""
        asked = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for c in calls
        ]
        messages: list[dict[str, Any]] = [
            {"role": "assistant", "content": said or None, "tool_calls": asked}
        ]
        for each in calls:
            returned: ToolResult = await self._in_thread(
                call, self.tools, each.name, each.arguments
            )
            self.evidence.returned(returned.items, returned.outfits)
            messages.append({"role": "tool", "tool_call_id": each.id, "content": returned.content})
        return messages

    async def _grounded(self, unit: str) -> str:
        """Return a sentence as it may be shown: ids must have been returned, and be live now."""
        ids = [
            own_id for own_id in referred_ids(unit, self.evidence) if own_id in self.evidence.items
        ]
        rows: list[Item] = await self._in_thread(self.tools.item_details, ids) if ids else []
        return ground_sentence(unit, self.evidence, {item.id: item for item in rows})

    async def _in_thread(self, function: Any, *arguments: Any) -> Any:
        left = self.deadline - asyncio.get_running_loop().time()
        try:
            return await asyncio.wait_for(asyncio.to_thread(function, *arguments), max(0.01, left))
        except TimeoutError as error:
            raise ModelUnavailable(FailureReason.SLOW) from error
