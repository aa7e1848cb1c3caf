"""Measure how often the first result of a written prompt is right."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import Unavailable
from evaluation.first_results.prompts import Half


class Command(BaseCommand):
    help = (
        "Sends written prompts to a shop of generated garments, which it makes and deletes again, "
        "and prints how often the first result is right, by class. Needs a worker."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--half",
            choices=[half.value for half in Half],
            default=Half.DEVELOPMENT.value,
            help="of the prompts; the held-out half is not for those who work on search",
        )
        parser.add_argument(
            "--failures",
            action="store_true",
            help="list the prompts with a wrong first result; not of the held-out half",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Garments are drawn with OpenCV, which other commands do not load.
        from evaluation.first_results.harness import evaluate_first_results
        from evaluation.first_results.report import render_first_results
        from evaluation.first_results.throwaway_shop import PhotosNotEmbedded

        half = Half(options["half"])
        if options["failures"] and half is Half.HELD_OUT:
            raise CommandError("Nobody reads the prompts of the held-out half: leave --failures.")
        try:
            evaluation = evaluate_first_results(half=half, report=self.stderr.write)
        except (PhotosNotEmbedded, Unavailable) as error:
            raise CommandError(f"{error} Is a worker running?") from error
        self.stdout.write(render_first_results(evaluation, with_failures=options["failures"]))
