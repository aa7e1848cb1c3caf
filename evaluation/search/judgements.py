"""Queries with their relevant images, read from a file of judgements.

Each line of a file is a JSON object: `{"prompt": …, "relevant": {image id or SKU: grade, …}}` with
whole grades from 0, or `{"prompt": …, "none": true}` for things that the shop does not sell.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from evaluation.search.catalogue import Catalogue
from evaluation.search.metrics import Grades
from recommendations.api.search.inputs import MAX_PROMPT_LENGTH

JUDGED, NOT_SOLD = "judged", "not sold"
MAX_FAULTS = 20


class JudgementsUnusable(Exception):
    """The file cannot be read, or has invalid lines, which the message lists."""


@dataclass(frozen=True, slots=True)
class Query:
    """A prompt, its kind, and the grades of the relevant images.

    Without grades the shop sells nothing that is relevant.
    """

    kind: str
    prompt: str
    relevant: Mapping[UUID, int] = field(default_factory=dict)

    def grade(self, ranking: list[UUID], catalogue: Catalogue) -> Grades:
        """Return the grade of each image of a ranking; only the first image of an item counts."""
        grades, found = [], set()
        for image in ranking:
            item, grade = catalogue.item_of(image), self.relevant.get(image, 0)
            grades.append(0 if item in found else grade)
            if grade:
                found.add(item)
        return grades

    def ideal(self, catalogue: Catalogue) -> Grades:
        """Return the best grade of each relevant item."""
        best: dict[str, int] = {}
        for image, grade in self.relevant.items():
            item = catalogue.item_of(image)
            best[item] = max(grade, best.get(item, 0))
        return list(best.values())


def read_judgements(path: Path, catalogue: Catalogue) -> list[Query]:
    """Return a file's queries; raises `JudgementsUnusable`, which lists the invalid lines."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JudgementsUnusable(f"{path} cannot be read: {error}") from error
    queries, faults = {}, []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            query = _read_line(line, catalogue)
            if query.prompt in queries:
                raise ValueError(f"“{query.prompt}” is judged further up already")
            queries[query.prompt] = query
        except ValueError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        more = [f"and {len(faults) - MAX_FAULTS} more"] if len(faults) > MAX_FAULTS else []
        raise JudgementsUnusable("\n".join([f"{path}:", *faults[:MAX_FAULTS], *more]))
    if not queries:
        raise JudgementsUnusable(f"{path} holds no judgements.")
    return list(queries.values())


def _read_line(line: str, catalogue: Catalogue) -> Query:
    try:
        fields: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(fields, dict) or fields.keys() not in (
        {"prompt", "relevant"},
        {"prompt", "none"},
    ):
        raise ValueError("an object with “prompt”, and either “relevant” or “none”, is wanted")
    prompt = _read_prompt(fields["prompt"])
    if "relevant" in fields:
        return Query(JUDGED, prompt, _read_grades(fields["relevant"], catalogue))
    if fields["none"] is not True:
        raise ValueError("“none” can only be true")
    return Query(NOT_SOLD, prompt)


def _read_prompt(value: Any) -> str:
    if (
        not isinstance(value, str)
        or "\0" in value
        or not 0 < len(value.strip()) <= MAX_PROMPT_LENGTH
    ):
        raise ValueError(f"“prompt” has to be a text of 1 to {MAX_PROMPT_LENGTH:,} characters")
    return value.strip()


def _read_grades(value: Any, catalogue: Catalogue) -> dict[UUID, int]:
    if not isinstance(value, dict) or not value:
        raise ValueError("“relevant” has to be an object of image ids or SKUs with their grades")
    grades: dict[UUID, int] = {}
    for reference, grade in value.items():
        if type(grade) is not int or grade < 0:
            raise ValueError(f"the grade of “{reference}” has to be a whole number from 0")
        images = catalogue.by_reference.get(reference)
        if images is None:
            raise ValueError(f"“{reference}” is neither id nor SKU of an image that can be found")
        for image in images:
            grades[image] = max(grade, grades.get(image, 0))
    if not any(grades.values()):
        raise ValueError("no grade is above 0; what the shop does not sell is “none”")
    return grades
