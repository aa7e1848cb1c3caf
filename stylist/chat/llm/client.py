"""Client of servers with OpenAI's chat completions API, streamed, by httpx.

    model = ChatModel(client, ModelSettings(address="https://…/v1", name="…", key="…"))
    async with aclosing(model.stream(messages, FUNCTIONS, deadline=…, max_tokens=…)) as events: ...

The caller owns the httpx client, and decides which addresses it may reach.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

import httpx

T = TypeVar("T")

MAX_RESPONSE_BYTES = 1_000_000  # of one response
MAX_LINE_LENGTH = 100_000
MAX_CALLS = 6  # of tools, in one step


class FailureReason(StrEnum):
    """Why a model did not answer."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    REFUSED = "refused"
    FAILED = "failed"
    JUNK = "junk"
    CUT_OFF = "cut_off"
    STEPS = "too_many_steps"
    EMPTY = "empty"
    UNGROUNDED = "ungrounded"


class ModelUnavailable(Exception):
    """The model cannot answer, or not usefully; the rules answer instead."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(f"The language model did not answer: {reason}.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The address of a model and its limits.

    `address` ends before "/chat/completions". `timeout` limits a whole answer and
    `silence_timeout` the wait between two chunks, in seconds; `max_tokens` is for all steps.
    """

    address: str
    name: str
    key: str = field(default="", repr=False)
    timeout: float = 30.0
    silence_timeout: float = 8.0
    max_steps: int = 5
    max_tokens: int = 1200


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next characters of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call of the model; its arguments should be JSON."""

    id: str
    name: str
    arguments: str


ModelEvent: TypeAlias = TextDelta | ToolCall


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model at an address."""

    client: httpx.AsyncClient
    settings: ModelSettings

    async def stream(
        self,
        messages: Sequence[Mapping[str, Any]],
        functions: Sequence[Mapping[str, Any]],
        *,
        deadline: float,
        max_tokens: int,
    ) -> AsyncGenerator[ModelEvent, None]:
        """Yield text as it comes, then the tool calls. Raises `ModelUnavailable`.

        `deadline` is the event loop's time. Closing the generator closes the connection.
        """
        body = {
            "model": self.settings.name,
            "messages": messages,
            "stream": True,
            "max_tokens": max_tokens,
            **({"tools": functions} if functions else {}),
        }
        key = self.settings.key
        try:
            async with self.client.stream(
                "POST",
                f"{self.settings.address.rstrip('/')}/chat/completions",
                json=body,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=self._compute_timeout(deadline),
                follow_redirects=False,
            ) as response:
                _check_response(response)
                calls = _CallAssembler()
                async for delta in _read_deltas(response, deadline):
                    if content := delta.get("content"):
                        yield TextDelta(_expect(str, content))
                    calls.add(delta.get("tool_calls") or [])
                for call in calls.list_calls():
                    yield call
        except httpx.TimeoutException as error:
            raise ModelUnavailable(FailureReason.SLOW) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ModelUnavailable(FailureReason.UNREACHABLE) from error

    def _compute_timeout(self, deadline: float) -> float:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise ModelUnavailable(FailureReason.SLOW)
        return min(left, self.settings.silence_timeout)


class _CallAssembler:
    """Puts tool calls together from the fragments in a stream."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[str, str]] = {}

    def add(self, fragments: Any) -> None:
        for fragment in _expect(list, fragments):
            place = _expect(int, _expect(dict, fragment).get("index", len(self._parts)))
            if place not in self._parts and len(self._parts) >= MAX_CALLS:
                raise ModelUnavailable(FailureReason.JUNK)
            part = self._parts.setdefault(place, {"id": "", "name": "", "arguments": ""})
            function = _expect(dict, fragment.get("function") or {})
            part["id"] = _expect(str, fragment.get("id") or part["id"])
            part["name"] += _expect(str, function.get("name") or "")
            part["arguments"] += _expect(str, function.get("arguments") or "")

    def list_calls(self) -> list[ToolCall]:
        return [
            ToolCall(part["id"] or f"call_{place}", part["name"], part["arguments"])
            for place, part in sorted(self._parts.items())
        ]


def _check_response(response: httpx.Response) -> None:
    if response.status_code >= 500 or response.status_code == 429:
        raise ModelUnavailable(FailureReason.FAILED)
    if response.status_code != 200:
        raise ModelUnavailable(FailureReason.REFUSED)
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        raise ModelUnavailable(FailureReason.JUNK)


async def _read_deltas(response: httpx.Response, deadline: float) -> AsyncIterator[dict[str, Any]]:
    """Yield the deltas of a stream; raise `ModelUnavailable` if it ends without saying so."""
    is_ended = False
    async for line in _read_lines(response, deadline):
        if not line.startswith("data:"):
            continue
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            return
        delta, finish = _parse_delta(data)
        is_ended = is_ended or bool(finish)
        yield delta
    if not is_ended:
        raise ModelUnavailable(FailureReason.CUT_OFF)


async def _read_lines(response: httpx.Response, deadline: float) -> AsyncIterator[str]:
    """Yield the lines of a response; raise `ModelUnavailable` if one or all are too long."""
    loop, rest, size = asyncio.get_running_loop(), b"", 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if loop.time() > deadline:
            raise ModelUnavailable(FailureReason.SLOW)
        *lines, rest = (rest + chunk).split(b"\n")
        if size > MAX_RESPONSE_BYTES or len(rest) > MAX_LINE_LENGTH:
            raise ModelUnavailable(FailureReason.JUNK)
        for line in lines:
            yield line.decode(errors="replace").rstrip("\r")
    yield rest.decode(errors="replace")


def _parse_delta(data: str) -> tuple[dict[str, Any], Any]:
    try:
        event = json.loads(data)
        choices = event.get("choices") or []
        choice = choices[0] if choices else {}
        delta = choice.get("delta") or {}
        if "error" in event or not isinstance(delta, dict):
            raise ModelUnavailable(FailureReason.FAILED)
        return delta, choice.get("finish_reason")
    except (ValueError, AttributeError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise ModelUnavailable(FailureReason.JUNK) from error


def _expect(kind: type[T], value: Any) -> T:
    if not isinstance(value, kind):
        raise ModelUnavailable(FailureReason.JUNK)
    return value
