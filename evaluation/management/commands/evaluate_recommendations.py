"""Measure how good a shop's recommendations are."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from core.errors import Unavailable
from core.tenancy import all_shops, shop_scope
from evaluation.management.options import whole_number, write_files
from evaluation.search.harness import (
    MAX_QUERIES_PER_KIND,
    EmptyCatalogue,
    SearchEvaluation,
    evaluate,
)
from evaluation.search.judgements import JudgementsUnusable
from evaluation.search.report import plot_ndcg, render_table, write_figures
from evaluation.search.systems import ask_feed, ask_shop
from recommendations.api.search.inputs import MAX_IMAGES
from tenants.models import Shop

MAX_NAMED = 10


class Command(BaseCommand):
    help = (
        "Sends queries to a shop like its API, and prints how good the answers are compared with "
        "popularity and chance. Needs a worker; stores no prompts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", required=True, help="the shop's id or name")
        parser.add_argument("--judged", type=Path, metavar="FILE", help="judgements, as JSON lines")
        parser.add_argument("--k", type=whole_number(), default=10, help="images in an answer")
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="for evaluation.svg, .json")
        parser.add_argument(
            "--limit",
            type=whole_number(),
            help=f"queries of a kind at most; {MAX_QUERIES_PER_KIND} by default, judged: all",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        shop, k, limit = _find_shop(options["shop"]), options["k"], options["limit"]
        if k > MAX_IMAGES:
            raise CommandError(f"An answer holds at most {MAX_IMAGES} images.")
        with shop_scope(shop.pk):
            try:
                evaluation = evaluate(
                    shop=shop,
                    ask=ask_shop(shop),
                    feed=ask_feed(shop),
                    judged=options["judged"],
                    k=k,
                    limit=limit,
                )
            except (JudgementsUnusable, EmptyCatalogue) as error:
                raise CommandError(str(error)) from error
            except Unavailable as error:
                raise CommandError(f"{error.message} Is a worker running?") from error
        self.stdout.write(render_table(evaluation))
        if options["out"]:
            folder = options["out"]
            write_files(folder, partial(_write, evaluation))
            self.stdout.write(f"Written to {folder}: evaluation.svg, evaluation.json")


def _write(evaluation: SearchEvaluation, folder: Path) -> None:
    (folder / "evaluation.svg").write_text(plot_ndcg(evaluation), "utf-8")
    write_figures(evaluation, folder / "evaluation.json")


def _find_shop(reference: str) -> Shop:
    """Return the shop with this id, or else the only one of this name."""
    try:
        found = Shop.objects.filter(pk=UUID(reference))
    except ValueError:
        found = Shop.objects.filter(name=reference)
    with all_shops():
        shops = list(found[:MAX_NAMED])
    if not shops:
        raise CommandError(f"There is no shop {reference!r}.")
    if len(shops) > 1:
        ids = ", ".join(str(shop.pk) for shop in shops)
        raise CommandError(f"Several shops are named {reference!r}; give an id: {ids}")
    return shops[0]
