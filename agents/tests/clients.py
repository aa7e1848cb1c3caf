"""Clients of the MCP server for tests."""

import json
from typing import Any

from rest_framework.response import Response

MCP = "/mcp"


def send(client: Any, method: str, params: Any = None, **headers: str) -> Response:
    """Send a message as a client does, by the older revisions of the protocol."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    return client.post(MCP, json.dumps(message), content_type="application/json", headers=headers)


def send_call(client: Any, name: str, headers: Any = None, **arguments: Any) -> Response:
    return send(client, "tools/call", {"name": name, "arguments": arguments}, **headers or {})


def call(client: Any, name: str, **arguments: Any) -> Any:
    """Return what a tool answers, which it writes as text as well."""
    answer = send_call(client, name, **arguments)
    assert answer.status_code == 200, answer.content
    result = answer.json()["result"]
    assert not result["isError"], result
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    return result["structuredContent"]


def fail(client: Any, name: str, **arguments: Any) -> Any:
    """Return the problem that a tool answers with."""
    result = send_call(client, name, **arguments).json()["result"]
    assert result["isError"] and "structuredContent" not in result
    return json.loads(result["content"][0]["text"])


def list_names(client: Any) -> list[str]:
    return [tool["name"] for tool in send(client, "tools/list").json()["result"]["tools"]]
