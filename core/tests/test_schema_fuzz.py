"""Requests generated from the OpenAPI description never cause a server error."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

FUZZ = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@cache
def operations() -> dict[str, Any]:
    description = SchemaGenerator().get_schema(public=True)
    schema = schemathesis.openapi.from_dict(description)
    schema.app = get_wsgi_application()
    results: Any = schema.get_all_operations()
    found = [result.ok() for result in results]
    return {f"{operation.method.upper()} {operation.path}": operation for operation in found}


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Make requests use the test's connection, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def has_input(operation: Any) -> bool:
    """Return whether a request can be invalid: not if its only input is a name of any text."""
    names = {"type": "string"}
    places = [place for place in operation.path_parameters if place.definition["schema"] != names]
    return any((places, list(operation.query), list(operation.body)))


CASES = [
    pytest.param(name, mode, id=f"{mode.value} {name}")
    for name, operation in operations().items()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    # Without input, no request is invalid.
    if mode is GenerationMode.POSITIVE or has_input(operation)
]


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize(("name", "mode"), CASES)
def test_generated_requests_never_fail(shop, colleague, settings, name, mode):
    settings.ENCODE_DEADLINE_SECONDS = 0.01
    token = f"Bearer {colleague.tokens.access}"

    @FUZZ
    @given(case=operations()[name].as_strategy(generation_mode=mode))
    def try_it(case: Any) -> None:
        response = case.call(headers={"Authorization": token})
        # 503: no worker encodes prompts here.
        assert response.status_code < 500 or response.status_code == 503, response.text
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]

    try_it()
