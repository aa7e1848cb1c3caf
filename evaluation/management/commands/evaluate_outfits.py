"""Measure how well outfits are told from what is thrown together."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from evaluation.outfits.harness import evaluate
from evaluation.outfits.looks import LOOKS
from evaluation.outfits.report import render_table


class Command(BaseCommand):
    help = (
        "Generates outfits from tables of looks, takes them apart, and prints how often the scorer "
        "finds the piece that was taken and tells the outfits from mixed ones, beside baselines."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--outfits", type=_count, default=500, help="500 by default")
        parser.add_argument("--seed", type=int, default=1, help="another draws other outfits")

    def handle(self, *args: Any, **options: Any) -> None:
        questions = evaluate(outfits=options["outfits"], seed=options["seed"])
        self.stdout.write(render_table(questions))


def _count(text: str) -> int:
    """Read how many outfits; a few of each look, so that every question has wrong answers."""
    least = 4 * len(LOOKS)
    if not text.isdecimal() or int(text) < least:
        raise ArgumentTypeError(f"{text!r} is not a whole number from {least}.")
    return int(text)
