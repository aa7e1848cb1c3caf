"""The recommender and FitMatchFinder: image collections, facets, prompts, API keys."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from catalog.models import Category, Image, IndexEntry, PhotoFetch, Product, Style
from core.tenancy import all_shops, shop_scope
from recommendations.models import Prompt
from stylist.tests.legacy.factories import (
    FACETS,
    IMAGE_COLUMNS,
    image_row,
    run,
    save_photo,
    write_copy_dump,
    write_lines,
)
from tenants.models import AuditEntry, ShopAPIKey

PROMPT_COLUMNS = ("PromptID", "APIKey_id", "prompt", "num_recommended", "created_at")
SECRET = "s3cr3t-key-of-the-old-shop"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "old-media"
    save_photo(folder, "Photo_collection/a/1.jpg", "red")
    save_photo(folder, "Photo_collection/a/2.jpg", "blue")
    return folder


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return write_copy_dump(
        tmp_path / "dump.sql",
        {
            # pg_dump writes tables in the order of their names: styles come after images.
            "agegroup": FACETS["agegroup"],
            "category": FACETS["category"],
            "imagecollection": [
                IMAGE_COLUMNS,
                image_row(1, "Photo_collection/a/1.jpg"),
                image_row(
                    2,
                    "Photo_collection/a/2.jpg",
                    name="A\tdress \\ “été”",
                    description="Two\nlines",
                    Category_id=2,
                    Styles_id=2,
                    AgeGroup_id=None,
                ),
                image_row(3, "Photo_collection/a/lost.jpg"),
            ],
            "list_api_key": [("APIKey", "key"), (1, SECRET)],
            "prompt_api": [
                PROMPT_COLUMNS,
                (1, 1, "red dress for ada@people.example", 5, "2024-05-01 10:00:00.25+02"),
                (2, 1, "summer dress", 3, None),
            ],
            "styles": FACETS["styles"],
        },
    )


def count_rows(shop: Any) -> list[int]:
    with shop_scope(shop.shop.pk):
        models: tuple[Any, ...] = (Product, Image, Prompt, Category, Style, PhotoFetch)
        return [model.objects.count() for model in models]


def test_a_dump_becomes_products_with_photos_facets_and_prompts(shop, dump, photos):
    printed = run(shop.shop, dump, "recommender", photos=photos)
    with shop_scope(shop.shop.pk):
        first, second, third = Product.objects.order_by("external_id")
        assert [p.external_id for p in (first, second, third)] == [
            "recommender-1",
            "recommender-2",
            "recommender-3",
        ]
        assert (first.category.name, first.age_group.name) == ("dress", "adult")
        assert (second.name, second.description) == ("A\tdress \\ “été”", "Two\nlines")
        assert (second.category.name, second.category.parent.name) == ("Summer dresses", "dress")
        assert [style.name for style in second.styles.all()] == ["Festival"]
        assert second.age_group is None
        assert set(Image.objects.values_list("product__external_id", "name")) == {
            ("recommender-1", "Dress 1"),
            ("recommender-2", "A\tdress \\ “été”"),
        }
        assert set(IndexEntry.objects.values_list("state", flat=True)) == {"pending"}
    assert "images: 3 added, 1 with a problem" in printed.out
    assert "photos: 2 added" in printed.out
    assert "images, row 3: There is no file “Photo_collection/a/lost.jpg”" in printed.problems


def test_prompts_have_their_dates_and_no_personal_data(shop, dump):
    run(shop.shop, dump, "recommender")
    with shop_scope(shop.shop.pk):
        undated, dated = Prompt.objects.order_by("number_of_images")
    assert (dated.prompt, dated.number_of_images) == ("red dress for [mail]", 5)
    assert dated.created_at == datetime(2024, 5, 1, 8, 0, 0, 250_000, UTC)
    assert undated.created_at == shop.shop.created_at
    listed = shop.client.get("/api/v1/prompts/").json()["results"]
    assert [prompt["prompt"] for prompt in listed] == ["summer dress", "red dress for [mail]"]


def test_a_second_run_adds_nothing_and_changes_nothing(shop, dump, photos):
    run(shop.shop, dump, "recommender", photos=photos)
    before = count_rows(shop)
    with shop_scope(shop.shop.pk):
        Product.objects.filter(external_id="recommender-1").update(name="Renamed since")
    printed = run(shop.shop, dump, "recommender", photos=photos)
    assert count_rows(shop) == before
    assert "images: 3 there already" in printed.out
    assert "prompts: 2 there already" in printed.out
    with shop_scope(shop.shop.pk):
        assert Product.objects.filter(name="Renamed since").exists()


def test_a_photo_that_was_missing_is_added_by_a_later_run(shop, dump, photos):
    run(shop.shop, dump, "recommender", photos=photos)
    save_photo(photos, "Photo_collection/a/lost.jpg", "green")
    run(shop.shop, dump, "recommender", photos=photos)
    with shop_scope(shop.shop.pk):
        assert Image.objects.filter(product__external_id="recommender-3").count() == 1


def test_a_dry_run_reports_the_same_and_writes_nothing(shop, dump, photos, media_root):
    before = count_rows(shop)
    printed = run(shop.shop, dump, "recommender", photos=photos, dry_run=True)
    assert count_rows(shop) == before
    assert not list(media_root.rglob("*.jpg"))
    assert "images: 3 added, 1 with a problem" in printed.out
    assert "This was a dry run: nothing was written." in printed.out
    with all_shops():
        assert not AuditEntry.objects.filter(action="legacy.imported").exists()


def test_another_shop_gets_nothing(shop, rival, dump, photos):
    before = count_rows(rival)
    run(shop.shop, dump, "recommender", photos=photos)
    assert count_rows(rival)[:3] == before[:3] == [0, 0, 0]
    run(rival.shop, dump, "recommender", photos=photos)
    with shop_scope(rival.shop.pk):
        own = Product.objects.get(external_id="recommender-2")
        assert own.category.shop_id == rival.shop.pk


def test_old_keys_are_named_and_never_valid(shop, dump):
    with all_shops():
        before = ShopAPIKey.objects.count()
    printed = run(shop.shop, dump, "recommender")
    with all_shops():
        assert ShopAPIKey.objects.count() == before
        entry = AuditEntry.objects.get(action="legacy.imported")
    assert "1 (s3cr…): 3 images" in printed.out
    assert SECRET not in printed.out + printed.problems + str(vars(entry))
    assert (entry.shop_id, entry.actor) == (shop.shop.pk, "operator")
    assert entry.details["added"]["images"] == 3


def test_rows_of_several_shops_need_a_choice_of_key(shop, tmp_path):
    rows = [image_row(number, "", APIKey_id=1 + number % 2) for number in range(1, 5)]
    dump = write_copy_dump(
        tmp_path / "dump.sql",
        {
            "imagecollection": [IMAGE_COLUMNS, *rows],
            "list_api_key": [("APIKey", "key"), (1, "first-shop"), (2, "second-shop")],
            "prompt_api": [PROMPT_COLUMNS, (1, 1, "mine", 5, None), (2, 2, "theirs", 5, None)],
        },
    )
    with pytest.raises(CommandError) as refused:
        run(shop.shop, dump, "recommender")
    assert "1 (firs…): 2 images" in str(refused.value)
    run(shop.shop, dump, "recommender", old_key="seco…")
    with shop_scope(shop.shop.pk):
        ids = set(Product.objects.values_list("external_id", flat=True))
        assert ids == {"recommender-1", "recommender-3"}
        assert list(Prompt.objects.values_list("prompt", flat=True)) == ["theirs"]


def test_fitmatch_is_read_from_a_folder_of_csv_files(shop, photos, tmp_path):
    folder = tmp_path / "csv"
    header = ",".join(IMAGE_COLUMNS)
    write_lines(folder / "core_category.csv", ["CategoryId,name,description", "1,Dress,"])
    write_lines(
        folder / "core_imagecollection.csv",
        [
            header,
            '1,shop_123,Photo_collection/a/1.jpg,"Red, with ""dots""","Two\nlines",1,,,t',
            "2,shop_123,https://bucket.s3.amazonaws.com/a/far.jpg,Linked,,1,9,,f",
        ],
    )
    write_lines(
        folder / "core_prompt_api.csv",
        ["PromptID,APIKey_id,prompt,number_recommended_images", "1,shop_123,summer dress,5"],
    )
    printed = run(shop.shop, folder, "fitmatch", photos=photos)
    with shop_scope(shop.shop.pk):
        first, second = Product.objects.order_by("external_id")
        assert (first.external_id, first.name) == ("fitmatch-1", 'Red, with "dots"')
        assert first.description == "Two\nlines"
        fetch = PhotoFetch.objects.get(product=second)
        assert fetch.url == "https://bucket.s3.amazonaws.com/a/far.jpg"
        assert Prompt.objects.get().number_of_images == 5
    assert "row 2: There is no row 9 in the table of style" in printed.problems
    run(shop.shop, folder, "fitmatch", photos=photos)
    with shop_scope(shop.shop.pk):
        assert (PhotoFetch.objects.count(), Image.objects.count()) == (1, 1)


def test_a_bad_row_stops_no_other_and_is_in_the_report(shop, photos, tmp_path):
    dump = write_copy_dump(
        tmp_path / "dump.sql",
        {
            "imagecollection": [
                IMAGE_COLUMNS,
                (1, 1, "too", "few"),
                image_row(2, "Photo_collection/a/1.jpg", name="x" * 201),
                image_row(3, "../../etc/passwd"),
                image_row(4, "Photo_collection/a/2.jpg", ImageID=None),
                image_row(5, "Photo_collection/a/2.jpg", description="y" * 1_100_000),
                image_row(6, "Photo_collection/a/2.jpg", name="=cmd()"),
            ],
            "prompt_api": [
                PROMPT_COLUMNS,
                (1, 1, "x" * 1_001, 5, None),
                (2, 1, "good", 5, "yesterday"),
                (3, 1, "good", "∞", "2024-05-01"),
            ],
        },
    )
    report = tmp_path / "report.csv"
    run(shop.shop, dump, "recommender", photos=photos, report=report)
    with report.open(newline="") as file:
        rows = [(row["table"], row["row"], row["code"]) for row in csv.DictReader(file)]
    assert sorted(rows) == sorted(
        [
            ("images", "1", "values_miscounted"),
            ("images", "2", "value_too_long"),
            ("images", "3", "photo_outside"),
            ("images", "4", "id_missing"),
            ("images", "5", "row_too_long"),
            *(("images", str(row), "facet_unknown") for row in (2, 3, 4, 6) for _ in range(3)),
            ("prompts", "1", "prompt_invalid"),
            ("prompts", "2", "date_invalid"),
        ]
    )
    with shop_scope(shop.shop.pk):
        assert set(Product.objects.values_list("external_id", "name")) == {
            ("recommender-3", "Dress 3"),
            ("recommender-6", "=cmd()"),
        }
        assert Image.objects.get().product.external_id == "recommender-6"
        assert Prompt.objects.get().number_of_images == 0


def test_a_source_without_rows_of_the_system_is_an_error(shop, dump):
    with pytest.raises(CommandError, match="no rows in this source"):
        run(shop.shop, dump, "stylist")
