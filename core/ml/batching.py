"""Let concurrent callers share a forward pass.

One thread per encoder runs the model. Whatever texts wait when it becomes free go through it
together, before any batch of photos, so that a prompt never stands behind bulk work for longer
than the pass that is running. Callers block on their own future with a deadline of their own.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field

import numpy as np

from core.errors import Unavailable
from core.ml.encoder import Embeddings, Encoder, Pixels, get_encoder

TEXTS_PER_PASS = 64


class EncoderBusy(Unavailable):
    """The answer did not come within the caller's deadline; the work is dropped if not begun."""

    code = "encoder_busy"


@dataclass(eq=False)
class _Texts:
    """One caller's texts and where to put the answer."""

    texts: tuple[str, ...]
    future: Future[Embeddings] = field(default_factory=Future)


@dataclass(eq=False)
class _Pixels:
    """One caller's prepared photos, one pass of their own."""

    pixels: Pixels
    future: Future[Embeddings] = field(default_factory=Future)


class Batcher:
    """Own the thread that runs one encoder. Methods may be called from any thread."""

    def __init__(self, encoder: Encoder, *, texts_per_pass: int = TEXTS_PER_PASS) -> None:
        """Start the thread; `texts_per_pass` caps how many texts share a pass."""
        self.encoder = encoder
        self._texts_per_pass = texts_per_pass
        self._texts: deque[_Texts] = deque()
        self._photos: deque[_Pixels] = deque()
        self._waiting = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    def encode_texts(self, texts: Sequence[str], *, timeout: float | None = None) -> Embeddings:
        """Embed texts, (n, d), together with whoever else is waiting.

        Raises EncoderBusy after `timeout` seconds, or whatever the encoder raised.
        """
        return self._wait(self.submit_texts(texts), timeout)

    def encode_pixels(self, pixels: Pixels, *, timeout: float | None = None) -> Embeddings:
        """Embed prepared photos, (n, d), in a pass of their own, once no text is waiting."""
        return self._wait(self.submit_pixels(pixels), timeout)

    def submit_texts(self, texts: Sequence[str]) -> Future[Embeddings]:
        """Queue texts; cancelling the future before its pass begins takes them out."""
        job = _Texts(tuple(texts))
        return self._enqueue(lambda: self._texts.append(job), job.future)

    def submit_pixels(self, pixels: Pixels) -> Future[Embeddings]:
        """Queue prepared photos, so that the next batch can be decoded while this one runs."""
        job = _Pixels(pixels)
        return self._enqueue(lambda: self._photos.append(job), job.future)

    def close(self) -> None:
        """Finish what is queued, then stop the thread; later callers get EncoderBusy."""
        with self._waiting:
            self._is_closed = True
            self._waiting.notify()
        self._thread.join()

    def _enqueue(
        self, append: Callable[[], None], future: Future[Embeddings]
    ) -> Future[Embeddings]:
        with self._waiting:
            if self._is_closed:
                raise EncoderBusy("The encoder is shutting down.")
            append()
            self._waiting.notify()
        return future

    @staticmethod
    def _wait(future: Future[Embeddings], timeout: float | None) -> Embeddings:
        try:
            return future.result(timeout)
        except FutureTimeout:
            if not future.cancel() and future.done():
                return future.result()  # it came at the last moment
            raise EncoderBusy("The encoder did not answer in time.") from None

    def _run(self) -> None:
        while True:
            with self._waiting:
                self._waiting.wait_for(lambda: self._texts or self._photos or self._is_closed)
                texts, photos = self._take()
            if not texts and photos is None:
                return
            if texts:
                self._run_texts(texts)
            elif photos is not None:
                self._run_photos(photos)

    def _take(self) -> tuple[list[_Texts], _Pixels | None]:
        """Take the next pass's work: as many waiting texts as fit, otherwise one photo batch.

        A caller is never split over passes, so one with more texts than the cap has its own pass.
        """
        taken: list[_Texts] = []
        count = 0
        while self._texts:
            count += len(self._texts[0].texts)
            if taken and count > self._texts_per_pass:
                break
            taken.append(self._texts.popleft())
        if taken or not self._photos:
            return taken, None
        return [], self._photos.popleft()

    def _run_texts(self, jobs: list[_Texts]) -> None:
        jobs = [job for job in jobs if job.future.set_running_or_notify_cancel()]
        distinct = list(dict.fromkeys(text for job in jobs for text in job.texts))
        try:
            rows = self.encoder.encode_texts(distinct)
        except Exception as error:  # the callers' to handle; this thread goes on
            for job in jobs:
                job.future.set_exception(error)
            return
        place = {text: row for row, text in enumerate(distinct)}
        for job in jobs:
            job.future.set_result(rows[np.array([place[t] for t in job.texts], dtype=np.intp)])

    def _run_photos(self, job: _Pixels) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            rows = self.encoder.encode_pixels(job.pixels)
        except Exception as error:  # the callers' to handle; this thread goes on
            job.future.set_exception(error)
        else:
            job.future.set_result(rows)


_batchers: dict[str, Batcher] = {}
_starting = threading.Lock()


def get_batcher(name: str) -> Batcher:
    """Return this process's batcher for an encoder's name, loading the encoder on the first call.

    Raises EncoderUnavailable.
    """
    batcher = _batchers.get(name)
    if batcher is None:
        with _starting:
            batcher = _batchers.get(name)
            if batcher is None:
                batcher = _batchers[name] = Batcher(get_encoder(name))
    return batcher
