"""Files of the old systems, as their schemas have them, and a run of the command."""

import io
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command

from core.tests.factories import make_photo
from tenants.models import Shop

APP = "fashin_clip_recommendations"
FACETS: Mapping[str, Sequence[Sequence[object]]] = {
    "category": [
        ("CategoryId", "name", "description"),
        (1, "Dress", ""),
        (2, "Summer dresses", ""),
    ],
    "styles": [("StyleId", "name", "description"), (1, "Casual", None), (2, "Festival", "Loud")],
    "agegroup": [("AgeGroupId", "name", "description"), (1, "Adults", "")],
}
IMAGE_COLUMNS = (
    *("ImageID", "APIKey_id", "Photo", "name", "description"),
    *("Category_id", "Styles_id", "AgeGroup_id", "Processor_embedded"),
)


@dataclass(frozen=True)
class Run:
    """What the command printed."""

    out: str
    problems: str


def run(shop: Shop, source: Path, system: str, **options: Any) -> Run:
    """Run `manage.py import_legacy`."""
    out, problems = io.StringIO(), io.StringIO()
    call_command(
        "import_legacy",
        str(source),
        system=system,
        shop=str(shop.pk),
        stdout=out,
        stderr=problems,
        **options,
    )
    return Run(out.getvalue(), problems.getvalue())


def save_photo(folder: Path, name: str, colour: str = "red") -> Path:
    """Store a photo as the old system did."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(make_photo(colour))
    return path


def image_row(number: int, photo: str, **changed: Any) -> tuple[Any, ...]:
    """Return a row of an image collection; `changed` names columns."""
    values = dict(
        zip(
            IMAGE_COLUMNS, (number, 1, photo, f"Dress {number}", "Linen", 1, 1, 1, "t"), strict=True
        )
    )
    return tuple({**values, **changed}.values())


def write_copy_dump(path: Path, tables: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Write the dump that `pg_dump` makes: for each table its columns, then its rows."""
    blocks = ["--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n"]
    for name, (columns, *rows) in tables.items():
        names = ", ".join(f'"{column}"' for column in columns)
        lines = ["\t".join(map(_escape, row)) for row in rows]
        blocks.append(f"COPY public.{APP}_{name} ({names}) FROM stdin;")
        blocks += [*lines, "\\.", ""]
    path.write_text("\n".join(blocks), "utf-8")
    return path


def _escape(value: object) -> str:
    if value is None:
        return r"\N"
    text = str(value).replace("\\", r"\\")
    return text.replace("\n", r"\n").replace("\t", r"\t").replace("\r", r"\r")


def write_sqlite(path: Path, tables: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Write an SQLite file with these tables."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, (columns, *rows) in tables.items():
            names = ", ".join(map(str, columns))
            connection.execute(f"CREATE TABLE {name} ({names})")
            marks = ", ".join("?" for _ in columns)
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
    return path


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
