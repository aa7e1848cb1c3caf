"""The protocol: answers one message of an MCP client, by the official SDK.

Every message is a request of its own without a session, so any web process can answer it; answers
are JSON, never streams. The SDK is asynchronous: it runs in an event loop of its own while this
thread waits, and tools run in this thread, with its database connection and tenancy scope.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from mcp import MCPError, types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from agents.schemas import describe_tool
from agents.tools import TOOLS
from agents.tools.tool import Arguments, Tool, ToolAnswer

INSTRUCTIONS = (
    "These tools belong to one clothing shop. Find products with `search_products`, look at one "
    "with `get_product` before you state its price or sizes, and give people its `link`. Products "
    "are known by `external_id`. A failed call returns an error with a stable `code`, and `detail` "
    "says what to do; with `retry_after`, call again after so many seconds."
)

BY_NAME = {tool.name: tool for tool in TOOLS}

Headers = Mapping[str, str]
CallTool = Callable[[Tool, Arguments], ToolAnswer]


@dataclass(slots=True)
class Reply:
    """The HTTP response to a message."""

    status: int = 500
    content_type: str = ""
    body: bytes = b""

    async def send(self, message: Any) -> None:
        """Receive a message of ASGI."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = dict(message["headers"])
            self.content_type = headers.get(b"content-type", b"").decode("latin1")
        else:
            self.body += message.get("body", b"")


def answer_message(
    message: bytes, headers: Headers, *, tools: Sequence[Tool], call: CallTool
) -> Reply:
    """Return the reply to a message of a client for whom these tools are listed.

    `headers` are those of the protocol, such as `MCP-Protocol-Version`.
    """
    return _answer(message, headers, _make_server(tools, call))


def _make_server(tools: Sequence[Tool], call: CallTool) -> Server[Any]:
    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_describe(tool) for tool in tools])

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = BY_NAME.get(params.name)
        if tool is None:
            message = f"There is no tool {params.name[:60]!r}; there are: {', '.join(BY_NAME)}."
            raise MCPError(types.INVALID_PARAMS, message)
        run = sync_to_async(call, thread_sensitive=True)
        return _serialize(await run(tool, params.arguments or {}))

    return Server(
        "atelier",
        title="Atelier",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        # No parameter of a tool is sent as a header too.
        get_tool_input_schema=lambda name: None,
    )


def _describe(tool: Tool) -> types.Tool:
    arguments, output = describe_tool(tool)
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=arguments,
        output_schema=output,
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, open_world_hint=False
        ),
    )


def _serialize(result: ToolAnswer) -> types.CallToolResult:
    """Return a result as text, for models, and as data, for programs; errors only as text."""
    text = json.dumps(result.content, ensure_ascii=False, separators=(",", ":"))
    return types.CallToolResult(
        content=[types.TextContent(text=text)],
        structured_content=None if result.is_error else result.content,
        is_error=result.is_error,
    )


@async_to_sync
async def _answer(message: bytes, headers: Headers, server: Server[Any]) -> Reply:
    reply = Reply()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [
            *(
                (name.lower().encode("latin1"), value.encode("latin1", "replace"))
                for name, value in headers.items()
            ),
            # Whatever a client accepts, it gets JSON, which every client has to accept.
            (b"content-type", b"application/json"),
            (b"accept", b"application/json, text/event-stream"),
        ],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": message, "more_body": False}

    manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(scope, receive, reply.send)
    return reply
