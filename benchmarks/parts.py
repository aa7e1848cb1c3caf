"""The parts that are measured with one encoder, in their order."""

from functools import cache

from benchmarks.client import Address, UnexpectedStatus, prompt_request, send_all
from benchmarks.encoders import Subject
from benchmarks.measurements.events import measure_events
from benchmarks.measurements.facet_counts import measure_facet_counts
from benchmarks.measurements.handler import measure_handler
from benchmarks.measurements.hostile_photos import measure_hostile_photos
from benchmarks.measurements.hybrid_search import measure_hybrid
from benchmarks.measurements.imports import measure_imports
from benchmarks.measurements.indexing import measure_indexing
from benchmarks.measurements.memory import measure_memory
from benchmarks.measurements.photo_links.pace import measure_photo_links
from benchmarks.measurements.quality import measure_quality
from benchmarks.measurements.rebuild import measure_rebuild
from benchmarks.measurements.recommendations import measure_recommendations
from benchmarks.measurements.request_checks import measure_request
from benchmarks.measurements.search import measure_search
from benchmarks.measurements.slow_clients import measure_slow_clients
from benchmarks.measurements.stylist import measure_stylist
from benchmarks.measurements.synthetic.affinity import measure_affinity
from benchmarks.measurements.synthetic.interpretation import measure_interpretation
from benchmarks.measurements.synthetic.suggestions import measure_suggestions
from benchmarks.measurements.synthetic.words import measure_words
from benchmarks.measurements.uploads import accept, measure_uploads, open_shop
from benchmarks.photos import load_photos
from benchmarks.report import Report
from benchmarks.stack import Stack, wait_for

PHOTOS = 480
LINKED_PHOTOS = 1_000
FEW = 32


def measure(stack: Stack, subject: Subject, report: Report, only: str | None) -> None:
    """Measure an encoder with web and worker running; `only` names a single part."""
    _warm_up(stack, subject)
    # Indexing needs uploads, so it measures them too.
    if only in {None, "indexing"}:
        measure_indexing(stack, subject, _photos(PHOTOS), report)
    if only == "uploads":
        measure_uploads(stack, subject, _photos(PHOTOS), report)
    if only in {None, "search"}:
        measure_search(stack, subject, report)
    # Measured once: it uses no encoder, and such a large shop takes minutes to fill.
    if only in {None, "recommending"} and subject.is_trained:
        measure_recommendations(stack, subject, report)
    if only in {None, "hybrid"} and subject.is_trained:
        measure_hybrid(stack, subject, report)
    # It uses no encoder.
    if only in {None, "facets"} and subject.is_trained:
        measure_facet_counts(stack, subject, report)
    if only in {None, "rebuild"} and subject.is_trained:
        measure_rebuild(stack, subject, report)
    # It uses no encoder.
    if only in {None, "imports"} and subject.is_trained:
        measure_imports(stack, report)
    # It uses no encoder.
    if only in {None, "words"} and subject.is_trained:
        measure_words(stack, report)
    # It uses no encoder.
    if only in {None, "suggestions"} and subject.is_trained:
        measure_suggestions(stack, subject, report)
    # It uses no encoder.
    if only in {None, "understanding"} and subject.is_trained:
        measure_interpretation(report)
    # It uses no encoder.
    if only in {None, "affinity"} and subject.is_trained:
        measure_affinity(stack, report)
    # Other encoders take so long that nothing of the links would show.
    if only in {None, "photo_links"} and subject.is_trained:
        measure_photo_links(stack, subject, _photos(LINKED_PHOTOS), report)
    # Only on request: its figures have no goals. It uses no encoder.
    if only == "handler" and subject.is_trained:
        measure_handler(stack, subject, _photos(PHOTOS)[:FEW], report)
    if only == "slow_clients" and subject.is_trained:
        measure_slow_clients(stack, subject, _photos(PHOTOS)[:FEW], report)
    # It uses no encoder but the worker's, once.
    if only in {None, "request"} and subject.is_trained:
        measure_request(stack, subject, _photos(PHOTOS)[:FEW], report)
    if only in {None, "events"}:
        measure_events(stack, subject, report)
    # It uses no encoder.
    if only in {None, "quality"} and subject.is_trained:
        with stack.worker_paused():
            measure_quality(report)
    # It uses no encoder for most of its photos.
    if only in {None, "hostile_photos"} and subject.is_trained:
        measure_hostile_photos(stack, subject, _photos(PHOTOS)[:FEW], report)
    if only in {None, "stylist"}:
        measure_stylist(stack, subject, _photos(PHOTOS), report)
    if only in {None, "memory"}:
        measure_memory(stack, subject, report)


def _warm_up(stack: Stack, subject: Subject) -> None:
    """Wait until the worker has loaded its model and used it for photos and a prompt."""
    shop = open_shop(stack, subject)
    wait_for("The first answer", lambda: _answers(shop.address), every=0.5)
    accept(shop, _photos(PHOTOS)[:FEW])
    stack.wait_until_idle("worker")


def _answers(address: Address) -> bool:
    try:
        send_all(address.port, [prompt_request(address, "a first prompt")], clients=1)
    except UnexpectedStatus:
        return False  # 503, while the model is loaded
    return True


@cache
def _photos(count: int) -> list[bytes]:
    photos, what = load_photos(count)
    print(f"Measured with {count} {what}.", flush=True)
    return photos
