"""The ASGI request handler: each request runs entirely in one thread of a fixed pool.

See docs/decisions/0011-own-request-handler.md before a Django upgrade.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from django.core import signals
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from core.web.exchange import BODY

# They read files for responses, a block at a time.
FILE_THREADS = 4


class ThreadedHandler(ASGIHandler):
    """Runs middleware and view in a thread of the pool and sends the response from the event loop.

    Django's own handler starts a thread for every request, with new database wrappers, and returns
    to the event loop between signals, middleware and view. Here every request has its own copy of
    the context, so nothing of it stays in the thread. A stream is produced by the event loop after
    its request has released the database connection. No thread waits for a client: the body is
    complete (`bodies.BodyLimit`), and files are read block by block, as the client takes them.
    """

    def __init__(self, *, threads: int) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._file_threads = ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="file")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Only HTTP is served, not {scope['type']}.")
        loop, context = asyncio.get_running_loop(), copy_context()
        with scope["extensions"][BODY] as body:
            response = await loop.run_in_executor(
                self._threads, context.run, self._respond, scope, body.file
            )
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    @classmethod
    def chunk_bytes(cls, data: Any) -> Iterator[tuple[Any, bool]]:
        """Send a whole response at once: it waits for its client in the server's buffer."""
        yield data, True

    async def _stream(self, response: Any, receive: Any, send: Any) -> None:
        """Send a stream until it ends or the client disconnects."""
        if not response.is_async:
            response.streaming_content = self._read_blocks(iter(response.streaming_content))
        sending = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            results = await asyncio.gather(sending, leaving, return_exceptions=True)
            response.close()
        if isinstance(results[0], Exception):
            raise results[0]

    async def _read_blocks(self, blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while (
            block := await loop.run_in_executor(self._file_threads, next, blocks, None)
        ) is not None:
            yield block

    def _respond(self, scope: Any, body: Any) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if response.streaming:
            # A stream ends later and in another thread; release this thread's resources now.
            signals.request_finished.send(sender=self.__class__)
        else:
            response.close()
        return response  # type: ignore[no-any-return]
