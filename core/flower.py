"""Flower, closed: it shows tasks and workers only to somebody who signs in, and changes nothing."""

import os
import sys

from flower.views.monitor import Metrics
from tornado.options import options
from tornado.web import authenticated

from core.production import RANDOM, is_guessable


def protect_flower() -> None:
    """Change Flower's options before it listens; exit if it has no login or a weak one.

    It is read-only and on the loopback interface unless its options say otherwise. Its `/metrics`
    asks for the login as well; only `/healthcheck`, which answers "OK", does not.
    """
    logins = options.basic_auth or []
    if options.auth_provider is None and not logins:
        sys.exit(
            f"Flower needs FLOWER_BASIC_AUTH, as name:password; make a password with: {RANDOM}"
        )
    if any(is_guessable(login.partition(":")[2]) for login in logins):
        sys.exit(f"FLOWER_BASIC_AUTH has a weak password; make one with: {RANDOM}")
    os.environ["FLOWER_UNAUTHENTICATED_API"] = "false"
    if "FLOWER_READ_ONLY" not in os.environ:
        options.read_only = True
    options.address = options.address or "127.0.0.1"
    Metrics.get = authenticated(Metrics.get)
