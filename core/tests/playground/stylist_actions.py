"""A shop for the stylist page, and the actions of a person on it."""

import json
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from core.tests.live import upload, wait_for
from core.tests.playground.browser_actions import HOSTILE
from demo.stack import Stack
from stylist.tests.factories import make_jpeg

OWNED = [("t-shirt", "white"), ("jeans", "blue"), ("sneakers", "white")]
SOLD = [("dress", "red"), ("t-shirt", "red"), ("jeans", "black"), ("sneakers", "black")]

# An answer whose events the test sends, by `sendEvent(name, data)` and `endAnswer()`.
SCRIPTED_ANSWER = """() => {
    const real = window.fetch;
    window.fetch = (address, options) => {
        const isOwn = options?.method === "POST" && address.endsWith("messages/");
        if (!isOwn) return real(address, options);
        const body = new ReadableStream({ start(stream) {
            const encoder = new TextEncoder();
            window.sendEvent = (name, data) => stream.enqueue(
                encoder.encode(`event: ${name}\\ndata: ${JSON.stringify(data)}\\n\\n`));
            window.endAnswer = () => stream.close();
            options.signal.addEventListener("abort", () => stream.error(options.signal.reason));
        } });
        return Promise.resolve(new Response(body, { status: 201 }));
    };
}"""


def make_styled_shop(stack: Stack) -> str:
    """Make a shop with tagged images and ada's tagged wardrobe; return its key."""
    key = stack.create_shop("Styled shop")
    with stack.client(key) as client:
        images = [
            upload(
                client,
                make_jpeg(kind, colour),
                name=f"{colour.capitalize()} {kind}",
                price="49.90",
                currency="EUR",
                availability="in_stock",
                link=f"https://shop.example/{colour}-{kind}",
            )
            for kind, colour in SOLD
        ]
        images.append(upload(client, make_jpeg("dress", "black"), name=HOSTILE))
        fill_wardrobe(client, "ada")
        for image in images:
            wait_until_tagged(client, image["id"])
        wait_for(lambda: client.get("index/").json()["pending"] == 0, what="indexing")
    return key


def wait_until_tagged(client: httpx.Client, image: str) -> None:
    path = f"images/{image}/outfits/"
    wait_for(lambda: client.post(path, json={}).is_success, what="tagging")


def fill_wardrobe(client: httpx.Client, shopper: str) -> None:
    """Give a shopper a T-shirt, jeans and sneakers, and wait until they are tagged."""
    files = [("photo", ("photo.jpg", make_jpeg(*garment))) for garment in OWNED]
    client.post(f"shoppers/{shopper}/wardrobe/", files=files).raise_for_status()
    wait_for(lambda: {item["state"] for item in wardrobe(client, shopper)} == {"done"})


def wardrobe(client: httpx.Client, shopper: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"shoppers/{shopper}/wardrobe/").json()["results"]
    return items


def use_shopper(page: Page, shopper: str) -> None:
    """Switch to another shopper."""
    page.get_by_label("Shopper", exact=True).fill(shopper)
    with page.expect_response("**/conversations/**"), page.expect_response("**/wardrobe/**"):
        page.get_by_role("button", name="Use", exact=True).click()


def send_message(page: Page, text: str) -> Locator:
    """Send a message to the stylist, wait for the end of the answer and return it."""
    before = page.locator(".answer").count()
    words = page.get_by_label("Message to the stylist")
    words.fill(text)
    words.press("Enter")
    answer = page.locator(".answer").nth(before)
    expect(answer.locator(".who")).to_have_text("Answered by rules.")
    return answer


def stream_event(page: Page, name: str, data: Any) -> None:
    """Send the next event of the scripted answer."""
    page.wait_for_function("() => Boolean(window.sendEvent)")
    page.evaluate(f"sendEvent({json.dumps(name)}, {json.dumps(data)})")


def open_section(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def garments(page: Page) -> Locator:
    return page.locator("#garments .garment")
