"""Photos are decoded in other processes, which have limits, can end, and are started again."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from PIL import Image

from benchmarks.hostile_photos import CORPUS, save
from core.decoders import BASE, MEGABYTE, DecodersBusy, Places, get_decoder, get_places
from core.photos import PhotoRefused, open_photo, read_original
from core.tests.factories import make_photo

LATER = 60.0


def wait_for(is_done) -> None:
    deadline = time.monotonic() + LATER
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def find_server() -> psutil.Process:
    get_decoder().start()
    return psutil.Process(get_decoder()._process.pid)


def find_workers() -> list[psutil.Process]:
    """Return the processes that decode, after one has been used."""
    open_photo(io.BytesIO(make_photo()))
    return find_server().children()


def find_busy_workers() -> list[psutil.Process]:
    return [worker for worker in find_server().children() if worker.cpu_times().user > 0.03]


# --- Places ---------------------------------------------------------------------------


def test_of_the_photos_that_wait_the_smallest_is_next():
    places, order = Places(count=1, memory_bytes=100), []  # all are small
    until = time.monotonic() + LATER

    def decode(memory: int) -> None:
        with places.hold(memory, until=until):
            order.append(memory)

    with places.hold(10, until=until):
        threads = [threading.Thread(target=decode, args=(memory,)) for memory in (90, 20, 50)]
        for thread in threads:
            thread.start()
        wait_for(lambda: len(places._waiting) == 3)
    for thread in threads:
        thread.join()
    assert order == [20, 50, 90]


def test_photos_that_run_together_never_need_more_than_all_memory():
    places, used, most = Places(count=8, memory_bytes=100), [], []

    def decode(memory: int) -> None:
        with places.hold(memory, until=time.monotonic() + LATER):
            used.append(memory)
            most.append(sum(used))
            time.sleep(0.01)
            used.remove(memory)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decode, [40, 60, 10, 100, 30] * 6))
    assert max(most) <= 100


def test_large_photos_leave_places_for_smaller_ones():
    places = Places(count=3, memory_bytes=500 * MEGABYTE)
    until = time.monotonic() + LATER
    with places.hold(200 * MEGABYTE, until=until):
        with pytest.raises(DecodersBusy), places.hold(120 * MEGABYTE, until=time.monotonic()):
            pass
        with places.hold(100 * MEGABYTE, until=until):
            with pytest.raises(DecodersBusy), places.hold(90 * MEGABYTE, until=time.monotonic()):
                pass
            with places.hold(30 * MEGABYTE, until=until):
                pass


def test_waiting_for_a_place_ends_with_503():
    places = Places(count=1, memory_bytes=100)
    with places.hold(1, until=time.monotonic() + LATER):
        with pytest.raises(DecodersBusy) as refusal, places.hold(1, until=time.monotonic() + 0.05):
            pass
        assert (refusal.value.status_code, refusal.value.retry_after) == (503, 5)
    with places.hold(100, until=time.monotonic() + LATER):
        assert not places._waiting


def test_an_upload_is_answered_503_with_retry_after_while_all_places_are_taken(
    shop, settings, monkeypatch
):
    places = Places(count=1, memory_bytes=500 * MEGABYTE)
    settings.PHOTO_DEADLINE_SECONDS = 0.1
    monkeypatch.setattr("core.decoders.get_places", lambda: places)
    with places.hold(1, until=time.monotonic() + LATER):
        photo = io.BytesIO(make_photo())
        photo.name = "photo.jpg"
        answer = shop.client.post(
            "/api/v1/images/", {"photo": photo, "name": "x"}, format="multipart"
        )
    assert answer.status_code == 503
    assert answer.json()["code"] == "overloaded"
    assert int(answer["Retry-After"]) >= 1


# --- Processes ------------------------------------------------------------------------


def test_a_photo_is_decoded_by_a_process_without_the_secrets_of_this_one():
    (worker, *_) = find_workers()
    assert worker.pid != os.getpid()
    for process in (worker, find_server()):
        assert not {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} & process.environ().keys()


def test_an_idle_process_that_was_killed_is_replaced():
    for worker in find_workers():
        worker.kill()
        wait_for(lambda worker=worker: not worker.is_running())
    assert open_photo(io.BytesIO(make_photo())).width == 96


def test_a_killed_server_is_started_again():
    server = find_server()
    server.kill()
    wait_for(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
    assert open_photo(io.BytesIO(make_photo())).width == 96
    assert find_server().pid != server.pid


def test_a_photo_whose_process_is_killed_while_it_decodes_is_decoded_again():
    photo = save(Image.new("RGB", (6_000, 5_000), "red"), "PNG", compress_level=1)
    get_decoder().forget_idle()
    wait_for(lambda: not find_server().children())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(open_photo, io.BytesIO(photo))
        wait_for(find_busy_workers)
        (worker,) = find_busy_workers()
        worker.kill()
        assert waiting.result().width == 1_600
    assert not worker.is_running()


@pytest.mark.parametrize(
    "number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE]
)
def test_a_decoder_that_crashes_refuses_only_its_photo(number, monkeypatch):
    """The signal stands for an error in a library's code."""
    from core import decoders

    real = decoders._receive

    answers = []

    def receive(link):
        if answers:  # the first says how much memory the photo needs
            wait_for(find_busy_workers)
            for worker in find_busy_workers():
                worker.send_signal(number)
        answers.append(real(link))
        return answers[-1]

    get_decoder().forget_idle()
    wait_for(lambda: not find_server().children())
    monkeypatch.setattr(decoders, "_receive", receive)
    slow = save(Image.new("RGB", (6_000, 6_000), "red"), "PNG", compress_level=1)
    with pytest.raises(PhotoRefused) as refusal:
        open_photo(io.BytesIO(slow))
    assert refusal.value.code == "photo_damaged"
    monkeypatch.undo()
    assert open_photo(io.BytesIO(make_photo())).width == 96


def test_a_photo_beyond_its_processor_time_is_refused(settings):
    settings.PHOTO_DECODE_SECONDS = 0.02
    large = save(Image.new("RGB", (6_000, 6_000), "red"), "PNG", compress_level=1)
    with pytest.raises(PhotoRefused) as refusal:
        open_photo(io.BytesIO(large))
    assert refusal.value.code == "photo_too_complex"


def test_a_photo_beyond_its_memory_is_refused_and_the_next_one_is_taken():
    hostile = CORPUS["HEIC: states 64 pixels, has 16 MP"]()
    with pytest.raises(PhotoRefused):
        open_photo(io.BytesIO(hostile))
    assert open_photo(io.BytesIO(make_photo())).width == 96


def test_a_photo_that_needs_more_memory_than_there_is_is_too_large(monkeypatch):
    monkeypatch.setattr(get_places(), "max_bytes", 60 * 1024**2)
    large = save(Image.new("RGBA", (4_000, 4_000), "red"), "PNG", compress_level=1)
    with pytest.raises(PhotoRefused) as refusal:
        open_photo(io.BytesIO(large))
    assert (refusal.value.status_code, refusal.value.code) == (413, "photo_too_large")


def test_many_threads_share_the_processes():
    photos = [make_photo(colour, size=(200, 150)) for colour in ("red", "green", "blue")] * 20
    with ThreadPoolExecutor(16) as pool:
        opened = list(pool.map(lambda data: open_photo(io.BytesIO(data)), photos))
    assert [photo.original for photo in opened] == photos
    assert len(find_server().children()) <= max(3, os.cpu_count() or 1)


def test_no_process_remains_after_its_client_was_killed():
    code = (
        "import django, io, os, sys; django.setup()\n"
        "from core.decoders import get_decoder\n"
        "from core.photos import open_photo\n"
        "open_photo(io.BytesIO(sys.stdin.buffer.read()))\n"
        "print(get_decoder()._process.pid, flush=True)\n"
        "import time; time.sleep(600)\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "core.settings"}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=BASE, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as client:
        client.stdin.write(make_photo())
        client.stdin.close()
        server = psutil.Process(int(client.stdout.readline()))
        family = [server, *server.children()]
        assert len(family) == 2
        client.kill()
    wait_for(lambda: not any(process.is_running() for process in family))


# --- Originals ------------------------------------------------------------------------


def test_facts_and_opacity_of_an_original():
    image = Image.new("RGBA", (400, 200), "red")
    image.paste((0, 0, 0, 0), (0, 0, 200, 200))
    found = read_original(save(image, "PNG"), opacity_size=(40, 20))
    assert (found.format, found.width, found.height) == ("PNG", 400, 200)
    assert found.opacity.shape == (20, 40)
    assert (found.opacity[:, :19] == 0).all() and (found.opacity[:, 21:] == 255).all()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "HEIF"])
def test_an_opaque_original_has_no_opacity_and_its_upright_size(kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    original = save(Image.new("RGB", (128, 64), "red"), kind, exif=exif.tobytes())
    found = read_original(original, opacity_size=(64, 128))
    assert (found.width, found.height, found.opacity) == (64, 128, None)
    assert found.format == {"HEIF": "HEIC"}.get(kind, kind)
