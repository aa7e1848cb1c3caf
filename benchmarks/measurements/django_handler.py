"""The web application with Django's own request handler in place of ours, to compare them."""

from typing import Any

from django.core.handlers.asgi import ASGIHandler

from core.asgi import application
from core.web.load_limits import BodyLimit

body_limit = application.app
if not isinstance(body_limit, BodyLimit):
    raise TypeError("core.asgi no longer builds LoadLimit(BodyLimit(handler)); adapt this module.")
handler: Any = ASGIHandler()  # Django's stubs are stricter than ASGI
body_limit.app = handler
