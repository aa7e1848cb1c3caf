"""NDCG of search with vectors only, words only and both, on queries with known answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from io import StringIO
from statistics import mean
from tempfile import TemporaryDirectory
from types import MappingProxyType

from django.core.management import call_command
from rich.console import Console
from rich.table import Table

from benchmarks.encoders import Subject
from benchmarks.garment_queries import build_queries
from benchmarks.measurements.uploads import open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack, wait_for
from catalog.indexing.indexes import get_live_index
from catalog.models import IndexEntry
from core.tenancy import all_shops, shop_scope
from evaluation.search.catalogue import Catalogue, read_catalogue
from evaluation.search.judgements import Query
from evaluation.search.metrics import ndcg_at
from evaluation.search.systems import ask_shop
from recommendations.steering.weights import set_weights
from tenants.models import Shop

# Other garments than in the demo, and than the weights were chosen with.
GARMENTS, SEED = 400, 32
HEIGHT = 256  # of the photos in pixels; more than the bundled encoder uses
K = 10
VECTORS, WORDS, BOTH = "vectors alone", "words alone", "both, by default"
WEIGHTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {VECTORS: {"text": 0.0}, WORDS: {"text": 1.0}, BOTH: {}}
)


def measure_hybrid(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  {subject.title}: hybrid search, among {GARMENTS} garments", flush=True)
    shop = stock_shop(stack, subject, seed=SEED)
    with shop_scope(shop.pk):
        catalogue = read_catalogue()
        queries = build_queries(catalogue)
        found = {
            method: ndcg_by_kind(shop, catalogue, queries, weights)
            for method, weights in WEIGHTS.items()
        }
    _show(found, queries)
    overall = {method: mean(kinds.values()) for method, kinds in found.items()}
    best_alone = Goal("≥", round(max(overall[VECTORS], overall[WORDS]), 3))
    for method, value in overall.items():
        goal = best_alone if method == BOTH else None
        report.add(f"{subject.title}: NDCG@{K}, {method}", value, unit="", goal=goal)


def stock_shop(stack: Stack, subject: Subject, *, seed: int) -> Shop:
    """Return a shop of generated garments that the worker has embedded."""
    opened = open_shop(stack, subject)
    with all_shops():
        shop = Shop.objects.get(pk=opened.id)
    with TemporaryDirectory() as folder:
        options = {"count": GARMENTS, "seed": seed, "height": HEIGHT}
        call_command("generate_garments", folder, **options, stdout=StringIO())
        call_command("load_garments", folder, shop=str(shop.pk), stdout=StringIO())
    wait_for("Embedding the garments", lambda: _is_searchable(shop), every=0.5)
    return shop


def ndcg_by_kind(
    shop: Shop, catalogue: Catalogue, queries: Sequence[Query], weights: Mapping[str, float]
) -> dict[str, float]:
    """Return the mean NDCG of each kind of query with these weights."""
    set_weights(shop=shop, values=weights)
    ask = ask_shop(shop)
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for query in queries:
        grades = query.grade(ask(query.prompt, K).images, catalogue)
        scores[query.kind].append(ndcg_at(K, grades, query.ideal(catalogue)))
    return {kind: mean(values) for kind, values in scores.items()}


def _is_searchable(shop: Shop) -> bool:
    with shop_scope(shop.pk):
        indexed = IndexEntry.objects.filter(state=IndexEntry.State.INDEXED).count()
        return indexed == GARMENTS and get_live_index(shop.pk).is_complete


def _show(found: Mapping[str, Mapping[str, float]], queries: Sequence[Query]) -> None:
    table = Table("asked by", "queries", *found, title=f"NDCG@{K}, {GARMENTS} garments")
    asked = [query.kind for query in queries]
    for kind in dict.fromkeys(asked):
        figures = (f"{kinds[kind]:.3f}" for kinds in found.values())
        table.add_row(kind, str(asked.count(kind)), *figures)
    table.add_section()
    table.add_row("mean", str(len(queries)), *(f"{mean(k.values()):.3f}" for k in found.values()))
    Console().print(table)
