"""The JSON schemas that a language model gets, and the arguments that are made from its calls."""

from decimal import Decimal

import pytest

from stylist.chat.llm.tool_calls import FUNCTIONS, InvalidArguments, parse_arguments
from stylist.chat.shared.tools import CatalogSearch, ItemLookup, OutfitRequest
from stylist.outfits.wishes import Origin

TEXT = {"type": "string", "maxLength": 200}
ID = {"type": "string", "maxLength": 60}
PRICE = {"type": "number", "minimum": 0, "maximum": 1_000_000}
SLOTS = ["top", "bottom", "one_piece", "outer", "shoes", "bag", "accessory"]
PROPERTIES = {
    "search_catalog": {
        "text": TEXT,
        "colour": {**TEXT, "description": "a colour name such as navy"},
        "kind": {**TEXT, "description": "a type of garment such as dress or sneakers"},
        "price_min": PRICE,
        "price_max": PRICE,
        "currency": {
            "type": "string", "maxLength": 3,
            "description": "ISO 4217; of the limits, if not the shop's own",
        },
        "without": {
            "type": "array", "items": TEXT, "maxItems": 8,
            "description": "colours, patterns, materials or parts that are not wanted",
        },
        "n": {"type": "integer", "minimum": 1, "maximum": 8},
        "exclude": {"type": "array", "items": ID, "maxItems": 50},
    },
    "my_wardrobe": {"kind": TEXT, "slot": {"type": "string", "enum": SLOTS}},
    "make_outfits": {
        "anchor": ID,
        "occasion": {
            "type": "string",
            "enum": [
                "everyday", "work", "interview", "date", "party", "wedding", "travel", "sport",
                "hiking", "beach", "home",
            ],
        },
        "season": {"type": "string", "enum": ["spring", "summer", "autumn", "winter"]},
        "formality": {"type": "number", "minimum": 0, "maximum": 1},
        "sources": {"type": "string", "enum": ["wardrobe", "catalog", "mixed"]},
        "replace_slot": {"type": "string", "enum": SLOTS},
        "n": {"type": "integer", "minimum": 1, "maximum": 4},
    },
    "item_details": {"ids": {"type": "array", "items": ID, "maxItems": 20}},
}  # fmt: skip
REQUIRED = {
    "search_catalog": ["text"], "my_wardrobe": [], "make_outfits": [], "item_details": ["ids"],
}  # fmt: skip
DESCRIPTIONS = {
    "search_catalog": "Search what the shop sells. Returns items with id, name, kind, slot, "
    "colour and price.",
    "my_wardrobe": "List what the shopper owns.",
    "make_outfits": "Put outfits together that go well, with reasons; around one garment if "
    "`anchor` is given.",
    "item_details": "Return items by their ids; those that are gone are left out.",
}


def test_a_model_gets_the_tools_as_json_schemas():
    functions = [each["function"] for each in FUNCTIONS]
    assert [each["type"] for each in FUNCTIONS] == ["function"] * 4
    assert [each["name"] for each in functions] == [*PROPERTIES]
    for function in functions:
        name = function["name"]
        assert function["description"] == DESCRIPTIONS[name]
        assert function["parameters"] == {
            "type": "object",
            "properties": PROPERTIES[name],
            "required": REQUIRED[name],
            "additionalProperties": False,
        }


def test_arguments_get_the_types_of_their_fields():
    text = '{"text": "a dress", "price_max": 49.9, "exclude": ["a"], "colour": null}'
    search = parse_arguments(CatalogSearch, text)
    assert search == CatalogSearch(text="a dress", price_max=Decimal("49.9"), exclude=("a",))
    request = parse_arguments(OutfitRequest, '{"sources": "catalog", "formality": 1}')
    assert request == OutfitRequest(sources=Origin.CATALOG, formality=1.0)
    assert parse_arguments(ItemLookup, '{"ids": ["a", "b"]}').ids == ("a", "b")


def test_a_missing_argument_gets_its_default():
    assert parse_arguments(OutfitRequest, "") == OutfitRequest()
    assert parse_arguments(CatalogSearch, '{"text": "a dress"}').n == 4
    with pytest.raises(InvalidArguments, match="'ids' is missing"):
        parse_arguments(ItemLookup, "{}")
