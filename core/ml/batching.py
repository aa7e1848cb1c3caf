"""Let concurrent callers share a forward pass.

One thread for each encoder runs the model. All waiting texts go through it together, before any
batch of photos, so that a prompt waits at most for the pass that is running. Each caller waits for
its own future with its own deadline.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from core.errors import Unavailable
from core.ml.checkpoints import current_revision
from core.ml.encoder import Embeddings, Encoder, Pixels, forget_encoders, get_encoder

T = TypeVar("T")
MAX_TEXTS_PER_PASS = 64


class EncoderBusy(Unavailable):
    """The result did not arrive in time; work that has not begun is dropped."""

    code = "encoder_busy"


@dataclass(eq=False)
class _Request(Generic[T]):
    """One caller's texts or prepared photos, and the future for their embeddings."""

    inputs: T
    future: Future[Embeddings] = field(default_factory=Future)


class Batcher:
    """Runs one encoder in a thread of its own. Methods may be called from any thread."""

    def __init__(self, encoder: Encoder, *, texts_per_pass: int = MAX_TEXTS_PER_PASS) -> None:
        self.encoder = encoder
        self._texts_per_pass = texts_per_pass
        self._texts: deque[_Request[tuple[str, ...]]] = deque()
        self._photos: deque[_Request[Pixels]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    def encode_texts(self, texts: Sequence[str], *, timeout: float | None = None) -> Embeddings:
        """Embed texts, (n, d), in a pass with all texts that wait.

        Raises `EncoderBusy` after `timeout` seconds, or the encoder's exception.
        """
        return self._wait(self.submit_texts(texts), timeout)

    def encode_pixels(self, pixels: Pixels, *, timeout: float | None = None) -> Embeddings:
        """Embed prepared photos, (n, d), in a separate pass, when no text waits."""
        return self._wait(self.submit_pixels(pixels), timeout)

    def submit_texts(self, texts: Sequence[str]) -> Future[Embeddings]:
        """Queue texts; cancelling the future before its pass begins removes them."""
        return self._submit(self._texts, tuple(texts))

    def submit_pixels(self, pixels: Pixels) -> Future[Embeddings]:
        """Queue prepared photos, so that the next batch can be decoded during this pass."""
        return self._submit(self._photos, pixels)

    def close(self) -> None:
        """Run the queued requests, then stop the thread; later callers get `EncoderBusy`."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _submit(self, queue: deque[_Request[T]], inputs: T) -> Future[Embeddings]:
        request = _Request(inputs)
        with self._changed:
            if self._is_closed:
                raise EncoderBusy("The encoder is shutting down.")
            queue.append(request)
            self._changed.notify()
        return request.future

    @staticmethod
    def _wait(future: Future[Embeddings], timeout: float | None) -> Embeddings:
        try:
            return future.result(timeout)
        except FutureTimeout:
            if not future.cancel() and future.done():
                return future.result()  # it arrived just after the time-out
            raise EncoderBusy("The encoder did not answer in time.") from None

    def _run(self) -> None:
        while run_pass := self._next_pass():
            run_pass()

    def _next_pass(self) -> Callable[[], None] | None:
        """Wait for requests; return a function that runs the next pass, None when closed.

        A caller's texts are never split over passes, even if there are more than fit.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._texts or self._photos or self._is_closed)
            requests: list[_Request[tuple[str, ...]]] = []
            count = 0
            while self._texts:
                count += len(self._texts[0].inputs)
                if requests and count > self._texts_per_pass:
                    break
                requests.append(self._texts.popleft())
            if requests:
                return partial(self._run_texts, requests)
            return partial(self._run_photos, self._photos.popleft()) if self._photos else None

    def _run_texts(self, requests: list[_Request[tuple[str, ...]]]) -> None:
        requests = [r for r in requests if r.future.set_running_or_notify_cancel()]
        distinct = list(dict.fromkeys(text for request in requests for text in request.inputs))
        try:
            rows = self.encoder.encode_texts(distinct)
        except Exception as error:  # the callers handle it; this thread continues
            for request in requests:
                request.future.set_exception(error)
            return
        place = {text: row for row, text in enumerate(distinct)}
        for request in requests:
            chosen = np.array([place[text] for text in request.inputs], dtype=np.intp)
            request.future.set_result(rows[chosen])

    def _run_photos(self, request: _Request[Pixels]) -> None:
        if not request.future.set_running_or_notify_cancel():
            return
        try:
            request.future.set_result(self.encoder.encode_pixels(request.inputs))
        except Exception as error:  # the caller handles it; this thread continues
            request.future.set_exception(error)


def unload_encoders(*, keep: Collection[tuple[str, str]]) -> None:
    """Free the memory of encoders with other names and revisions, after the passes that wait."""
    with _starting:
        for key in [key for key in _batchers if key not in keep]:
            _batchers.pop(key).close()
    forget_encoders(keep=keep)


_batchers: dict[tuple[str, str], Batcher] = {}
_starting = threading.Lock()


def get_batcher(name: str, revision: str | None = None) -> Batcher:
    """Return this process's batcher of an encoder; the first call loads the encoder.

    Without a revision, the encoder is the configured checkpoint. Raises `EncoderUnavailable`.
    """
    key = (name, current_revision(name) if revision is None else revision)
    if key not in _batchers:
        with _starting:
            if key not in _batchers:
                _batchers[key] = Batcher(get_encoder(*key))
    return _batchers[key]
