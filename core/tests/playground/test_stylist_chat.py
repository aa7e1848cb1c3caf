"""The chat on the stylist page: answers, streaming and errors."""

import pytest
from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import HOSTILE, OpenPage
from core.tests.playground.stylist_actions import (
    SCRIPTED_ANSWER,
    send_message,
    stream_event,
    use_shopper,
)

OPINIONS = ("Like", "Dislike")


@pytest.fixture
def page(open_page: OpenPage, styled_key: str) -> Page:
    """Open the stylist page with the shopper ada."""
    page = open_page(styled_key, path="/stylist/")
    expect(page.locator("#garments .garment")).to_have_count(3)
    return page


def field_text(page: Page) -> str:
    return page.get_by_label("Message to the stylist").input_value()


def test_an_answer_shows_products_and_its_source(page: Page) -> None:
    use_shopper(page, "finder")
    answer = send_message(page, "I am looking for a red dress")
    expect(page.locator(".heard")).to_contain_text("I am looking for a red dress")
    expect(answer.locator(".said")).to_contain_text("Red dress")
    card = answer.locator(".card").filter(has_text="Red dress")
    expect(card).to_contain_text("€49.90")
    link = card.get_by_role("link", name="Red dress")
    expect(link).to_have_attribute("href", "https://shop.example/red-dress")
    photo = card.locator(".tile img")
    page.wait_for_function("image => image.naturalWidth > 0", arg=photo.element_handle())
    assert field_text(page) == ""


def test_outfits_are_collages_and_can_be_liked(page: Page) -> None:
    use_shopper(page, "liker")
    answer = send_message(page, "Put an outfit together for work")
    outfit = answer.locator(".look-card").first
    collage = outfit.locator(".collage img")
    page.wait_for_function("image => image.naturalWidth === 800", arg=collage.element_handle())
    expect(outfit.locator(".piece").first).to_be_visible()
    like, dislike = (outfit.get_by_role("button", name=name, exact=True) for name in OPINIONS)
    with page.expect_response("**/feedback/") as response:
        like.click()
    assert response.value.json()["opinion"] == "like"
    expect(like).to_have_attribute("aria-pressed", "true")
    dislike.click()
    expect(dislike).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_attribute("aria-pressed", "false")
    outfit.get_by_role("button", name="Worn").click()
    expect(outfit.get_by_role("button", name="Worn")).to_have_attribute("aria-pressed", "true")
    expect(dislike).to_have_attribute("aria-pressed", "true")


def test_an_opinion_that_cannot_be_sent_is_not_shown(page: Page) -> None:
    problem = {"status": 404, "code": "not_found", "detail": "This outfit was deleted."}
    page.route("**/feedback/", lambda route: route.fulfill(status=404, json=problem))
    use_shopper(page, "unheard")
    outfit = send_message(page, "Put an outfit together for work").locator(".look-card").first
    outfit.get_by_role("button", name="Worn").click()
    expect(outfit.get_by_role("alert")).to_contain_text("was deleted")
    expect(outfit.get_by_role("button", name="Worn")).to_have_attribute("aria-pressed", "false")


def test_texts_of_a_shop_are_not_markup(page: Page) -> None:
    use_shopper(page, "reader")
    answer = send_message(page, "I am looking for a black dress")
    expect(answer.locator(".card", has_text=HOSTILE)).to_have_count(1)
    assert page.title() == "Atelier stylist"


def test_shift_and_enter_begin_a_new_line(page: Page) -> None:
    use_shopper(page, "liner")
    page.get_by_label("Message to the stylist").press_sequentially("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    assert field_text(page) == "one\ntwo"
    expect(page.locator(".message")).to_have_count(0)


def test_a_suggestion_begins_a_conversation(page: Page) -> None:
    use_shopper(page, "beginner")
    page.get_by_role("button", name="How do I wash silk?").click()
    expect(page.locator(".answer .said")).to_contain_text("Wash silk by hand")
    expect(page.locator("#opening")).to_be_hidden()


def test_an_answer_grows_and_is_logged_for_screen_readers(page: Page) -> None:
    use_shopper(page, "listener")
    page.evaluate(SCRIPTED_ANSWER)
    page.get_by_role("button", name="How do I wash silk?").click()
    log = page.get_by_role("log").locator("p")
    stream_event(page, "words", {"text": "Wash silk by hand."})
    expect(page.locator(".answer .said")).to_have_text("Wash silk by hand.")
    first = log.element_handle()
    stream_event(page, "words", {"text": " Dry it in the shade."})
    expect(page.locator(".answer .said")).to_have_text("Wash silk by hand. Dry it in the shade.")
    expect(log).to_have_text(["Wash silk by hand.", "Dry it in the shade."])
    assert first and first.evaluate("one => one.isConnected")
    stream_event(page, "done", {"spoken_by": "model", "fallback": None})
    expect(page.locator(".who")).to_have_text("Answered by the language model.")


@pytest.mark.parametrize(
    ("fallback", "message"),
    [
        ("slow", "Answered by rules: the language model took too long."),
        ("unheard_of", "Answered by rules: the language model was unavailable."),
    ],
)
def test_shows_why_the_rules_answered_instead_of_the_model(
    page: Page, fallback: str, message: str
) -> None:
    use_shopper(page, fallback)
    page.evaluate(SCRIPTED_ANSWER)
    page.get_by_label("Message to the stylist").fill("Hello")
    page.get_by_role("button", name="Send").click()
    stream_event(page, "words", {"text": "Good to see you!"})
    stream_event(page, "done", {"spoken_by": "rules", "fallback": fallback})
    expect(page.locator(".who").last).to_have_text(message)


def test_an_answer_can_be_stopped_and_another_message_sent(page: Page) -> None:
    use_shopper(page, "stopper")
    page.evaluate(SCRIPTED_ANSWER)
    field = page.get_by_label("Message to the stylist")
    field.fill("Tell me everything")
    field.press("Enter")
    stream_event(page, "words", {"text": "Once upon a time"})
    expect(page.locator(".answer .said")).to_have_text("Once upon a time")
    field.fill("Something else")
    field.press("Enter")
    expect(page.locator(".heard")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".who")).to_have_text("Stopped.")
    expect(page.locator(".answer .said")).to_have_text("Once upon a time")
    assert field_text(page) == "Something else"
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".heard")).to_have_count(2)


@pytest.mark.parametrize(
    ("status", "code"), [(400, "validation_error"), (409, "already_answering"), (503, "overloaded")]
)
def test_an_unsent_message_is_back_in_the_field(page: Page, status: int, code: str) -> None:
    use_shopper(page, f"unlucky-{status}")
    problem = {"status": status, "code": code, "detail": "It did not go through."}
    page.route("**/messages/", lambda route: route.fulfill(status=status, json=problem))
    page.get_by_label("Message to the stylist").fill("A long thought")
    page.get_by_role("button", name="Send").click()
    alert = page.locator("#talk-notice").get_by_role("alert")
    expect(alert).to_contain_text("It did not go through.")
    assert field_text(page) == "A long thought"
    expect(page.locator(".message")).to_have_count(0)
    page.unroute("**/messages/")
    if status == 503:
        alert.get_by_role("button", name="Try again").click()
    else:
        page.get_by_role("button", name="Send").click()
    expect(page.locator(".who")).to_have_text("Answered by rules.")
    expect(alert).to_have_count(0)


@pytest.mark.parametrize("ending", ["failed", "broken"])
def test_an_interrupted_answer_loses_nothing(page: Page, ending: str) -> None:
    use_shopper(page, f"cut-off-{ending}")
    page.evaluate(SCRIPTED_ANSWER)
    page.get_by_label("Message to the stylist").fill("A long thought")
    page.get_by_role("button", name="Send").click()
    stream_event(page, "words", {"text": "Well,"})
    if ending == "failed":
        stream_event(
            page, "failed", {"problem": {"code": "server_error", "detail": "It went wrong."}}
        )
    else:
        page.evaluate("endAnswer()")
    message = "It went wrong." if ending == "failed" else "The connection closed"
    expect(page.locator("#talk-notice")).to_contain_text(message)
    expect(page.locator(".answer .said")).to_have_text("Well,")
    expect(page.locator(".who")).to_have_text("Interrupted.")
    assert field_text(page) == "A long thought"
