"""No method on any route fails, whoever calls; OPTIONS returns the methods and nothing else."""

from typing import Any

import pytest
from django.test import Client

from core.tests.test_route_walk import GUARDED, METHODS, OBJECTS, ROUTES, Route
from tenants.tests.factories import make_key_client

ODD_METHODS = ("CONNECT", "PROPFIND", "QUERY", "BREW", "X" * 200)
NOTHING = "no such thing"


@pytest.fixture(autouse=True)
def _no_waiting(settings) -> None:
    """No worker answers here, and refusals are not what is tested."""
    settings.ENCODE_DEADLINE_SECONDS = settings.QUALITY_DEADLINE_SECONDS = 0.01
    settings.RATE_LIMIT_REFUSED = settings.RATE_LIMIT_ANONYMOUS = 1_000_000


@pytest.fixture
def callers(shop, colleague, stranger) -> dict[str, Any]:
    return {
        "secret key": shop.client,
        "member": colleague.client,
        "publishable key": make_key_client(shop.shop, kind="publishable", scopes=["recommend"]),
        "stranger": stranger,
    }


def find_id(route: Route, shop: Any) -> str:
    """Return the id of a row of the shop that fits a route, or text that fits none."""
    kinds = [kind for kind in OBJECTS if route.is_detail and route.pattern.startswith(kind)]
    return str(OBJECTS[max(kinds, key=len)](shop.shop).pk) if kinds else NOTHING


@pytest.mark.parametrize("route", [pytest.param(route, id=str(route)) for route in ROUTES])
def test_no_method_fails_for_any_caller(shop, callers, route):
    url = route.url(find_id(route, shop))
    for name, client in callers.items():
        client.raise_request_exception = False
        # DELETE comes last: the row must exist for the others.
        odd = ODD_METHODS if client is callers["member"] else ()
        for method in sorted((*map(str.upper, METHODS), *odd), key="DELETE".__eq__):
            answer = client.generic(method, url, "{}", content_type="application/json")
            assert answer.status_code < 500 or answer.status_code == 503, (name, method)
            if method == "HEAD":
                assert not answer.getvalue() or answer.status_code >= 400


@pytest.mark.parametrize("route", [pytest.param(route, id=str(route)) for route in GUARDED])
def test_options_returns_the_methods_and_reads_no_row(colleague, rival, route):
    answer = colleague.client.options(route.url(find_id(route, rival)))
    assert (answer.status_code, answer.content) == (204, b"")
    expected = {method.upper() for method in route.methods} | {"OPTIONS"}
    assert set(answer["Allow"].split(", ")) - {"HEAD"} == expected - {"HEAD"}


def test_options_of_pages_and_descriptions_never_fails(client: Client):
    for path in ("/", "/api/schema/", "/api/docs/", "/health/live", "/health/ready"):
        assert client.options(path).status_code in {200, 204, 405}
