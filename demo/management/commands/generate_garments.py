import json
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.garments import Garment, describe, draw_garment, sample_garments

LIST_NAME = "garments.json"
QUALITY = 90  # of the JPEGs: no visible blocks on smooth cloth


class Command(BaseCommand):
    help = (
        "Draw product photos of invented garments into a folder, with a garments.json of each "
        "photo's name, the garment's features and its catalogue data."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="created if it does not exist")
        parser.add_argument("--count", type=int, default=300, help="how many to draw")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same garments")
        parser.add_argument("--height", type=int, default=768, help="of the photos, in pixels")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        count, height = options["count"], options["height"]
        if count < 1 or not 64 <= height <= 4096:
            raise CommandError("--count must be at least 1, and --height from 64 to 4096.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            rows = self._draw(folder, sample_garments(count=count, seed=options["seed"]), height)
            text = json.dumps(rows, indent=1, ensure_ascii=False)
            (folder / LIST_NAME).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Cannot write to {folder}: {error.strerror or error}") from error
        self.stdout.write(self.style.SUCCESS(f"{count} garments are in {folder}."))

    def _draw(self, folder: Path, garments: list[Garment], height: int) -> list[dict[str, Any]]:
        """Write the photos, print a line `done/total` for each; return the rows of the list."""
        names = [f"garment-{number:04d}.jpg" for number in range(1, len(garments) + 1)]

        def draw(name: str, garment: Garment) -> dict[str, Any]:
            photo = draw_garment(garment, height=height)
            photo.save(folder / name, quality=QUALITY, subsampling=0)
            return {"photo": name, "features": asdict(garment), **describe(garment).as_json()}

        rows = []
        with ThreadPoolExecutor(max_workers=4) as pool:
            for row in pool.map(draw, names, garments):
                rows.append(row)
                self.stdout.write(f"{len(rows)}/{len(garments)}")
                self.stdout.flush()
        return rows
