"""The files of old databases, read row by row, whatever is in them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from stylist.legacy.sources import open_source
from stylist.legacy.sources.rows import BrokenRow, SourceUnreadable
from stylist.tests.legacy.factories import write_lines, write_sqlite

MEGABYTE = "x" * 1_048_577


def read(path: Path, *tables: str) -> list[Any]:
    """Return the values of each row, or the code of one that cannot be read."""
    rows = open_source(path).read(tables or {"images"})
    return [row.code if isinstance(row, BrokenRow) else dict(row.values) for row in rows]


def read_dump(tmp_path: Path, *lines: str) -> list[Any]:
    return read(write_lines(tmp_path / "dump.sql", lines))


def read_json(tmp_path: Path, text: str) -> list[Any]:
    path = tmp_path / "images.json"
    path.write_text(text, "utf-8")
    return read(path)


COPY = 'COPY public.core_images (id, "Name", note) FROM stdin;'


def test_a_block_of_copy_is_unescaped(tmp_path):
    rows = read_dump(
        tmp_path,
        COPY,
        r"1	a\tb\\n	\N",
        r"2	\x41\102\q	",
        r"\.",
        "COPY public.other (id) FROM stdin;",
        "9",
        r"\.",
        "COPY public.images FROM stdin;",
        r"\.",
    )
    assert rows == [
        {"id": "1", "name": "a\tb\\n"},
        {"id": "2", "name": "ABq", "note": ""},
    ]


def test_data_that_looks_like_sql_stays_data(tmp_path):
    rows = read_dump(
        tmp_path,
        "COPY public.prompts (text) FROM stdin;",
        "COPY public.images (id) FROM stdin;",
        "INSERT INTO public.images (id) VALUES (666);",
        r"\.",
        "INSERT INTO public.prompts (text) VALUES ('it''s",
        "INSERT INTO public.images (id) VALUES (667);",
        "');",
        "INSERT INTO public.images (id) VALUES (1);",
    )
    assert rows == [{"id": "1"}]


def test_inserts_have_columns_of_their_own_or_those_of_the_table(tmp_path):
    rows = read_dump(
        tmp_path,
        "CREATE TABLE public.images (",
        "    id integer NOT NULL,",
        "    \"Name\" character varying(50) DEFAULT 'x'::character varying,",
        "    CONSTRAINT short CHECK (id > 0)",
        ");",
        "INSERT INTO public.images VALUES (1, 'It''s; (a, b)'), (2, NULL);",
        "INSERT INTO public.images (\"Name\", id) VALUES (E'two\nlines'::text, -3);",
    )
    assert rows == [
        {"id": "1", "name": "It's; (a, b)"},
        {"id": "2"},
        {"name": "two\nlines", "id": "-3"},
    ]


def test_a_bad_row_of_a_dump_stops_no_other(tmp_path):
    rows = read_dump(
        tmp_path,
        COPY,
        "1	too few",
        f"2	{MEGABYTE}	long",
        r"3	\000	nul",
        "4	good	",
        r"\.",
        "INSERT INTO images (id) VALUES (now());",
        "INSERT INTO images (id) VALUES ('",
        *[MEGABYTE[:600_000]] * 2,
        "');",
        f"INSERT INTO images (id) VALUES ('{MEGABYTE}');",  # noqa: S608
        "INSERT INTO images (id) VALUES (5);",
        "INSERT INTO images (id) VALUES ('never closed;",
    )
    assert rows == [
        "values_miscounted",
        "row_too_long",
        "nul",
        {"id": "4", "name": "good", "note": ""},
        "value_unreadable",
        "row_too_long",
        "row_too_long",
        {"id": "5"},
        "row_too_long",
    ]


OBJECTS = [{"_id": {"$oid": "65f"}, "name": 'a "}{" \\'}, {"_id": 2, "tags": ["a"], "n": None}]
FOUND = [{"id": "65f", "name": 'a "}{" \\'}, {"id": "2", "tags": '["a"]'}]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, OBJECTS)),
        "[" + ",\n".join(map(json.dumps, OBJECTS)) + "]\n",
        json.dumps(OBJECTS),
        json.dumps(OBJECTS, indent=2),
        json.dumps(OBJECTS, indent=2).replace("[\n  {", "[{", 1),
    ],
    ids=["lines", "array of lines", "array", "indented", "indented with bracket"],
)
def test_json_is_read_in_every_layout(tmp_path, text):
    assert read_json(tmp_path, text) == FOUND


def test_a_long_json_array_on_one_line_is_read_in_pieces(tmp_path):
    objects = [{"id": number, "text": '\\" }{ é' * 50} for number in range(5_000)]
    rows = read_json(tmp_path, json.dumps(objects))
    assert [row["id"] for row in rows] == [str(number) for number in range(5_000)]
    assert {row["text"] for row in rows} == {'\\" }{ é' * 50}


def test_a_bad_json_object_stops_no_other(tmp_path):
    broken = ['{"id": 1', '{"id": 2}', "[3]", '{"id": "\\u0000"}', '{"id": 5}']
    broken.append(json.dumps({"id": MEGABYTE}))
    assert read_json(tmp_path, "\n".join(broken)) == [
        "json_invalid",
        {"id": "2"},
        "json_invalid",
        "nul",
        {"id": "5"},
        "row_too_long",
    ]
    indented = json.dumps([{"id": MEGABYTE}, {"id": 2}, {"id": 3}], indent=1)
    assert read_json(tmp_path, indented.removesuffix("}\n]")) == [
        "row_too_long",
        {"id": "2"},
        "row_too_long",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"$date": "2024-05-01T08:00:00Z"}, "2024-05-01T08:00:00Z"),
        ({"$date": {"$numberLong": "1714550400000"}}, "2024-05-01T08:00:00+00:00"),
        ({"$date": 1714550400000}, "2024-05-01T08:00:00+00:00"),
        ({"$date": {"$numberLong": "9" * 30}}, "9" * 30),
        ({"$numberLong": "7"}, "7"),
        (True, "true"),
    ],
)
def test_extended_json_becomes_text(tmp_path, value, text):
    assert read_json(tmp_path, json.dumps({"v": value})) == [{"v": text}]


def test_sqlite_is_read_without_views_and_without_writing(tmp_path):
    path = write_sqlite(
        tmp_path / "app.db",
        {
            "images": [
                ("id", '"from"', "size"),
                (1, "a", 2.5),
                (2, MEGABYTE, None),
                (3, "a\0b", None),
                (4, b"\xff", 1),
            ],
        },
    )
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE VIEW user_images AS SELECT 666 AS id")
    before = path.read_bytes()
    rows = read(path)
    assert rows == [
        {"id": "1", "from": "a", "size": "2.5"},
        "row_too_long",
        {"id": "3", "from": "a"},
        {"id": "4", "size": "1"},
    ]
    assert path.read_bytes() == before


def test_a_damaged_sqlite_file_is_an_error(tmp_path):
    path = tmp_path / "app.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)
    with pytest.raises(SourceUnreadable):
        read(path)


@pytest.mark.parametrize("data", [b"PGDMP\x01\x0e", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n\0\0"])
def test_files_of_other_formats_are_refused(tmp_path, data):
    path = tmp_path / "dump"
    path.write_bytes(data)
    with pytest.raises(SourceUnreadable):
        read(path)


def test_a_folder_without_exports_and_a_missing_file_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.sql"):
        with pytest.raises(SourceUnreadable):
            open_source(path)
