"""Run the web server: `python -m core.web [--host HOST] [--port PORT] [APPLICATION]`."""

import argparse
import os
import resource
import sys

import django

APPLICATION = "core.asgi:application"


def main() -> None:
    parser = argparse.ArgumentParser(prog="core.web")
    parser.add_argument("application", nargs="?", default=APPLICATION)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup(set_prefix=False)
    from core.web.server import make_server  # needs Django

    _allow_files()
    server = make_server(options.application, host=options.host, port=options.port)
    server.run()
    if not server.started:
        sys.exit(3)


def _allow_files() -> None:
    """Raise the limit of open files as far as allowed: a connection may need three."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
