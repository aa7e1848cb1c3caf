"""The official client against the running server, and the page about it as it is written."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import httpx2
import pytest
from django.conf import settings
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from core.tests.live import upload, wait_for
from demo.stack import Stack
from recommendations.tests.test_main_job import GARMENTS, photo_of

PAGE = (Path(settings.BASE_DIR) / "docs" / "mcp.md").read_text("utf-8")
DRESS = "DR-1042"
REVISIONS = ["legacy", "auto"]


@pytest.fixture(scope="module")
def shop(live_stack: Stack) -> Iterator[SimpleNamespace]:
    """A shop with two garments that search finds."""
    key = live_stack.create_shop("Agents")
    with live_stack.client(key) as client:
        for external_id, what in ((DRESS, "red dress"), ("SH-7", "white shirt")):
            facts = {"external_id": external_id, "name": what, "price": "59.90", "currency": "EUR"}
            upload(client, photo_of(GARMENTS[what]), link="https://shop.example/it", **facts)
        wait_for(lambda: client.get("index/").json()["indexed"] == 2, what="indexing")
        yield SimpleNamespace(url=live_stack.url, key=key, client=client)


@asynccontextmanager
async def connect(shop: Any, *, mode: str = "auto", key: str = "") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Api-Key {key or shop.key}"}
    limits = httpx2.Limits(max_connections=40)
    async with httpx2.AsyncClient(headers=headers, timeout=60, limits=limits) as http:
        transport = streamable_http_client(f"{shop.url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


def run(work: Any) -> Any:
    return asyncio.run(work)


async def find_dress(client: Client) -> Any:
    return await client.call_tool("search_products", {"prompt": "red dress"})


@pytest.mark.parametrize("mode", REVISIONS)
def test_the_official_client_lists_and_calls_tools(shop, mode):
    async def use() -> tuple[Any, Any, Any]:
        async with connect(shop, mode=mode) as client:
            listed = await client.list_tools()
            found = await find_dress(client)
            shown = await client.call_tool("get_product", {"external_id": DRESS})
            return listed, found, shown

    # The client checks what is answered against the schema of each tool.
    listed, found, shown = run(use())
    assert len(listed.tools) == 5 and listed.tools[0].name == "search_products"
    assert found.structured_content["products"][0]["external_id"] == DRESS
    assert json.loads(found.content[0].text) == found.structured_content
    assert shown.structured_content["link"] == "https://shop.example/it"


@pytest.mark.parametrize("mode", REVISIONS)
def test_errors_of_tools_reach_the_agent_with_their_code(shop, mode):
    async def use() -> list[Any]:
        async with connect(shop, mode=mode) as client:
            unknown = await client.call_tool("get_product", {"external_id": "nothing"})
            wrong = await client.call_tool("search_products", {"promt": "red dress"})
            with pytest.raises(MCPError, match="no_such_tool"):
                await client.call_tool("no_such_tool", {})
            return [unknown, wrong]

    problems = [json.loads(result.content[0].text) for result in run(use())]
    assert [each["code"] for each in problems] == ["product_not_found", "unknown_field"]
    assert "`prompt`" in problems[1]["detail"]


@pytest.mark.parametrize("mode", REVISIONS)
def test_a_wrong_key_connects_to_nothing(shop, mode):
    async def use() -> None:
        async with connect(shop, mode=mode, key="abcdefgh.wrong") as client:
            await client.list_tools()

    with pytest.raises(Exception):  # noqa: B017 - the client has several, and groups of them
        run(use())


def test_a_hundred_calls_at_once_are_all_answered(shop):
    async def use() -> list[Any]:
        async with connect(shop) as client:
            return await asyncio.gather(*(find_dress(client) for _ in range(100)))

    answers = run(use())
    assert len(answers) == 100
    first = [answer.structured_content["products"][0]["external_id"] for answer in answers]
    assert set(first) == {DRESS}


def test_a_client_that_leaves_takes_no_place(shop):
    async def leave() -> None:
        async with connect(shop) as client:
            calls = [asyncio.create_task(find_dress(client)) for _ in range(30)]
            await asyncio.sleep(0.05)
            for each in calls:
                each.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    async def use() -> Any:
        async with connect(shop) as client:
            return await find_dress(client)

    run(leave())
    assert run(use()).structured_content["products"]


def post(shop: Any, content: bytes, **headers: str) -> httpx.Response:
    sent = {"Authorization": f"Api-Key {shop.key}", "Content-Type": "application/json"}
    return httpx.post(f"{shop.url}/mcp", content=content, headers={**sent, **headers}, timeout=60)


def test_a_message_that_is_too_long_is_refused_at_once(shop):
    answer = post(shop, b" " * (1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")
    assert answer.json()["detail"].startswith("A request has at most 1 MB")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"jsonrpc": "2.0", "id": 1}', b"[" * 9_000]
)
@pytest.mark.parametrize("revision", ["2025-06-18", "2026-07-28", "never"])
def test_a_broken_message_is_refused(shop, body, revision):
    answer = post(shop, body, **{"MCP-Protocol-Version": revision})
    assert answer.status_code == 400 and "error" in answer.json()


def test_other_types_and_methods_are_refused(shop):
    answer = post(shop, b"{}", **{"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    headers = {"Authorization": f"Api-Key {shop.key}", "Accept": "text/event-stream"}
    for method in ("GET", "DELETE"):
        answer = httpx.request(method, f"{shop.url}/mcp", headers=headers)
        assert answer.status_code == 405 and "POST" in answer.headers["Allow"]


def test_clients_that_accept_streams_take_no_stream(shop):
    listing = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'
    answer = post(shop, listing, Accept="application/json, text/event-stream")
    assert answer.headers["content-type"] == "application/json"


# --- The page -------------------------------------------------------------------------


def find_blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


def run_block(shop: Any, *command: str) -> str:
    environment = {**os.environ, "ATELIER": shop.url, "KEY": shop.key}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_program_of_the_page_prints_products(shop):
    (program,) = find_blocks("python")
    assert f"{DRESS} red dress 59.90" in run_block(shop, sys.executable, "-c", program)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed.")
def test_the_command_of_the_page_prints_products(shop):
    (command,) = find_blocks("bash")
    answer = json.loads(run_block(shop, "bash", "-c", command))
    products = answer["result"]["structuredContent"]["products"]
    assert products[0]["external_id"] == DRESS


def test_the_page_lists_every_tool(shop):
    async def use() -> list[str]:
        async with connect(shop) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.M) == run(use())
