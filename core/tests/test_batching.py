"""Callers share forward passes without side effects, with a real, small encoder."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.random_checkpoints import make_random_clip
from core.ml import batching, encoder
from core.ml.batching import Batcher, EncoderBusy, get_batcher
from core.ml.checkpoints import EncoderSpec
from core.ml.encoder import Embeddings, Encoder, Pixels


class RecordingEncoder(Encoder):
    """A real encoder that records its passes and can be paused before the next one."""

    def __init__(self, spec: EncoderSpec) -> None:
        self.passes: list[tuple[str, ...]] = []
        self.may_pass = threading.Event()
        self.may_pass.set()
        self.is_passing = threading.Event()
        super().__init__(spec, dtype=torch.float32)
        self.passes.clear()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        self._record(tuple(texts))
        if "boom" in texts:
            raise RuntimeError("no such thing")
        return super().encode_texts(texts)

    def encode_pixels(self, pixels: Any) -> Embeddings:
        self._record(("photos",) * len(pixels))
        return super().encode_pixels(pixels)

    def _record(self, what: tuple[str, ...]) -> None:
        self.passes.append(what)
        self.is_passing.set()
        assert self.may_pass.wait(10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random_clip(tmp_path_factory.mktemp("clip"), size="tiny", seed=3)


@pytest.fixture
def recorder(folder: Path) -> RecordingEncoder:
    return RecordingEncoder(EncoderSpec("recorder", str(folder)))


@pytest.fixture
def batcher(recorder: RecordingEncoder) -> Iterator[Batcher]:
    batcher = Batcher(recorder, texts_per_pass=8)
    yield batcher
    recorder.may_pass.set()
    batcher.close()


def pause(batcher: Batcher, recorder: RecordingEncoder) -> None:
    """Pause the model during a pass, so that later requests have to wait."""
    recorder.may_pass.clear()
    recorder.is_passing.clear()
    batcher.submit_texts(["first"])
    assert recorder.is_passing.wait(10)


def pixels(recorder: RecordingEncoder, count: int) -> Pixels:
    return recorder.prepare([Image.new("RGB", (40, 50), (9 * k, 90, 30)) for k in range(count)])


def test_waiting_texts_share_one_pass_and_each_caller_gets_its_own(
    batcher: Batcher, recorder: RecordingEncoder
) -> None:
    pause(batcher, recorder)
    texts = ["red dress", "blue shirt", "hat", "red dress"]
    futures = [batcher.submit_texts([text]) for text in texts]
    recorder.may_pass.set()
    answers = [future.result(10) for future in futures]

    assert recorder.passes == [("first",), ("red dress", "blue shirt", "hat")]
    for text, answer in zip(texts, answers, strict=True):
        alone = Encoder.encode_texts(recorder, [text])
        np.testing.assert_allclose(answer, alone, atol=1e-5)


def test_texts_run_before_photos_that_were_queued_earlier(
    batcher: Batcher, recorder: RecordingEncoder
) -> None:
    pause(batcher, recorder)
    futures = [batcher.submit_pixels(pixels(recorder, n)) for n in (2, 3)]
    futures.append(batcher.submit_texts(["hat"]))
    recorder.may_pass.set()
    shapes = [future.result(10).shape for future in futures]

    assert recorder.passes[1:] == [("hat",), ("photos",) * 2, ("photos",) * 3]
    assert shapes == [(n, recorder.dimensions) for n in (2, 3, 1)]


def test_a_pass_has_limited_size_and_never_splits_a_caller(
    batcher: Batcher, recorder: RecordingEncoder
) -> None:
    pause(batcher, recorder)
    callers = [[f"{name}{k}" for k in range(5)] for name in "abc"] + [[str(k) for k in range(20)]]
    futures = [batcher.submit_texts(texts) for texts in callers]
    recorder.may_pass.set()
    for texts, future in zip(callers, futures, strict=True):
        assert len(future.result(10)) == len(texts)

    assert [len(texts) for texts in recorder.passes[1:]] == [5, 5, 5, 20]


def test_an_error_reaches_its_callers_and_the_thread_continues(batcher: Batcher) -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        batcher.encode_texts(["boom"])

    assert len(batcher.encode_texts(["hat"], timeout=10)) == 1


def test_bad_pixels_fail_alone(batcher: Batcher) -> None:
    with pytest.raises(Exception, match=r".+"):
        batcher.encode_pixels(np.zeros((1, 5), dtype=np.float32))

    assert len(batcher.encode_texts(["hat"], timeout=10)) == 1


def test_after_a_deadline_the_request_is_removed(
    batcher: Batcher, recorder: RecordingEncoder
) -> None:
    pause(batcher, recorder)
    with pytest.raises(EncoderBusy):
        batcher.encode_texts(["too late"], timeout=0.05)
    recorder.may_pass.set()

    batcher.encode_texts(["hat"], timeout=10)
    assert not any("too late" in texts for texts in recorder.passes)


def test_a_cancelled_batch_of_photos_is_not_run(
    batcher: Batcher, recorder: RecordingEncoder
) -> None:
    pause(batcher, recorder)
    future = batcher.submit_pixels(pixels(recorder, 2))
    assert future.cancel()
    recorder.may_pass.set()

    batcher.encode_texts(["hat"], timeout=10)
    assert ("photos",) * 2 not in recorder.passes
    with pytest.raises(CancelledError):
        future.result(0)


def test_many_concurrent_callers_get_their_own_results(
    batcher: Batcher, recorder: RecordingEncoder
) -> None:
    words = ["red", "blue", "hat", "dress", "shirt", "coat"]
    expected = {word: Encoder.encode_texts(recorder, [word])[0] for word in words}
    asked = words * 20
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda word: batcher.encode_texts([word], timeout=30)[0], asked))

    for word, answer in zip(asked, answers, strict=True):
        np.testing.assert_allclose(answer, expected[word], atol=1e-5)
    assert len(recorder.passes) < len(asked)


def test_no_texts_give_no_rows(batcher: Batcher, recorder: RecordingEncoder) -> None:
    assert batcher.encode_texts([], timeout=10).shape == (0, recorder.dimensions)


def test_closing_runs_queued_requests_and_refuses_new_ones(recorder: RecordingEncoder) -> None:
    batcher = Batcher(recorder)
    pause(batcher, recorder)
    queued = batcher.submit_texts(["hat"])
    threading.Timer(0.05, recorder.may_pass.set).start()
    batcher.close()

    assert queued.result(0).shape == (1, recorder.dimensions)
    with pytest.raises(EncoderBusy):
        batcher.submit_texts(["more"])


def test_a_process_has_one_batcher_per_encoder(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENCODERS = {"one": {"model": str(folder), "revision": None}}
    monkeypatch.setattr(encoder, "_encoders", {})
    monkeypatch.setattr(batching, "_batchers", {})
    with ThreadPoolExecutor(8) as pool:
        batchers = list(pool.map(get_batcher, ["one"] * 8))

    assert len({id(batcher) for batcher in batchers}) == 1
    batchers[0].close()
