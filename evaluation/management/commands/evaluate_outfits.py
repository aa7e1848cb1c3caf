"""Measure how well the scorer of outfits distinguishes outfits from random garments."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from evaluation.management.options import whole_number
from evaluation.outfits.harness import evaluate
from evaluation.outfits.looks import LOOKS
from evaluation.outfits.report import render_table

# A few of each look, so that every question has wrong choices.
MIN_OUTFITS = 4 * len(LOOKS)


class Command(BaseCommand):
    help = (
        "Generates outfits from tables of looks, and prints how often the scorer and the baselines "
        "find a missing piece and distinguish the outfits from mixed ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--outfits", type=whole_number(MIN_OUTFITS), default=500, help="500 by default"
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed gives other outfits")

    def handle(self, *args: Any, **options: Any) -> None:
        questions = evaluate(outfits=options["outfits"], seed=options["seed"])
        self.stdout.write(render_table(questions))
