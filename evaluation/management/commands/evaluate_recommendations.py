"""Measure how good a shop's recommendations are."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from core.errors import Unavailable
from core.tenancy import shop_scope
from evaluation.search.harness import MOST_OF_A_KIND, Evaluation, NothingToFind, evaluate
from evaluation.search.judgements import JudgementsUnusable
from evaluation.search.plot import draw_plot
from evaluation.search.report import render_table, write_figures
from evaluation.search.systems import ask_feed, ask_shop
from recommendations.api.search.inputs import MAX_IMAGES
from tenants.models import Shop

MOST_NAMED = 10


class Command(BaseCommand):
    help = (
        "Puts queries to a shop as its API would, and prints how good the answers are beside "
        "popularity and chance. Needs a worker; leaves no prompts behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", required=True, help="the shop's id or name")
        parser.add_argument("--judged", type=Path, metavar="FILE", help="judgements, as JSON lines")
        parser.add_argument("--k", type=_count, default=10, help="images an answer, 10 by default")
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="for evaluation.svg, .json")
        parser.add_argument(
            "--limit",
            type=_count,
            help=f"queries of a kind at most; {MOST_OF_A_KIND} by default, of judged ones all",
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
            except (JudgementsUnusable, NothingToFind) as error:
                raise CommandError(str(error)) from error
            except Unavailable as error:
                raise CommandError(f"{error.message} Is a worker running?") from error
        self.stdout.write(render_table(evaluation))
        if options["out"]:
            self._write(evaluation, options["out"])

    def _write(self, evaluation: Evaluation, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "evaluation.svg").write_text(draw_plot(evaluation), "utf-8")
            write_figures(evaluation, folder / "evaluation.json")
        except OSError as error:
            raise CommandError(f"Nothing can be written to {folder}: {error}") from error
        self.stdout.write(f"Written to {folder}: evaluation.svg, evaluation.json")


def _find_shop(reference: str) -> Shop:
    """Return the shop with this id, or else the only one of this name."""
    try:
        found = Shop.objects.filter(pk=UUID(reference))
    except ValueError:
        found = Shop.objects.filter(name=reference)
    shops = list(found[:MOST_NAMED])
    if not shops:
        raise CommandError(f"There is no shop {reference!r}.")
    if len(shops) > 1:
        ids = ", ".join(str(shop.pk) for shop in shops)
        raise CommandError(f"Several shops are named {reference!r}; give an id: {ids}")
    return shops[0]


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1.")
    return int(text)
