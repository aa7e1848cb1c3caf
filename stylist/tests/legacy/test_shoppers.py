"""The systems with users: image management, image quality, and the AI stylist."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Image, PhotoFetch, Product
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo
from core.tests.photo_servers import allow_this_machine, answer, running_photo_server
from recommendations.models import Preferences
from stylist.models import Conversation, Message, WardrobeItem
from stylist.tests.legacy.factories import run, save_photo, write_lines, write_sqlite
from tenants.models import Shopper, User

ADDRESS = "ada@people.example"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    save_photo(tmp_path / "old", "uploads/1.jpg", "red")
    save_photo(tmp_path / "old", "uploads/2.jpg", "navy")
    return tmp_path / "old"


def stored(shop: Any, model: Any) -> list[Any]:
    with shop_scope(shop.shop.pk):
        return list(model.objects.order_by("pk"))


@pytest.fixture
def image_management(tmp_path: Path) -> Path:
    return write_sqlite(
        tmp_path / "app.db",
        {
            "users": [
                ("id", "username", "email", "preferences"),
                (1, "ada", ADDRESS, json.dumps({"colors": ["Red", "blue"], "shape": "circle"})),
                (2, "bob", "bob@people.example", None),
            ],
            "user_preferences": [
                ("id", "user_id", "preferred_color", "shape"),
                (1, 2, "green", "square"),
                (2, 2, "red", f"call {ADDRESS}"),
                (3, None, "red", "square"),
            ],
            "images": [
                ("id", "filename", "file_path", "color", "shape", "user_id"),
                (1, "circle-1.jpg", "/srv/app/uploads/1.jpg", "red", "circle", 1),
                (2, "square.jpg", "/srv/app/uploads/gone.jpg", "blue", "square", 1),
            ],
        },
    )


def test_image_management_becomes_shoppers_preferences_and_products(shop, image_management, photos):
    printed = run(shop.shop, image_management, "images", photos=photos)
    with shop_scope(shop.shop.pk):
        stated = {row.shopper.external_id: row for row in Preferences.objects.all()}
        assert stated["1"].liked == {"colour": ["red", "blue"]}
        assert stated["1"].text == "shape: circle"
        assert stated["2"].liked == {"colour": ["green", "red"]}
        assert stated["2"].text == "shape: square; shape: call [mail]"
        first, _ = Product.objects.order_by("external_id")
        assert (first.external_id, first.name) == ("images-1", "1")
        assert first.attributes == {"shape": "circle"}
        assert [variant.colour for variant in first.variants.all()] == ["red"]
        assert Image.objects.get().product == first
    assert "users: 2 added" in printed.out
    assert "preferences, row 3: The row has no id." in printed.problems


def test_image_management_adds_nothing_twice(shop, image_management, photos):
    run(shop.shop, image_management, "images", photos=photos)
    before = [stored(shop, model) for model in (Shopper, Product, Image)]
    texts = [row.text for row in stored(shop, Preferences)]
    printed = run(shop.shop, image_management, "images", photos=photos)
    assert [stored(shop, model) for model in (Shopper, Product, Image)] == before
    assert [row.text for row in stored(shop, Preferences)] == texts
    assert "added" not in printed.out


def test_the_json_of_the_image_generator_becomes_products(shop, tmp_path, photos):
    path = tmp_path / "images.json"
    rows = [{"id": n, "filename": f"uploads/{n}.jpg", "color": "red"} for n in (1, 2)]
    path.write_text(json.dumps(rows, indent=4))
    run(shop.shop, path, "images", photos=photos)
    assert len(stored(shop, Image)) == 2


@pytest.fixture
def quality(tmp_path: Path) -> Path:
    """Return the output of mongoexport for each collection."""
    folder = tmp_path / "mongo"
    owner = {"_id": {"$oid": "65f0c0ffee"}, "email": ADDRESS, "hashed_password": "$2b$12$secret"}
    write_lines(folder / "image_quality.users.json", [json.dumps(owner)])
    images = [
        {
            "name": "A dress",
            "description": "",
            "s3_url": "https://b.s3.amazonaws.com/uploads/1.jpg",
        },
        {"name": "Far", "s3_url": "https://b.s3.amazonaws.com/uploads/far.jpg"},
        {"s3_url": "s3://b/uploads/none.jpg"},
    ]
    lines = [
        json.dumps({"_id": {"$oid": f"65f{n}"}, "user_id": "65f0c0ffee", **image})
        for n, image in enumerate(images)
    ]
    write_lines(folder / "image_quality.images.json", [*lines, "{broken"])
    comparison = {"_id": {"$oid": "66"}, "image1_id": "650", "image2_id": "651"}
    write_lines(folder / "image_quality.comparisons.json", [json.dumps(comparison)])
    return folder


def test_image_quality_becomes_products_and_leaves_accounts_out(shop, quality, photos):
    with all_shops():
        people = User.objects.count()
    printed = run(shop.shop, quality, "quality", photos=photos)
    assert {row.external_id for row in stored(shop, Product)} == {
        "quality-65f0",
        "quality-65f1",
        "quality-65f2",
    }
    with shop_scope(shop.shop.pk):
        assert Image.objects.get().product.external_id == "quality-65f0"
    assert [row.url for row in stored(shop, PhotoFetch)] == [
        "https://b.s3.amazonaws.com/uploads/far.jpg"
    ]
    assert "photos: 1 added, 1 to be fetched by link" in printed.out
    assert "users: 1 left out" in printed.out
    assert "comparisons: 1 left out" in printed.out
    assert "images, row 4: This is no JSON object." in printed.problems
    assert not stored(shop, Shopper)
    with all_shops():
        assert User.objects.count() == people
    again = run(shop.shop, quality, "quality", photos=photos)
    assert "added" not in again.out
    assert len(stored(shop, PhotoFetch)) == len(stored(shop, Image)) == 1


@pytest.fixture
def old_stylist(tmp_path: Path) -> Path:
    folder = tmp_path / "stylist"
    write_lines(
        folder / "users.csv",
        ["id,username,style_preferences", f"7,Ada,minimal and {ADDRESS}", "8,Bob,", "a/b,Eve,"],
    )
    write_lines(
        folder / "conversations.csv",
        [
            "id,user_id,question,answer,created_at",
            f'1,7,"What goes with jeans? Mail {ADDRESS}","A white shirt.",2024-05-01 08:00:00',
            "2,9,Is it cold?,,2024-05-02T09:30:00+02:00",
            "3,8,,An answer to nothing,2024-05-02",
            "4,8,Tomorrow?,Yes,2999-01-01",
        ],
    )
    write_lines(
        folder / "images.csv",
        [
            "id,user_id,filename,tags",
            "1,7,uploads/1.jpg,red shirt",
            "2,7,../../secret.jpg,",
            "3,8,uploads/none.jpg,",
        ],
    )
    return folder


def test_the_stylists_users_become_shoppers_with_wardrobes_and_conversations(
    shop, old_stylist, photos
):
    printed = run(shop.shop, old_stylist, "stylist", photos=photos)
    assert {row.external_id for row in stored(shop, Shopper)} == {"7", "8", "9"}
    with shop_scope(shop.shop.pk):
        assert Preferences.objects.get().text == "minimal and [mail]"
        item = WardrobeItem.objects.get()
        assert (item.shopper.external_id, item.state) == ("7", "pending")
    listed = shop.client.get("/api/v1/shoppers/7/conversations/").json()["results"]
    url = f"/api/v1/conversations/{listed[0]['id']}/messages/"
    messages = shop.client.get(url).json()["results"]
    assert sorted((message["role"], message["text"]) for message in messages) == [
        ("shopper", "What goes with jeans? Mail [mail]"),
        ("stylist", "A white shirt."),
    ]
    assert [row.created_at for row in stored(shop, Conversation)] == [
        datetime(2024, 5, 1, 8, tzinfo=UTC),
        datetime(2024, 5, 2, 7, 30, tzinfo=UTC),
    ]
    assert "conversations: 2 added, 2 with a problem" in printed.out
    assert "Ada" not in printed.out + printed.problems


def test_the_stylists_data_is_added_once_and_for_one_shop(shop, rival, old_stylist, photos):
    models = (Shopper, Conversation, Message, WardrobeItem)
    run(shop.shop, old_stylist, "stylist", photos=photos, dry_run=True)
    assert [len(stored(shop, model)) for model in models] == [0, 0, 0, 0]
    run(shop.shop, old_stylist, "stylist", photos=photos)
    before = [stored(shop, model) for model in models]
    assert [len(rows) for rows in before] == [3, 2, 3, 1]
    run(shop.shop, old_stylist, "stylist", photos=photos)
    assert [stored(shop, model) for model in models] == before
    assert [len(stored(rival, model)) for model in models] == [0, 0, 0, 0]
    run(rival.shop, old_stylist, "stylist", photos=photos)
    assert [len(stored(rival, model)) for model in models] == [3, 2, 3, 1]
    assert [stored(shop, model) for model in models] == before


def test_a_wardrobe_photo_with_a_link_is_downloaded(shop, tmp_path, monkeypatch):
    with running_photo_server(answer(make_photo("red"))) as server:
        allow_this_machine(monkeypatch)
        path = write_lines(
            tmp_path / "images.csv", ["id,user_id,url", f"1,7,{server.url('/1.jpg')}"]
        )
        run(shop.shop, path, "stylist")
    assert len(stored(shop, WardrobeItem)) == 1
