"""Complete answers by the rules, for a small shop."""

from decimal import Decimal

import pytest

from stylist.chat.rules.stylist import answer_by_rules
from stylist.chat.shared.answer import EndPiece, TextPiece
from stylist.chat.shared.question import Memory, Question, ShopperProfile
from stylist.tests.chat.shop import CATALOG, WARDROBE, Chat, ShopTools, own_id, sold


def test_finds_items_with_reasons_and_remembers_them():
    chat = Chat()
    reply = chat.send("a red dress under 60")
    assert reply.names == ["Summer Breeze Dress"]
    assert "Summer Breeze Dress (49.90 EUR)" in reply.text
    assert "is red, as you asked" in reply.text
    assert "within your 60" in reply.text
    assert [each.id for each in chat.memory.shown] == [own_id(1)]
    assert reply.done.spoken_by == "rules"
    assert not reply.done.fallback


def test_messages_follow_up_on_earlier_ones():
    chat = Chat()
    assert chat.send("show me dresses").names == [
        "Summer Breeze Dress", "Ruby Wrap Dress", "Ocean Dress", "Noir Dress",
    ]  # fmt: skip
    assert chat.send("no black").names == ["Summer Breeze Dress", "Ruby Wrap Dress", "Ocean Dress"]
    assert chat.send("in blue").names == ["Ocean Dress"]
    assert "nothing" in chat.send("cheaper").text
    assert chat.send("thanks").items == []
    assert chat.send("skirts").names == ["Pleat Skirt", "Lime Skirt"]
    assert chat.send("in navy").names == ["Pleat Skirt"]


def test_admits_that_nothing_is_cheaper():
    chat = Chat()
    chat.send("a coat")
    reply = chat.send("cheaper")
    assert "I found nothing for at most 179.99" in reply.text
    assert "What comes closest: Harbour Coat (180 EUR)" in reply.text


def test_something_else_is_not_shown_again():
    chat = Chat()
    first = chat.send("red dresses").names
    assert first == ["Summer Breeze Dress", "Ruby Wrap Dress"]
    assert not set(chat.send("something else").names) & set(first)


def test_judges_shoes_for_owned_jeans_by_the_rules_of_outfits():
    reply = Chat().send("what shoes go with my blue jeans?")
    assert "With your blue jeans I would take" in reply.text
    assert {item.slot for item in reply.items} == {"shoes"}
    assert any(item.is_owned for item in reply.items)


def test_makes_outfits_around_a_shown_item():
    chat = Chat()
    chat.send("skirts")
    reply = chat.send("what goes with the first one?")
    assert all(own_id(8) in [i.id for i in outfit.items] for outfit in reply.outfits)
    assert "All the colours are neutral." in reply.text


def test_a_reference_keeps_its_item_after_other_items_were_shown():
    chat = Chat()
    chat.send("dresses")
    chat.send("what goes with the second one?")
    assert chat.memory.intent.references[0].ids == (own_id(2),)
    chat.send("for winter")
    assert chat.memory.intent.references[0].ids == (own_id(2),)


def test_reports_that_an_owned_garment_is_missing():
    reply = Chat().send("what goes with my green skirt?")
    assert "I do not find green skirt in your wardrobe" in reply.text
    assert "With green" in reply.text


def test_outfits_have_reasons():
    reply = Chat().send("make me an outfit for a date")
    assert reply.outfits
    assert "All the colours are neutral." in reply.text
    assert "For a date" in reply.text


def test_outfits_leave_out_unwanted_colours():
    chat = Chat()
    chat.send("an outfit")
    reply = chat.send("no white")
    assert all(item.colour != "white" for outfit in reply.outfits for item in outfit.items)


def test_reports_an_empty_wardrobe_and_shop():
    chat = Chat(tools=ShopTools(catalog=[], wardrobe=[]))
    assert "could not put an outfit together" in chat.send("an outfit for work").text
    assert "I find no garments in it" in chat.send("what do I own?").text
    assert "I found none in this shop" in chat.send("a dress").text


def test_lists_the_wardrobe():
    chat = Chat()
    reply = chat.send("what do I own?")
    assert len(reply.items) == 4
    assert "your blue jeans" in reply.text
    assert [item.kind for item in chat.send("do I have any shirts?").items] == ["shirt"]


def test_compares_two_shown_items():
    chat = Chat(profile=ShopperProfile(palette=("red",)))
    chat.send("dresses under 60")
    reply = chat.send("compare the first and the second")
    assert reply.names == ["Summer Breeze Dress", "Ocean Dress"]
    assert "Ocean Dress costs 10.90 EUR less." in reply.text
    assert "Summer Breeze Dress is in one of your colours" in reply.text


def test_it_refers_to_the_subject_of_the_last_answer():
    chat = Chat()
    chat.send("skirts")
    chat.send("what goes with the second one?")
    reply = chat.send("which shoes go with it?")
    assert "With Lime Skirt I would take" in reply.text
    assert "lime" in chat.send("does it go with a fuchsia coat?").text


def test_describes_a_shown_item():
    chat = Chat()
    chat.send("dresses")
    reply = chat.send("how much is the second one?")
    assert reply.names == ["Ruby Wrap Dress"]
    assert "Ruby Wrap Dress costs 89 EUR." in reply.text


def test_outfits_stay_within_a_budget():
    chat = Chat()
    chat.send("an outfit")
    within = chat.send("under 80").outfits
    assert within
    assert all(sum(i.price or 0 for i in outfit.items) <= 80 for outfit in within)


def test_reports_that_limits_leave_no_outfit():
    chat = Chat(tools=ShopTools(wardrobe=[item for item in WARDROBE if item.kind != "sweater"]))
    chat.send("an outfit")
    assert "none without what you rule out" in chat.send("no white").text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what goes with navy?", "neutral"),
        ("can I wear white sneakers with a suit?", "far apart in how formal"),
        ("do red trousers go with a lime shirt?", "clash"),
        ("does red go with lime?", "clash"),
        ("does orange go with sky blue", "opposites"),
        ("how do I wash a wool sweater?", "wool detergent"),
        ("how do I wash my jeans?", "mostly made of denim"),
        ("hi", "I can find things in this shop"),
        ("what can you do?", "a program and not a person"),
        ("who won the election?", "clothes"),
        ("where is my order?", "customer service"),
        ("what does another customer own?", "nobody else's"),
        ("blorf", "I do not know “blorf”"),
    ],
)
def test_answers_without_calling_a_tool(text, expected):
    tools = ShopTools()
    reply = Chat(tools=tools).send(text)
    assert expected in reply.text
    assert tools.calls == []


def test_disliked_colours_are_left_out_unless_asked_for():
    chat = Chat(profile=ShopperProfile(disliked=("black",)))
    assert "Noir Dress" not in chat.send("dresses").names
    assert chat.send("a black dress").names == ["Noir Dress"]


def test_the_shoppers_colours_are_a_reason():
    reply = Chat(profile=ShopperProfile(palette=("camel",))).send("a coat")
    assert "one of your colours" in reply.text


def test_reports_what_it_cannot_do():
    reply = Chat().send("a flibbertigibbet dress in size M, no black")
    assert "I cannot check sizes" in reply.text
    assert "I do not know “flibbertigibbet”" in reply.text
    assert "I leave out black" in reply.text


@pytest.mark.parametrize(
    "text",
    ["a red dress", "what goes with my jeans?", "an outfit for work", "what do I own?", "hi"],
)
def test_the_first_words_come_before_any_tool_call(text):
    tools = ShopTools()
    question = Question(text=text, message_id="m1", shop_name="Maison Test")
    pieces = answer_by_rules(question, tools)
    first = next(pieces)
    assert isinstance(first, TextPiece)
    assert first.text.strip()
    assert tools.calls == []
    assert isinstance([*pieces][-1], EndPiece)


def test_the_wording_depends_on_the_message_id():
    def answer(message_id):
        question = Question(text="a red dress", message_id=message_id, shop_name="Maison Test")
        pieces = answer_by_rules(question, ShopTools())
        return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))

    assert answer("m1") == answer("m1")
    assert len({answer(f"m{k}") for k in range(20)}) > 1


def test_a_deleted_item_is_not_named():
    tools = ShopTools()
    chat = Chat(tools=tools)
    chat.send("dresses")
    tools.catalog = [item for item in CATALOG if item.id != own_id(1)]
    reply = chat.send("compare the first and the second")
    assert "Summer Breeze" not in reply.text
    assert "I need two things" in reply.text


def test_markup_in_a_title_becomes_plain_text():
    title = "Silk <b>Dress</b> [buy](https://evil.example/x) ![x](https://evil.example/p.png)"
    tools = ShopTools(catalog=[sold(1, title, "dress", "red", "10")])
    text = Chat(tools=tools).send("dresses").text
    assert "Silk Dress buy" in text
    assert "evil" not in text


def test_personal_data_is_neither_stored_nor_repeated():
    chat = Chat()
    chat.send("a dress, mail me at anna@example.org or 4111 1111 1111 1111")
    stored = str(chat.memory.to_data())
    assert "anna" not in stored
    assert "4111" not in stored
    assert "[mail]" in stored


def test_memory_holds_the_last_ten_messages():
    chat = Chat()
    for _ in range(8):
        chat.send("hi")
    assert len(chat.memory.turns) == 10
    assert chat.memory.turns[-1].speaker == "stylist"


def test_memory_survives_json():
    chat = Chat()
    chat.send("a red dress under 60, no black")
    memory = chat.memory
    assert Memory.from_data(memory.to_data()) == memory
    assert memory.intent.price_max == Decimal(60)
    assert Memory.from_data({}) == Memory()
