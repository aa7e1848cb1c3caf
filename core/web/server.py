"""The web server: uvicorn with our limits, from the settings."""

from functools import partial
from typing import Any, cast

import uvicorn
from django.conf import settings
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from core.web.connections import ConnectionLimits, Connections
from core.web.protocol import LimitedProtocol

# After it, requests that still run are cancelled.
SHUTDOWN_SECONDS = 30


def make_server(application: Any, *, host: str, port: int) -> uvicorn.Server:
    """Return a server with the limits of the settings; `application` may be an import string."""
    connections = Connections(read_limits(), proxies=_trusted_proxies())
    return uvicorn.Server(
        uvicorn.Config(
            application,
            host=host,
            port=port,
            # uvicorn only calls it.
            http=cast(Any, partial(LimitedProtocol, connections=connections)),
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,  # Django's
            forwarded_allow_ips=settings.FORWARDED_ALLOW_IPS,
            timeout_keep_alive=settings.WEB_IDLE_SECONDS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            # Every second.
            callback_notify=connections.check_all,
            timeout_notify=0,
        )
    )


def read_limits() -> ConnectionLimits:
    return ConnectionLimits(
        connections=settings.WEB_CONNECTION_LIMIT,
        connections_per_client=settings.WEB_CONNECTIONS_PER_CLIENT,
        head_seconds=settings.WEB_HEAD_SECONDS,
        head_bytes=settings.WEB_HEAD_LIMIT_BYTES,
        head_fields=settings.WEB_HEADER_LIMIT,
        target_bytes=settings.WEB_ADDRESS_LIMIT_BYTES,
        pipelined=settings.WEB_PIPELINE_LIMIT,
        send_seconds=settings.WEB_SEND_SECONDS,
        bytes_per_second=settings.WEB_MIN_BYTES_PER_SECOND,
        unsent_bytes=settings.WEB_UNSENT_LIMIT_BYTES,
    )


def _trusted_proxies() -> Any:
    """Return the proxies as uvicorn reads them: addresses, networks, or `*`."""
    return ProxyHeadersMiddleware(cast(Any, None), settings.FORWARDED_ALLOW_IPS).trusted_hosts
