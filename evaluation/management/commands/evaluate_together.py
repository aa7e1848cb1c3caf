"""Measure how much other shoppers' events improve a feed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from evaluation.collaboration.harness import measure
from evaluation.collaboration.report import render_table
from evaluation.collaboration.shoppers import SHOPPERS, make_shop
from evaluation.management.options import whole_number

MIN_SHOPPERS = 200


class Command(BaseCommand):
    help = (
        "Generates shoppers with planted tastes, and prints how often their next choice is in a "
        "feed by photos alone and in one with collaboration, for old and for new products."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--shoppers",
            type=whole_number(MIN_SHOPPERS),
            default=SHOPPERS,
            help=f"{SHOPPERS:,} by default",
        )
        parser.add_argument(
            "--hidden",
            type=whole_number(0),
            default=50,
            help="how much of a taste no photo shows, in per cent; 50 by default",
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed gives other shoppers")

    def handle(self, *args: Any, **options: Any) -> None:
        hidden = min(options["hidden"], 100) / 100
        shop = make_shop(seed=options["seed"], hidden_share=hidden, shoppers=options["shoppers"])
        self.stdout.write(render_table(measure(shop)))
