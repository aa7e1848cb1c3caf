"""What is bought and liked together, its fallbacks, and what never appears."""

import pytest

from catalog.models import Image
from catalog.services import delete_image
from catalog.tests.factories import make_image
from core.tenancy import shop_scope
from recommendations.models import ImagePopularity, ProductAffinity, Prompt, Rule
from recommendations.tests.test_queries_api import make_image_at

pytestmark = pytest.mark.django_db
NOBODY = "018f0000-0000-7000-8000-000000000000"


def relate(image: Image, relation: str, *others: Image) -> None:
    """Write neighbours as a run would."""
    near = [[str(other.product_id), 0.9 - n / 10, 5] for n, other in enumerate(others)]
    with shop_scope(image.shop_id):
        ProductAffinity.objects.update_or_create(
            product_id=image.product_id, shop_id=image.shop_id, defaults={relation: near}
        )


def together(client, image: Image, relation: str = "bought", **params):
    response = client.get(f"/api/v1/images/{image.pk}/{relation}-together/", params)
    assert response.status_code == 200, response.json()
    return response.json()


def ids(answer) -> list[str]:
    return [result["id"] for result in answer["results"]]


@pytest.fixture
def images(shop):
    """Return four images at growing distances from the first."""
    return [make_image_at(shop.shop, 1, n / 4, 0, name=f"Dress {n}") for n in range(4)]


def test_answers_with_what_is_bought_together_in_its_order(shop, images):
    relate(images[0], "bought", images[3], images[1])
    with shop_scope(shop.shop.pk):
        ImagePopularity.objects.create(shop=shop.shop, image=images[1], score=1.0)
    answer = together(shop.client, images[0])
    assert ids(answer) == [str(images[3].pk), str(images[1].pk)]
    assert (answer["found_by"], answer["is_fallback"]) == ("bought_together", False)


@pytest.mark.parametrize("relation", ["bought", "liked"])
def test_falls_back_to_what_is_liked_together_then_to_similar_photos(shop, images, relation):
    answer = together(shop.client, images[0], relation)
    assert (answer["found_by"], answer["is_fallback"]) == ("similar", True)
    assert ids(answer)[0] == str(images[1].pk)
    relate(images[0], "liked", images[3])
    answer = together(shop.client, images[0], relation)
    assert (answer["found_by"], answer["is_fallback"]) == ("liked_together", relation == "bought")
    assert ids(answer) == [str(images[3].pk)]


def test_image_without_an_embedding_falls_back_to_popular_products(shop, images):
    image = make_image(shop.shop)
    with shop_scope(shop.shop.pk):
        ImagePopularity.objects.create(shop=shop.shop, image=images[2], score=1.0)
    answer = together(shop.client, image)
    assert (answer["found_by"], ids(answer)) == ("popular", [str(images[2].pk)])


def test_deleted_held_sold_out_and_hidden_products_never_appear(shop, images):
    deleted, held, sold_out, hidden, left = (
        make_image_at(shop.shop, 1, 1, 0, name=name) for name in ("a", "b", "c", "d", "e")
    )
    relate(images[0], "bought", deleted, held, sold_out, hidden, left)
    with shop_scope(shop.shop.pk):
        delete_image(image=deleted)
        Image.objects.filter(pk=held.pk).update(status="held")
        Image.objects.filter(pk=sold_out.pk).update(availability="out_of_stock")
        target = {"images": [str(hidden.pk)]}
        Rule.objects.create(shop=shop.shop, name="No", action="hide", target=target)
    assert ids(together(shop.client, images[0])) == [str(left.pk)]


def test_facets_filter_what_is_bought_together(shop, images):
    relate(images[0], "bought", *images[1:])
    with shop_scope(shop.shop.pk):
        Image.objects.filter(pk=images[2].pk).update(brand="Zorblatt")
    answer = together(shop.client, images[0], brand="Zorblatt")
    assert ids(answer) == [str(images[2].pk)]


def test_answer_is_recorded_for_the_attribution_of_events(shop, images):
    relate(images[0], "bought", images[1])
    answer = together(shop.client, images[0])
    with shop_scope(shop.shop.pk):
        stored = Prompt.objects.get(pk=answer["id"])
    assert stored.source == "similar"
    assert stored.query["together"] == stored.query["step"] == "bought_together"


def test_images_of_other_shops_are_not_found(rival, images):
    for relation in ("bought", "liked"):
        path = f"/api/v1/images/{images[0].pk}/{relation}-together/"
        assert rival.client.get(path).status_code == 404


def test_refuses_what_it_does_not_know(shop, images):
    path = f"/api/v1/images/{images[0].pk}/bought-together/"
    assert shop.client.get(path, {"count": 3}).status_code == 400
    assert shop.client.get(path, {"number_of_images": 0}).status_code == 400
    assert shop.client.get(f"/api/v1/images/{NOBODY}/liked-together/").status_code == 404
