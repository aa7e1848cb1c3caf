"""The web application with Django's own request handler in place of ours, to compare them."""

from django.core.handlers.asgi import ASGIHandler

from core.asgi import application
from core.web.bodies import BodyLimit
from core.web.exchange import BODY, Message, Receive, Scope, Send
from core.web.load_limits import LoadLimit

body_limit = application.app
load_limit = body_limit.app if isinstance(body_limit, BodyLimit) else None
if not isinstance(load_limit, LoadLimit):
    raise TypeError("core.asgi no longer builds BodyLimit(LoadLimit(handler)); adapt this module.")
handler = ASGIHandler()


async def respond(scope: Scope, receive: Receive, send: Send) -> None:
    """Call Django's handler, which receives the body itself."""
    bodies = [scope["extensions"][BODY].file.read()]

    async def receive_again() -> Message:
        return {"type": "http.request", "body": bodies.pop()} if bodies else await receive()

    await handler(scope, receive_again, send)  # type: ignore[arg-type] # stricter than ASGI


load_limit.app = respond
