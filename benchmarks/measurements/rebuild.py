"""Time of a rebuild of a collection from Postgres, and of an audit of it; both need no encoder."""

import time
from collections.abc import Callable

from benchmarks.encoders import Subject
from benchmarks.measurements.synthetic.catalogue import fill_shop
from benchmarks.measurements.uploads import open_shop
from benchmarks.report import Report
from benchmarks.stack import Stack
from catalog.indexing.audit import audit_index
from catalog.indexing.repair import rebuild_index
from core.ml.encoder import get_encoder
from core.tenancy import shop_scope

IMAGES = 20_000


def measure_rebuild(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  Rebuild of a collection, in a shop of {IMAGES:,} images", flush=True)
    shop = open_shop(stack, subject)
    index = fill_shop(shop, count=IMAGES, dimensions=get_encoder(subject.name).dimensions)
    stack.wait_until_idle("postgres", "chroma", "worker")
    with shop_scope(shop.id):
        rebuild = _measure(lambda: rebuild_index(index))
        index.refresh_from_db()
        audit = _measure(lambda: not audit_index(index).needs_repair)
    name = f"of a collection of {IMAGES:,} images"
    report.add(f"Rebuild {name} from Postgres", rebuild, unit="s")
    report.add(f"Audit {name}", audit, unit="s")


def _measure(work: Callable[[], bool]) -> float:
    start = time.perf_counter()
    if not work():
        raise RuntimeError("The collection does not equal Postgres.")
    return time.perf_counter() - start
