"""No shop can use another shop's photos, or read their results."""

from typing import Any

import pytest

from catalog.models import Image
from core.tenancy import UnscopedQueryError, shop_scope
from quality.models import Batch, Comparison, Enhancement, Policy, Report, Source
from quality.tests.factories import make_image, make_report, make_upload, stored_files
from tenants.models import Scope
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db
QUALITY = "/api/v1/quality/"
MODELS = (Batch, Comparison, Enhancement, Policy, Report, Source)


@pytest.fixture
def foreign(rival) -> Image:
    """The rival's image, with its report."""
    return make_report(rival.shop).image


def bodies(image: str, own: str) -> dict[str, dict[str, Any]]:
    return {
        "assess/": {"image": image},
        "compare/": {"images": [own, image]},
        "enhance/": {"image": image},
        "batches/": {"images": [image]},
    }


def rows() -> list[int]:
    return [model.objects.count() for model in MODELS]


@pytest.mark.parametrize("path", ["assess/", "compare/", "enhance/", "batches/"])
def test_another_shops_image_is_refused_and_not_stored(shop, rival, foreign, path, media_root):
    own = make_image(shop.shop)
    files = stored_files(media_root)
    body = bodies(str(foreign.pk), str(own.pk))[path]
    answer = shop.client.post(f"{QUALITY}{path}", body, format="json")
    assert answer.status_code == 400
    assert stored_files(media_root) == files
    with shop_scope(shop.shop.pk):
        assert sum(rows()) == 0
    with shop_scope(rival.shop.pk):
        assert sum(rows()) == 1 and Report.objects.get().version == 1


def test_another_shops_image_with_a_file_stores_no_file(shop, foreign, media_root):
    files = stored_files(media_root)
    body = {"photo": [make_upload()], "images": [str(foreign.pk)]}
    answer = shop.client.post(f"{QUALITY}compare/", body, format="multipart")
    assert answer.status_code == 400 and stored_files(media_root) == files


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "assess/"), ("get", "policy/"), ("patch", "policy/"), ("get", "profiles/"),
        ("get", "profiles/own/"), ("put", "profiles/own/"), ("delete", "profiles/own/"),
        ("get", "compare/"), ("post", "compare/"), ("get", "enhance/"), ("post", "enhance/"),
        ("get", "batches/"), ("post", "batches/"), ("get", "reports/"),
        ("get", "reports/summary/"), ("post", "reports/retry/"),
    ],
)  # fmt: skip
def test_request_without_a_key_is_refused(stranger, method, path):
    answer = getattr(stranger, method)(f"{QUALITY}{path}", {}, format="json")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("patch", "policy/"), ("put", "profiles/own/"), ("delete", "profiles/own/"),
        ("post", "compare/"), ("post", "enhance/"), ("post", "batches/"),
        ("post", "reports/retry/"),
    ],
)  # fmt: skip
def test_read_only_key_changes_nothing(shop, method, path):
    reader = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    assert getattr(reader, method)(f"{QUALITY}{path}", {}, format="json").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["policy/", "profiles/", "compare/", "enhance/", "batches/", "reports/", "reports/summary/"],
)
def test_read_only_key_may_read(shop, path):
    reader = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    assert reader.get(f"{QUALITY}{path}").status_code == 200


def test_key_for_prompts_has_no_access_to_photo_quality(shop):
    client = make_key_client(shop.shop, scopes=[Scope.RECOMMEND])
    report = make_report(shop.shop)
    assert client.get(f"{QUALITY}reports/").status_code == 403
    body = {"image": str(report.image_id)}
    assert client.post(f"{QUALITY}assess/", body).status_code == 403


def test_members_have_the_same_routes_as_keys(colleague, rival, foreign):
    assert colleague.client.get(f"{QUALITY}reports/").json()["results"] == []
    assert colleague.client.get(f"{QUALITY}reports/{foreign.pk}/").status_code == 404
    assert colleague.client.post(f"{QUALITY}reports/{foreign.pk}/clear/").status_code == 404
    assert rival.client.get(f"{QUALITY}reports/{foreign.pk}/").status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_rows_outside_a_shops_scope_are_an_error(model):
    with pytest.raises(UnscopedQueryError):
        model.objects.count()
