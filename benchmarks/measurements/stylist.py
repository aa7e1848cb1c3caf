"""Latency of outfits, of the stylist's first word, and photos tagged per second."""

import io
import time
from collections.abc import Sequence
from itertools import cycle, islice, product
from statistics import median

import httpx

from benchmarks.client import Connection, UnexpectedStatus, outfits_request
from benchmarks.encoders import Subject
from benchmarks.measurements.synthetic.catalogue import make_images
from benchmarks.measurements.synthetic.tags import SyntheticGarment, make_garments
from benchmarks.measurements.uploads import BenchShop, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack, vacuum
from catalog.models import Image
from core.photos import open_photo
from core.tenancy import shop_scope
from stylist.garments.garment import SEASONS
from stylist.models import ImageTags, WardrobeItem
from stylist.outfits.wishes import OCCASIONS
from stylist.tagging.jobs import tag_wardrobes
from stylist.wardrobe.items import add_items
from tenants.models import Shop, Shopper

ITEMS, IMAGES = 200, 50_000
VARIETY = 2_000  # different garments; the catalogue repeats them
REQUESTS = 44
SHOPPER = "ada"
PHOTOS = 96
WARDROBE, MIXED, FIRST_WORD = Goal("≤", 150), Goal("≤", 500), Goal("≤", 300)
MESSAGES = (
    "Hello!",
    "I need a red dress under 100",
    "cheaper",
    "What goes with my navy jeans?",
    "Put an outfit together for a wedding",
    "How do I wash silk?",
    "What do I own?",
)


def measure_stylist(stack: Stack, subject: Subject, photos: list[bytes], report: Report) -> None:
    print(f"  {subject.title}: tagging {PHOTOS} photos", flush=True)
    with stack.worker_paused():
        rate = _tag(open_shop(stack, subject), photos[:PHOTOS])
    report.add(f"{subject.title}: photos tagged, one process", rate, unit="photos/s")
    # It uses no encoder.
    if subject.is_trained:
        _measure_outfits(stack, subject, report)


def _tag(shop: BenchShop, photos: Sequence[bytes]) -> float:
    """Return the photos of a wardrobe tagged per second, after the labels are cached."""
    with shop_scope(shop.id):
        _add(shop, photos[:1])
        tag_wardrobes()
        _add(shop, photos)
        start = time.perf_counter()
        count = tag_wardrobes()
        return count / (time.perf_counter() - start)


def _add(shop: BenchShop, photos: Sequence[bytes]) -> None:
    opened = [open_photo(io.BytesIO(photo)) for photo in photos]
    add_items(shop=Shop.objects.get(pk=shop.id), external_id=SHOPPER, photos=opened)


def _measure_outfits(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  outfits, from {ITEMS} garments and {IMAGES:,} images", flush=True)
    shop = open_shop(stack, subject)
    _fill(shop)
    stack.wait_until_idle("postgres", "worker", "web")
    line = Connection(shop.address.port)
    cold = _ask(shop, line, "mixed", 1)
    for source, what, goal in (
        ("wardrobe", f"from {ITEMS} garments", WARDROBE),
        ("mixed", f"mixed with {IMAGES:,} images", MIXED),
    ):
        name = f"outfits {what}"
        report.add(
            f"{name}, median", median(_ask(shop, line, source, REQUESTS)), unit="ms", goal=goal
        )
    report.add(f"outfits mixed with {IMAGES:,} images, first of a process", *cold, unit="ms")
    line.close()
    name = "first streamed word of the stylist, by rules, median"
    report.add(name, median(_time_first_words(shop)), unit="ms", goal=FIRST_WORD)


def _ask(shop: BenchShop, line: Connection, source: str, count: int) -> list[float]:
    """Return the milliseconds of responses to different wishes, one request at a time."""
    wishes = islice(cycle(product(sorted(OCCASIONS), SEASONS)), count)
    requests = [
        outfits_request(
            shop.address,
            SHOPPER,
            {"source": source, "occasion": occasion, "season": season, "number_of_outfits": 5},
        )
        for occasion, season in wishes
    ]
    return [line.ask(request).seconds * 1000 for request in requests]


def _time_first_words(shop: BenchShop) -> list[float]:
    """Return the milliseconds until the first words; every answer is read to its end."""
    headers = {"Authorization": f"Api-Key {shop.address.key}", "Accept": "text/event-stream"}
    base = f"http://127.0.0.1:{shop.address.port}/api/v1/"
    with httpx.Client(base_url=base, headers=headers, timeout=30) as client:
        begun = client.post(f"shoppers/{SHOPPER}/conversations/", headers={"Accept": "*/*"}).json()
        address = f"conversations/{begun['id']}/messages/"
        return [_time_first(client, address, text) for text in MESSAGES * 3]


def _time_first(client: httpx.Client, address: str, text: str) -> float:
    start = time.perf_counter()
    with client.stream("POST", address, json={"text": text}) as answer:
        lines = answer.iter_lines()
        first = next(line for line in lines if line == "event: words")
        seconds = time.perf_counter() - start
        ends = [line for line in lines if line in ("event: done", "event: failed")]
    if not first or ends != ["event: done"]:
        raise UnexpectedStatus(f"The stylist gave no answer to {text!r}.")
    return seconds * 1000


def _fill(shop: BenchShop) -> None:
    """Create a tagged wardrobe and a tagged catalogue."""
    garments = make_garments(VARIETY)
    with shop_scope(shop.id):
        shopper = Shopper.objects.create(shop_id=shop.id, external_id=SHOPPER)
        WardrobeItem.objects.bulk_create(
            WardrobeItem(
                shop_id=shop.id,
                shopper=shopper,
                photo=f"shops/{shop.id}/wardrobe/{number}.jpg",
                width=400,
                height=533,
                **_fields(garment),
            )
            for number, garment in enumerate(garments[:ITEMS])
        )
        images = make_images(shop, IMAGES)
        for image in images:
            image.category_id = None  # which would determine the type
        Image.objects.bulk_create(images, batch_size=1_000)
        ImageTags.objects.bulk_create(
            (
                ImageTags(
                    shop_id=shop.id,
                    image=image,
                    image_version=1,
                    features=garment.features,
                    **_fields(garment),
                )
                for image, garment in zip(images, cycle(garments))
            ),
            batch_size=1_000,
        )
    vacuum()


def _fields(garment: SyntheticGarment) -> dict[str, object]:
    return {
        "state": "done",
        "tags": garment.tags,
        "slot": garment.slot,
        "kind": garment.kind,
        "embedding": garment.embedding,
        "encoder": "mini",
    }
