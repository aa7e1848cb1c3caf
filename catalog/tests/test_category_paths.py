"""The categories of feeds find the shop's category, or none: never a guess."""

import pytest

from catalog.models import Category
from catalog.taxonomy.resolution import FoundBy, find_category, read_categories
from catalog.taxonomy.segments import read_path
from catalog.taxonomy.standards import find_published
from catalog.tests.factories import make_image
from catalog.vocabulary.name_keys import make_key
from core.tenancy import shop_scope

GID = "gid://shopify/TaxonomyCategory/"
MATCH = "/api/v1/categories/match/"

# Path -> category, found by, gender, age group.
PATHS = {
    # Google's taxonomy, as id and as path.
    "212": ("top", "google", "", ""),
    "00212": ("top", "google", "", ""),
    "212 - Apparel & Accessories > Clothing > Shirts & Tops": ("top", "google", "", ""),
    "Apparel & Accessories > Clothing > Shirts & Tops": ("top", "segment", "", ""),
    "Apparel &amp; Accessories &gt; Clothing &gt; Dresses": ("dress", "segment", "", ""),
    "Apparel & Accessories > Clothing > Outerwear > Coats & Jackets": (
        "outerwear",
        "segment",
        "",
        "",
    ),
    "Apparel & Accessories > Clothing > Pants": ("trousers", "kind", "", ""),
    "Apparel & Accessories > Clothing > Underwear & Socks > Bras": ("clothing", "segment", "", ""),
    "Apparel & Accessories > Clothing > Sleepwear & Loungewear > Robes": (
        "clothing",
        "segment",
        "",
        "",
    ),
    "Apparel & Accessories > Clothing Accessories > Scarves & Shawls": ("scarf", "kind", "", ""),
    "Apparel & Accessories > Handbags, Wallets & Cases > Handbags": ("bag", "kind", "", ""),
    "Apparel & Accessories > Handbags, Wallets & Cases": (None, None, "", ""),
    "Apparel & Accessories > Jewelry > Watches": ("accessory", "kind", "", ""),
    "Apparel & Accessories > Shoes": ("shoes", "segment", "", ""),
    "Apparel & Accessories > Shoe Accessories > Shoelaces": (None, None, "", ""),
    "Apparel & Accessories": (None, None, "", ""),
    "Luggage & Bags > Backpacks": ("bag", "kind", "", ""),
    "5424": ("dress", "google", "", ""),
    "5411": ("clothing", "google", "", "infant"),
    "999999": (None, None, "", ""),
    # Shopify's.
    f"{GID}aa-1-13-8": ("t-shirt", "shopify", "", ""),
    "aa-1-13-8": ("t-shirt", "shopify", "", ""),
    f"{GID}aa-1-12-4-77": ("jeans", "shopify", "", ""),
    f"{GID}aa-8-3": ("boots", "shopify", "", ""),
    f"{GID}aa-1-5": ("clothing", "shopify", "girls", "kids"),
    f"{GID}aa-7-6": (None, None, "", ""),
    f"{GID}hg-3-1": (None, None, "", ""),
    f"{GID}zz": (None, None, "", ""),
    # The paths of shops.
    "Womens > Tops > T-Shirts": ("t-shirt", "segment", "women", ""),
    "Women's Clothing > Dresses > Midi Dresses": ("dress", "kind", "women", ""),
    "Mens | Shoes | Trainers": ("shoes", "kind", "men", ""),
    "Home › Men › Knitwear › Jumpers & Cardigans": ("knitwear", "kind", "men", ""),
    "Women - Shoes - Ankle Boots": ("boots", "kind", "women", ""),
    "Ladies/Trousers/Wide Leg Trousers": ("trousers", "segment", "women", ""),
    "Kids > Girls > Dresses": ("dress", "segment", "girls", "kids"),
    "Baby > Bodysuits": ("bodysuit", "segment", "", "infant"),
    "Baby & Toddler > Tops": (None, None, "", ""),
    "Clothing > Teens > Hoodies": ("hoodie", "segment", "", "teen"),
    "Boys > T-Shirts & Polos": ("top", "kind", "boys", "kids"),
    "Unisex > Sweatshirts & Hoodies": ("clothing", "kind", "unisex", ""),
    "Men & Women > Jeans": ("jeans", "segment", "", ""),
    "Shoes for Women": ("shoes", "segment", "women", ""),
    "Sale > Jackets": ("jacket", "segment", "", ""),
    "Womens > New In": (None, None, "women", ""),
    "Dresses > Top Rated": ("dress", "segment", "", ""),
    "Shirts > Short Sleeve": ("shirt", "segment", "", ""),
    "Shirts/Blouses": ("top", "segment", "", ""),
    "Tops/Shirts": ("shirt", "segment", "", ""),
    "Dresses/Shoes": (None, None, "", ""),
    "Women's Sweat Shirts": ("clothing", "kind", "women", ""),
    "Parkas": ("outerwear", "kind", "", ""),
    "Denim Jackets": ("jacket", "kind", "", ""),
    "Swimwear > Bikinis": ("clothing", "kind", "", ""),
    "Apparel": ("clothing", "alias", "", ""),
    # What only sounds like a garment.
    "Shoes > Shoe Care": (None, None, "", ""),
    "Accessories > Watch Straps": (None, None, "", ""),
    "T-Shirt Printing": (None, None, "", ""),
    "Pets > Dog Coats": (None, None, "", ""),
    "Camping > Sleeping Bags": (None, None, "", ""),
    "Lingerie > Thongs": (None, None, "", ""),
    "Home & Garden > Decor > Window Treatments > Shades": (None, None, "", ""),
    "Toys & Games > Dress-Up > Hats": (None, None, "", ""),
    "Gift Cards": (None, None, "", ""),
    "Phone Accessories": (None, None, "", ""),
    "": (None, None, "", ""),
    " > > ": (None, None, "", ""),
    # Other languages.
    "Damen > Bekleidung > Kleider": ("dress", "segment", "women", ""),
    "Herren > Schuhe > Stiefel": ("boots", "segment", "men", ""),
    "Femme > Robes": ("dress", "segment", "women", ""),
    "Robes": (None, None, "", ""),
    "Mujer > Zapatos > Sandalias": ("sandals", "segment", "women", ""),
    "Uomo > Abbigliamento > Camicie": ("shirt", "segment", "men", ""),
    "Dames > Broeken": ("trousers", "segment", "women", ""),
    # More shops, written after the rules; "Toddler Girl" changed the one for ages.
    "Clothing > Men's Clothing > Activewear > Hoodies & Sweatshirts": (
        "clothing",
        "kind",
        "men",
        "",
    ),
    "Women > Clothing > Tops & Blouses": ("top", "segment", "women", ""),
    "Women > Clothing > Coats, Jackets & Suits": ("clothing", "kind", "women", ""),
    "WOMEN > SHOES > HIGH HEELS": ("shoes", "kind", "women", ""),
    "Men/Accessories/Belts": ("accessory", "kind", "men", ""),
    "Men/Bags/Backpacks & Rucksacks": ("bag", "kind", "men", ""),
    "Mens Jackets and Coats": ("outerwear", "segment", "men", ""),
    "Womens Knitwear": ("knitwear", "segment", "women", ""),
    "New Arrivals > Womens > Jumpsuits & Playsuits": ("clothing", "kind", "women", ""),
    "Shop All > Bottoms > Cargo Pants": ("trousers", "kind", "", ""),
    "Home > Shop > Tees": ("t-shirt", "kind", "", ""),
    "Catalog > Outerwear > Puffers": ("outerwear", "kind", "", ""),
    "Kids' > Boys' > Shoes > Sneakers": ("shoes", "kind", "boys", "kids"),
    "Girls 7-16 > Skirts & Skorts": (None, None, "girls", "kids"),
    "Toddler Girl > Leggings": ("leggings", "segment", "girls", "toddler"),
    "Newborn > Bodysuits & Rompers": ("clothing", "kind", "", "newborn"),
    "Plus Size > Dresses": ("dress", "segment", "", ""),
    "Maternity > Jeans": ("jeans", "segment", "women", ""),
    "Petite > Trousers": ("trousers", "segment", "", ""),
    "Clothing > Nightwear > Pyjamas": ("clothing", "kind", "", ""),
    "Underwear > Socks & Tights": ("clothing", "kind", "", ""),
    "Footwear": ("shoes", "kind", "", ""),
    "Footwear > Boots > Chelsea Boots": ("boots", "kind", "", ""),
    "Schoenen > Laarzen": ("boots", "segment", "", ""),
    "Buty > Damskie": ("shoes", "segment", "", ""),
    "レディース > ワンピース": ("dress", "segment", "", ""),
    "Jupes": ("skirt", "segment", "", ""),
    "Chaussures Femme": ("shoes", "segment", "women", ""),
    "Hommes > Chemises": ("shirt", "segment", "men", ""),
    "Zapatillas": ("shoes", "kind", "", ""),
    "Camisetas": ("t-shirt", "segment", "", ""),
    "Ropa > Vestidos": ("dress", "segment", "", ""),
    "Gonne": ("skirt", "segment", "", ""),
    "T-shirts & Tank Tops": ("top", "segment", "", ""),
    "Blazers & Waistcoats": ("outerwear", "kind", "", ""),
    "Suit Trousers": ("trousers", "segment", "", ""),
    "Suit Separates": (None, None, "", ""),
    "Bags & Purses > Clutch Bags": ("bag", "segment", "", ""),
    "Hats & Caps": ("hat", "kind", "", ""),
    "Caps": ("hat", "kind", "", ""),
    "Scarves": ("scarf", "name", "", ""),
    "Jewellery > Necklaces": ("accessory", "kind", "", ""),
    "Ties & Bow Ties": ("accessory", "kind", "", ""),
    "Gloves": ("accessory", "kind", "", ""),
    "Sunglasses": ("accessory", "kind", "", ""),
    "Workwear > Polo Shirts": ("polo shirt", "segment", "", ""),
    "Polos": ("polo shirt", "kind", "", ""),
    "Vests": (None, None, "", ""),
    "Loungewear > Joggers": ("trousers", "kind", "", ""),
    "Denim > Shorts": ("shorts", "segment", "", ""),
    "Leather > Leather Jackets": ("jacket", "kind", "", ""),
    "Costume Jewelry": ("accessory", "kind", "", ""),
    "Wallets": (None, None, "", ""),
    "Umbrellas": (None, None, "", ""),
    "Belts & Braces": (None, None, "", ""),
    "Cufflinks": (None, None, "", ""),
    "Swim Shorts": ("shorts", "segment", "", ""),
    "Board Shorts": ("shorts", "segment", "", ""),
    "Bodysuits": ("bodysuit", "name", "", ""),
    "Body Lotion": (None, None, "", ""),
    "Skirt Hangers": (None, None, "", ""),
    "Boot Socks": ("clothing", "kind", "", ""),
}


@pytest.mark.parametrize(("text", "expected"), PATHS.items(), ids=[*PATHS])
def test_paths_of_feeds(shop, text, expected):
    with shop_scope(shop.shop.pk):
        match = find_category(text)
        assert read_categories().find(text) == match
    found = match.category and match.category.name
    assert (found, match.found_by, match.gender, match.age_group) == expected


def add(shop, name, parent=None, aliases=()):
    fields = {"name": name, "parent": parent, "aliases": list(aliases)}
    response = shop.client.post("/api/v1/categories/", fields)
    assert response.status_code == 201, response.content
    return response.json()["id"]


def find(shop, text):
    with shop_scope(shop.shop.pk):
        match = find_category(text)
    return match.category and match.category.name, match.found_by


def test_the_shops_own_categories_come_first(shop, rival):
    add(shop, "Jumpers", "knitwear")
    add(shop, "Party Dresses", "dress", aliases=["Womens > Dresses > Going Out", "5441"])
    own = add(shop, "T-Shirts")
    assert find(shop, "Women > Pullovers") == ("Jumpers", "kind")
    assert find(shop, "women's > dresses > going-out") == ("Party Dresses", "alias")
    assert find(shop, "5441") == ("Party Dresses", "alias")
    assert find(shop, "Women > Party dress") == ("Party Dresses", "segment")
    assert find(shop, "aa-1-13-8") == ("T-Shirts", "shopify")
    assert find(shop, "Shirts & Tees") == (None, None)
    assert find(shop, own) == ("T-Shirts", "id")
    assert find(rival, own) == (None, None)
    assert find(rival, "Women > Pullovers") == ("sweater", "kind")
    assert find(rival, "Party Dresses") == ("dress", "segment")


def test_several_own_categories_of_a_kind_have_the_one_above_them(shop):
    add(shop, "Pullovers", "clothing")
    add(shop, "Jumper", "clothing")
    assert find(shop, "Knitted jumpers") == ("clothing", "kind")
    assert find(shop, "Jumpers") == ("Jumper", "name")


def test_images_take_the_paths_of_feeds(shop):
    address = f"/api/v1/images/{make_image(shop.shop).pk}/"
    for path, name in (("Womens > Tops > T-Shirts", "t-shirt"), (f"{GID}aa-8-3", "boots")):
        image = shop.client.patch(address, {"category": path}).json()
        assert (image["category"], image["category_path"][-1]) == (name, name)
    response = shop.client.patch(address, {"category": "Shoes > Shoe Care"})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["category"])
    assert response.json()["errors"]["category"][0]["code"] == "unknown"


def test_a_path_is_tried_before_images_are_sent(shop, rival):
    answer = shop.client.get(MATCH, {"text": "Kids > Girls > Party dresses"}).json()
    with shop_scope(shop.shop.pk):
        dress = Category.objects.get(shop=None, name="dress")
    assert answer == {
        "category": {"id": str(dress.pk), "name": "dress"},
        "found_by": "segment",
        "segment": "Party dresses",
        "gender": "girls",
        "age_group": "kids",
    }
    nothing = shop.client.get(MATCH, {"text": "Spaceships"}).json()
    assert nothing["category"] is nothing["found_by"] is None
    theirs = add(rival, "Secret", aliases=["Their alias"])
    for text in (theirs, "Secret", "Their alias"):
        assert shop.client.get(MATCH, {"text": text}).json()["category"] is None


@pytest.mark.parametrize("query", [{}, {"text": ""}, {"text": "x" * 501}, {"path": "Dresses"}])
def test_refuses_a_match_without_a_text(shop, query):
    assert shop.client.get(MATCH, query).status_code == 400


def test_every_way_is_described(shop):
    assert {way.value for way in FoundBy} == {
        *("id", "name", "alias", "google", "shopify", "segment", "kind")
    }


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("aa-1-4", "Apparel & Accessories > Clothing > Dresses"),
        ("AA-1-4", "Apparel & Accessories > Clothing > Dresses"),
        (f"{GID}aa-1-4-9-9", "Apparel & Accessories > Clothing > Dresses"),
        (" 187 ", "Apparel & Accessories > Shoes"),
    ],
)
def test_ids_of_published_taxonomies_have_paths(text, path):
    assert find_published(text)[1] == path


@pytest.mark.parametrize("text", ["aa", "t-shirt", "Dresses", "2-piece suits", "", "12345678"])
def test_other_texts_are_no_ids(text):
    assert find_published(text) is None


@pytest.mark.parametrize(
    "texts",
    [
        ("T-Shirts", "t shirt", "TSHIRT"),
        ("Jackets & Coats", "jacket and coat", "Jackets, And Coats"),
        ("Scarves", "scarf"),
        ("Women's", "womens", "WOMAN"),
        ("Café", "cafe"),
        ("Watches", "watch"),
        ("Accessories", "accessory"),
        ("Dresses", "dress"),
        ("Hoodies", "hoodie"),
    ],
)
def test_spellings_of_a_name_have_one_key(texts):
    assert len({make_key(text) for text in texts}) == 1


@pytest.mark.parametrize(("one", "other"), [("dress", "address"), ("shoe", "shoe care")])
def test_other_names_have_other_keys(one, other):
    assert make_key(one) != make_key(other)


def test_reading_a_path_costs_little():
    path = read_path("Dresses > " * 50_000)
    assert len(path.segments) <= 12
