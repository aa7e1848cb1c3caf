"""Whole answers by the rules, over a small shop."""

from decimal import Decimal

import pytest

from stylist.chat.rules.stylist import answer_by_rules
from stylist.chat.shared.answer import EndPiece, TextPiece
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.question import Question, ShopperProfile
from stylist.tests.chat.shop import CATALOG, WARDROBE, Chat, ShopTools, own_id, sold


def test_finds_says_why_and_remembers_what_was_shown():
    chat = Chat()
    reply = chat.say("a red dress under 60")
    assert reply.names == ["Summer Breeze Dress"]
    assert "Summer Breeze Dress (49.90 EUR)" in reply.text
    assert "is red, as you asked" in reply.text
    assert "within your 60" in reply.text
    assert [each.id for each in chat.memory.shown] == [own_id(1)]
    assert reply.done.spoken_by == "rules"
    assert not reply.done.fallback


def test_a_conversation_goes_on_from_what_was_said():
    chat = Chat()
    assert chat.say("show me dresses").names == [
        "Summer Breeze Dress", "Ruby Wrap Dress", "Ocean Dress", "Noir Dress",
    ]  # fmt: skip
    assert chat.say("no black").names == ["Summer Breeze Dress", "Ruby Wrap Dress", "Ocean Dress"]
    assert chat.say("in blue").names == ["Ocean Dress"]
    assert "nothing" in chat.say("cheaper").text
    assert chat.say("thanks").items == []
    assert chat.say("skirts").names == ["Pleat Skirt", "Lime Skirt"]
    assert chat.say("in navy").names == ["Pleat Skirt"]


def test_says_honestly_when_nothing_is_cheaper():
    chat = Chat()
    chat.say("a coat")
    reply = chat.say("cheaper")
    assert "I found nothing for at most 179.99" in reply.text
    assert "What comes closest: Harbour Coat (180 EUR)" in reply.text


def test_something_else_is_not_shown_again():
    chat = Chat()
    first = chat.say("red dresses").names
    assert first == ["Summer Breeze Dress", "Ruby Wrap Dress"]
    assert not set(chat.say("something else").names) & set(first)


def test_judges_shoes_beside_own_jeans_by_the_outfits_rules():
    reply = Chat().say("what shoes go with my blue jeans?")
    assert "With your blue jeans I would take" in reply.text
    assert {item.slot for item in reply.items} == {"shoes"}
    assert any(item.is_owned for item in reply.items)


def test_what_goes_with_something_shown_is_an_outfit_around_it():
    chat = Chat()
    chat.say("skirts")
    reply = chat.say("what goes with the first one?")
    assert all(own_id(8) in [i.id for i in outfit.items] for outfit in reply.outfits)
    assert "All the colours are neutral." in reply.text


def test_a_reference_still_means_the_same_after_other_things_were_shown():
    chat = Chat()
    chat.say("dresses")
    chat.say("what goes with the second one?")
    assert chat.memory.intent.references[0].ids == (own_id(2),)
    chat.say("for winter")
    assert chat.memory.intent.references[0].ids == (own_id(2),)


def test_an_own_garment_that_is_not_there_is_said_to_be_missing():
    reply = Chat().say("what goes with my green skirt?")
    assert "I do not find green skirt in your wardrobe" in reply.text
    assert "With green" in reply.text


def test_outfits_come_with_reasons_and_what_of_them_is_bought():
    reply = Chat().say("make me an outfit for a date")
    assert reply.outfits
    assert "All the colours are neutral." in reply.text
    assert "For a date" in reply.text


def test_outfits_without_what_is_not_wanted():
    chat = Chat()
    chat.say("an outfit")
    reply = chat.say("no white")
    assert all(item.colour != "white" for outfit in reply.outfits for item in outfit.items)


def test_an_empty_wardrobe_and_shop_are_said_to_be_empty():
    chat = Chat(tools=ShopTools(catalog=[], wardrobe=[]))
    assert "could not put an outfit together" in chat.say("an outfit for work").text
    assert "I find no garments in it" in chat.say("what do I own?").text
    assert "I found none in this shop" in chat.say("a dress").text


def test_tells_the_wardrobe():
    chat = Chat()
    reply = chat.say("what do I own?")
    assert len(reply.items) == 4
    assert "your blue jeans" in reply.text
    assert [item.kind for item in chat.say("do I have any shirts?").items] == ["shirt"]


def test_compares_two_that_were_shown():
    chat = Chat(profile=ShopperProfile(palette=("red",)))
    chat.say("dresses under 60")
    reply = chat.say("compare the first and the second")
    assert reply.names == ["Summer Breeze Dress", "Ocean Dress"]
    assert "Ocean Dress costs 10.90 EUR less." in reply.text
    assert "Summer Breeze Dress is in one of your colours" in reply.text


def test_it_is_what_the_last_answer_was_about():
    chat = Chat()
    chat.say("skirts")
    chat.say("what goes with the second one?")
    reply = chat.say("which shoes go with it?")
    assert "With Lime Skirt I would take" in reply.text
    assert "lime" in chat.say("does it go with a fuchsia coat?").text


def test_tells_more_about_one_that_was_shown():
    chat = Chat()
    chat.say("dresses")
    reply = chat.say("how much is the second one?")
    assert reply.names == ["Ruby Wrap Dress"]
    assert "Ruby Wrap Dress costs 89 EUR." in reply.text


def test_outfits_stay_within_a_budget():
    chat = Chat()
    chat.say("an outfit")
    within = chat.say("under 80").outfits
    assert within
    assert all(sum(i.price or 0 for i in outfit.items) <= 80 for outfit in within)


def test_says_when_limits_leave_no_outfit():
    chat = Chat(tools=ShopTools(wardrobe=[item for item in WARDROBE if item.kind != "sweater"]))
    chat.say("an outfit")
    assert "none without what you rule out" in chat.say("no white").text


@pytest.mark.parametrize(
    ("text", "said"),
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
def test_answers_without_the_shop(text, said):
    tools = ShopTools()
    reply = Chat(tools=tools).say(text)
    assert said in reply.text
    assert tools.calls == []


def test_the_profile_rules_out_what_is_disliked_unless_it_is_asked_for():
    chat = Chat(profile=ShopperProfile(disliked=("black",)))
    assert "Noir Dress" not in chat.say("dresses").names
    assert chat.say("a black dress").names == ["Noir Dress"]


def test_the_shoppers_colours_are_a_reason():
    reply = Chat(profile=ShopperProfile(palette=("camel",))).say("a coat")
    assert "one of your colours" in reply.text


def test_says_what_it_cannot_do_with_a_wish():
    reply = Chat().say("a flibbertigibbet dress in size M, no black")
    assert "I cannot check sizes" in reply.text
    assert "I do not know “flibbertigibbet”" in reply.text
    assert "I leave out black" in reply.text


@pytest.mark.parametrize(
    "text",
    ["a red dress", "what goes with my jeans?", "an outfit for work", "what do I own?", "hi"],
)
def test_the_first_words_come_before_any_tool_is_asked(text):
    tools = ShopTools()
    question = Question(text=text, message_id="m1", shop_name="Maison Test")
    pieces = answer_by_rules(question, tools)
    first = next(pieces)
    assert isinstance(first, TextPiece)
    assert first.text.strip()
    assert tools.calls == []
    assert isinstance([*pieces][-1], EndPiece)


def test_a_message_has_the_same_words_again_and_others_differ():
    def answer(message_id):
        question = Question(text="a red dress", message_id=message_id, shop_name="Maison Test")
        pieces = answer_by_rules(question, ShopTools())
        return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))

    assert answer("m1") == answer("m1")
    assert len({answer(f"m{k}") for k in range(20)}) > 1


def test_a_deleted_item_is_spoken_of_no_more():
    tools = ShopTools()
    chat = Chat(tools=tools)
    chat.say("dresses")
    tools.catalog = [item for item in CATALOG if item.id != own_id(1)]
    reply = chat.say("compare the first and the second")
    assert "Summer Breeze" not in reply.text
    assert "I need two things" in reply.text


def test_a_title_with_markup_is_told_as_plain_text():
    title = "Silk <b>Dress</b> [buy](https://evil.example/x) ![x](https://evil.example/p.png)"
    tools = ShopTools(catalog=[sold(1, title, "dress", "red", "10")])
    text = Chat(tools=tools).say("dresses").text
    assert "Silk Dress buy" in text
    assert "evil" not in text


def test_personal_data_is_neither_kept_nor_repeated():
    chat = Chat()
    chat.say("a dress, mail me at anna@example.org or 4111 1111 1111 1111")
    kept = str(chat.memory.to_data())
    assert "anna" not in kept
    assert "4111" not in kept
    assert "[mail]" in kept


def test_memory_keeps_the_last_ten_messages():
    chat = Chat()
    for _ in range(8):
        chat.say("hi")
    assert len(chat.memory.turns) == 10
    assert chat.memory.turns[-1].speaker == "stylist"


def test_memory_goes_to_json_and_back():
    chat = Chat()
    chat.say("a red dress under 60, no black")
    memory = chat.memory
    assert Memory.from_data(memory.to_data()) == memory
    assert memory.intent.price_max == Decimal(60)
    assert Memory.from_data({}) == Memory()
