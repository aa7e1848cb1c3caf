"""The tables in `docs/api.md` have every route of the older systems, and name routes that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

PAGE = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text("utf-8")
SECTION = PAGE.partition("## Migration from earlier designs\n")[2]
OLD_ROUTES = {
    "Clothing shop recommender (Django, FashionCLIP)": [
        "POST /api/image-collection/",
        "GET /api/image-collection/<image_id>/",
        "POST /api/recommendations/",
    ],
    "Fashion recommendation SaaS (FitMatchFinder)": [
        "POST /api/images/",
        "GET /api/recommend/",
        "GET /images/<api_key>/",
        "POST /images/<api_key>/",
        "GET /images/<api_key>/<pk>/",
        "PUT /images/<api_key>/<pk>/",
        "DELETE /images/<api_key>/<pk>/",
        "POST /api/prompts/",
    ],
    "Image management and recommendation (FastAPI)": ["GET /docs"],
    "Image quality optimization (FastAPI)": [
        "POST /auth/register",
        "POST /auth/login",
        "POST /auth/refresh",
        "POST /images/upload",
        "GET /images/my-images",
        "GET /images/{image_id}",
        "DELETE /images/{image_id}",
        "POST /images/compare",
        "GET /health",
    ],
    "AI stylist (FastAPI)": [
        "POST /api/users/",
        "POST /api/conversations/",
        "GET /api/conversations/{user_id}",
        "GET /api/conversations/match-styles/",
        "POST /api/images/upload",
        "GET /api/images/{user_id}",
        "GET /",
    ],
}
ROUTE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^\s`]*)`")


def rows(section: str) -> list[list[str]]:
    """Return the rows of a section's table of routes: old, new, statuses, differences."""
    text = SECTION.partition(f"### {section}\n")[2].partition("\n### ")[0]
    lines = [line for line in text.split("\n") if line.count(" | ") == 3]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


ROWS = [row for section in OLD_ROUTES for row in rows(section)]


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    found: dict[str, Any] = schema["paths"]
    return found


@pytest.mark.parametrize("section", OLD_ROUTES)
def test_every_old_route_has_a_row(section):
    assert {row[0].strip("`") for row in rows(section)} >= set(OLD_ROUTES[section])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("`"))
def test_a_row_leads_to_an_operation_with_these_statuses(row, paths):
    ((method, path),) = ROUTE.findall(row[1])
    statuses = set(row[2].split(", "))
    if path in paths:
        answers = set(paths[path][method.lower()]["responses"])
        assert statuses == {status for status in answers if status.startswith("2")}
    else:
        assert resolve(path) and statuses == {"200"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("`"))
def test_the_differences_name_operations_that_exist(row, paths):
    for method, path in ROUTE.findall(row[3]):
        assert path in paths or resolve(path), path
        assert path not in paths or method.lower() in paths[path]
