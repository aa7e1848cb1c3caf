"""Lists of any length make the same number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import AgeGroup, Category, ImageDocument, IndexEntry, Style
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from recommendations.models import Prompt
from tenants.models import Shop

# Key and shop are one query; then the page, and what belongs to its images.
CEILINGS = {
    "images/": 6,
    "images/?q=thing": 6,
    "images/?category=dress&styles=casual&age_group=adult&index_state=pending": 10,
    "categories/": 3,
    "styles/": 3,
    "age-groups/": 3,
    "prompts/": 2,
    "index/": 4,
    "shop/": 1,
}


def fill(shop: Shop, count: int) -> None:
    with all_shops():
        category, age_group = Category.objects.get(name="dress"), AgeGroup.objects.get(name="adult")
        styles = list(Style.objects.all()[:5])
    for number in range(count):
        image = make_image(shop, category=category, age_group=age_group, styles=list(styles))
        with shop_scope(shop.pk):
            Prompt.objects.create(shop=shop, prompt=f"{number}", number_of_images=1)
            Style.objects.create(shop=shop, name=f"own {image.pk}")


def count_queries(client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(f"/api/v1/{path}").status_code == 200
    return len(queries)


@pytest.mark.parametrize("path", CEILINGS)
def test_list_makes_few_queries_at_any_length(shop, path):
    fill(shop.shop, 2)
    shop.client.get(f"/api/v1/{path}")  # notes the key's use
    few = count_queries(shop.client, path)
    fill(shop.shop, 6)
    assert count_queries(shop.client, path) == few <= CEILINGS[path]


def test_reads_one_image_with_few_queries(shop):
    image = make_image(shop.shop)
    shop.client.get("/api/v1/shop/")
    assert count_queries(shop.client, f"images/{image.pk}/") <= 6


def test_list_of_images_reads_no_embeddings_and_no_documents(shop):
    """Each is a kilobyte that the API does not return."""
    make_image(shop.shop)
    with CaptureQueriesContext(connection) as queries:
        shop.client.get("/api/v1/images/")
    read = " ".join(query["sql"] for query in queries)
    assert IndexEntry._meta.db_table in read
    assert '"embedding"' not in read
    assert ImageDocument._meta.db_table not in read
