"""Decode photos, one after the other, for the requests on a socket: see `decoder.messages`."""

import io
import json
import os
import resource
import signal
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import AvifImagePlugin, Image, PngImagePlugin, UnidentifiedImageError
from pillow_heif import register_heif_opener

from decoder import pixels
from decoder.containers import Container
from decoder.endings import check_ending
from decoder.formats import read_container
from decoder.limits import (
    BLANK_MESSAGE,
    COST_MESSAGE,
    EXTENSIONS,
    FORMAT_MESSAGE,
    FORMATS,
    MAX_BYTES,
    MAX_METADATA_BYTES,
    MAX_PIXELS,
    MAX_PROFILE_BYTES,
    SIZE_MESSAGE,
    DecodingRefused,
    make_damage,
)
from decoder.messages import DONE, FACTS, MEASURE, NEED, PART, REFUSAL, RENDER
from decoder.png import drop_checksum, has_all_rows

PART_BYTES = 60_000
MAX_REQUEST_BYTES = 4_096
# What a decoder with an error in it can do: no new files, and nothing written.
HARD_LIMITS = {resource.RLIMIT_NOFILE: 16, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
FORMAT_NAMES = {"HEIF": "HEIC"}  # as people call it
# Threads of one photo would take processors from others, and each has memory of its own.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
PngImagePlugin.MAX_TEXT_CHUNK = MAX_PROFILE_BYTES
PngImagePlugin.MAX_TEXT_MEMORY = 2 * (MAX_PROFILE_BYTES + MAX_METADATA_BYTES)
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def answer(link: socket.socket) -> None:
    """Answer requests until the client closes its socket."""
    for kind, value in HARD_LIMITS.items():
        resource.setrlimit(kind, (value, value))
    while True:
        data, files, _, _ = socket.recv_fds(link, MAX_REQUEST_BYTES, 1)
        if not data:
            return
        request = json.loads(data)
        _limit(request["memory_bytes"], request["processor_seconds"], request["seconds"])
        _answer(request, link, files[0])
        _limit(resource.RLIM_INFINITY, 0, 0)
        os.close(files[0])
        link.send(DONE)


def _answer(request: dict[str, Any], link: socket.socket, file: int) -> None:
    """Answer a request about the photo in an open file; `task` is `RENDER` or `MEASURE`.

    The process ends by a signal after `processor_seconds` or `seconds`, and takes at most
    `memory_bytes` of further memory.
    """
    try:
        with _translate_decoder_errors():
            container = read_container(os.pread(file, MAX_BYTES, 0))
            if container.memory_bytes > request["memory_bytes"]:
                link.send(NEED + str(container.memory_bytes).encode())
                return
            facts, picture = _decode(container, request)
    except DecodingRefused as refusal:
        link.send(REFUSAL + json.dumps({"code": refusal.code, "message": refusal.message}).encode())
        return
    link.send(FACTS + json.dumps({**facts, "bytes": len(picture)}).encode())
    for start in range(0, len(picture), PART_BYTES):
        link.send(PART + picture[start : start + PART_BYTES])


def _limit(memory_bytes: int, processor_seconds: float, seconds: float) -> None:
    """Limit the further memory and the time of this process; zero seconds are no limit."""
    if memory_bytes != resource.RLIM_INFINITY:
        memory_bytes += _read_data_bytes()
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_PROF, processor_seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _read_data_bytes() -> int:
    """Return what the kernel compares with `RLIMIT_DATA`."""
    with open("/proc/self/statm") as figures:  # noqa: PTH123 - a path object costs more than this
        return int(figures.read().split()[5]) * resource.getpagesize()


@contextmanager
def _translate_decoder_errors() -> Iterator[None]:
    """Raise `DecodingRefused` for every error: malformed files make decoders raise anything."""
    try:
        yield
    except DecodingRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DecodingRefused("photo_too_large", SIZE_MESSAGE) from error
    except MemoryError as error:
        raise DecodingRefused("photo_too_complex", COST_MESSAGE) from error
    except UnidentifiedImageError as error:
        raise DecodingRefused("photo_unknown_format", FORMAT_MESSAGE) from error
    except Exception as error:
        raise make_damage() from error


def _decode(container: Container, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return facts of the photo, and the picture that the request is about."""
    if container.lacks_end:
        check_ending(container)
    try:
        return _decode_data(container, container.data, request)
    except OSError:
        # The checksum of the packed pixels may be wrong, which browsers ignore.
        if container.format != "PNG" or not has_all_rows(container.data):
            raise
    return _decode_data(container, drop_checksum(container.data), request)


def _decode_data(
    container: Container, data: bytes, request: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if request["task"] == MEASURE:
            return _measure(opened, request)
        rendition = pixels.render(_load(opened))
    if container.is_animated and pixels.is_empty(rendition):
        raise DecodingRefused("photo_blank", BLANK_MESSAGE)
    facts = {"extension": EXTENSIONS[container.format], "size": rendition.size}
    return facts, pixels.encode(rendition)


def _measure(opened: Image.Image, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    facts = {
        "format": FORMAT_NAMES.get(str(opened.format), opened.format),
        "size": pixels.read_upright_size(opened),
    }
    opacity = None
    if "opacity_size" in request and pixels.has_opacity(opened):
        opacity = pixels.read_opacity(_load(opened), size=tuple(request["opacity_size"]))
    return facts, b"" if opacity is None else opacity.tobytes()


def _load(image: Image.Image) -> Image.Image:
    if image.format == "JPEG" and image.mode in {"RGB", "L"}:
        # Decodes cheaply at 1/2, 1/4 or 1/8 of its size.
        image.draft(None, pixels.choose_draft_size(image.size))
    if image.format == "WEBP":
        return _load_webp(image)
    image.load()
    return image


def _load_webp(image: Any) -> Image.Image:
    """Load a WebP without the two pictures that its decoder holds for the next frame."""
    frame = image._decoder.get_next()
    image._decoder = None
    if frame is None:
        raise make_damage()
    loaded = Image.frombytes(image.mode, image.size, frame[0], "raw", image.rawmode)
    loaded.info = image.info
    return loaded


def warm() -> None:
    """Decode a picture, so that later processes have loaded all modules."""
    for kind in ("JPEG", "PNG"):  # the encoders of others start threads, which a fork would lose
        out = io.BytesIO()
        profile = pixels.srgb().tobytes()
        Image.new("RGB", (64, 64), "red").save(out, kind, icc_profile=profile)
        _decode(read_container(out.getvalue()), {"task": RENDER})
