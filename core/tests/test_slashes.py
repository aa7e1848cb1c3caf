import pytest


@pytest.mark.parametrize("path", ["images", "images/", "categories", "index/drift"])
def test_an_address_works_with_and_without_its_last_slash(shop, path):
    assert shop.client.get(f"/api/v1/{path}").status_code == 200


def test_a_post_without_the_slash_has_its_body(shop):
    answer = shop.client.post("/api/v1/categories", {"name": "kimono"})
    assert (answer.status_code, answer.json()["name"]) == (201, "kimono")
