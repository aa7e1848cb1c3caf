"""Measure what every request pays for safety: authentication, limits and row-level security."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection
from django.test import Client, RequestFactory

from benchmarks.encoders import Subject
from benchmarks.measurements.uploads import BenchShop, accept, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack
from core.api.refusals import check_refusals
from core.postgres.base import enter_scope
from core.tenancy import scope_name
from tenants.api.accounts import ShopView
from tenants.api.authentication import ApiKeyAuthentication

ROUNDS, REPEATS = 15, 40
TOGETHER, SECURITY = Goal("≤", 3.0), Goal("≤", 1.0)


@dataclass(frozen=True, slots=True)
class Statement:
    """A query of a request, and the name of the tenancy scope it ran in."""

    sql: str
    parameters: Any
    scope: str


def measure_request(stack: Stack, subject: Subject, photos: list[bytes], report: Report) -> None:
    print(f"  {subject.title}: the checks of a request", flush=True)
    shop = open_shop(stack, subject)
    accept(shop, photos)
    stack.wait_until_idle("worker", "web", "postgres")
    statements = _record_statements(shop)
    authentication, limits = _measure_checks(shop.address.key)
    database: Any = connection
    with database.open_as_owner() as owner:
        owner.ensure_connection()
        connection.ensure_connection()
        security = _measure_security(statements, connection.connection, owner.connection)
    together = [sum(times) for times in zip(authentication, limits, security, strict=True)]
    title = f"row-level security of a prompt, {len(statements)} queries"
    report.add("authentication of a request", *authentication, unit="ms")
    report.add("limits of a request", *limits, unit="ms")
    report.add(title, *security, unit="ms", goal=SECURITY)
    report.add("these checks together", *together, unit="ms", goal=TOGETHER)


def _record_statements(shop: BenchShop) -> list[Statement]:
    """Return the queries of a prompt that is answered in this process."""
    found: list[Statement] = []

    def record(execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        if str(sql).lstrip().upper().startswith(("SELECT", "WITH")):
            found.append(Statement(str(sql), parameters, scope_name()))
        return execute(sql, parameters, many, context)

    client = Client(headers={"Authorization": f"Api-Key {shop.address.key}"})
    body = {"prompt": "red dress", "number_of_images": 10}
    with connection.execute_wrapper(record):
        answer = client.post(
            "/api/v1/recommendations/", body, "application/json", SERVER_NAME="localhost"
        )
    if answer.status_code != 201:
        raise RuntimeError(f"The prompt was answered with {answer.status_code}.")
    return found


def _measure_checks(key: str) -> tuple[list[float], list[float]]:
    """Return milliseconds of authentication and of limits, by round."""
    view = ShopView()
    request = view.initialize_request(
        RequestFactory().get("/api/v1/shop/", headers={"Authorization": f"Api-Key {key}"})
    )
    view.request, view.args, view.kwargs, view.headers = request, (), {}, {}
    authentication = ApiKeyAuthentication()

    def limit() -> None:
        check_refusals(request)
        view.check_throttles(request)

    request.user  # noqa: B018 - authenticates
    return _time(lambda: authentication.authenticate(request)), _time(limit)


def _measure_security(statements: list[Statement], application: Any, owner: Any) -> list[float]:
    """Return how many milliseconds longer the queries take than those of the owner, by round.

    The owner is not subject to row-level security, and its session needs no scope.
    """

    def run_as_application() -> None:
        for statement in statements:
            enter_scope(application, statement.scope)
            psycopg.Cursor(application).execute(statement.sql, statement.parameters).fetchall()

    def run_as_owner() -> None:
        for statement in statements:
            psycopg.Cursor(owner).execute(statement.sql, statement.parameters).fetchall()

    # `search_images` reads the scope of its session.
    enter_scope(owner, statements[-1].scope)
    return [_compare(run_as_application, run_as_owner) for _ in range(ROUNDS)]


def _compare(work: Callable[[], object], other: Callable[[], object]) -> float:
    """Return how many milliseconds longer `work` takes than `other`; the calls take turns."""
    pairs = [(_time_once(work), _time_once(other)) for _ in range(REPEATS)]
    return min(mine for mine, _ in pairs) - min(theirs for _, theirs in pairs)


def _time(work: Callable[[], object]) -> list[float]:
    """Return the milliseconds of a call by round: the shortest, least disturbed by other load."""
    return [min(_time_once(work) for _ in range(REPEATS)) for _ in range(ROUNDS)]


def _time_once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
