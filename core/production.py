"""Checks that refuse to start in production with values that a stranger could guess."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

RANDOM = 'python -c "import secrets; print(secrets.token_hex(32))"'
MIN_KEY_LENGTH = 50
MIN_PASSWORD_LENGTH = 12
# Of tokens and passwords that only programs use.
MIN_TOKEN_LENGTH = 16
MIN_DIFFERENT_CHARACTERS = 8
# Parts of values in documents, images and tutorials.
KNOWN_WORDS = re.compile(
    r"insecure|change.?(me|this|it)|replace|example|placeholder|your.?(own|key|pass|secret)"
    r"|dummy|default|passw|secret.?key|qwert|asdf|letmein|welcome|admin|postgres|redis|chroma|metrics|flower|atelier|1234567"
)
COMPOSE_PASSWORDS = (
    *("DB_PASSWORD", "DB_APP_PASSWORD"),
    *("PGADMIN_DEFAULT_PASSWORD", "FLOWER_BASIC_AUTH"),
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Settings = Mapping[str, Any]


def refuse_weak_settings(settings: Settings) -> None:
    """Raise `ImproperlyConfigured` with all weak values; `settings` is the settings' namespace."""
    problems = [
        f"- {name} {problem}"
        for check in (
            _check_key,
            _check_hosts,
            _check_site,
            _check_debugging,
            _check_database,
            _check_services,
            _check_mail,
            _check_metrics,
            _check_compose,
        )
        for name, problem in check(settings)
    ]
    if problems:
        text = "\n".join(problems)
        raise ImproperlyConfigured(f"Production refuses these settings:\n{text}")


Problems = Iterator[tuple[str, str]]


def is_guessable(secret: str, *, min_length: int = MIN_PASSWORD_LENGTH) -> bool:
    """Return whether a secret is short, repetitive, or contains words of examples."""
    if len(secret) < min_length or len(set(secret)) < MIN_DIFFERENT_CHARACTERS:
        return True
    # A text that repeats a part is found inside its own double, moved by that part.
    is_repeated = secret in (secret * 2)[1:-1]
    steps = Counter(ord(after) - ord(before) for before, after in pairwise(secret))
    is_sequence = steps.most_common(1)[0][1] > len(secret) / 2
    return is_repeated or is_sequence or bool(KNOWN_WORDS.search(secret.lower()))


def _check_key(settings: Settings) -> Problems:
    if is_guessable(settings["SECRET_KEY"], min_length=MIN_KEY_LENGTH):
        yield (
            "SECRET_KEY",
            f"must be at least {MIN_KEY_LENGTH} random characters; make one with: {RANDOM}",
        )


def _check_hosts(settings: Settings) -> Problems:
    hosts = [host for host in settings["ALLOWED_HOSTS"] if host]
    if not hosts:
        yield "ALLOWED_HOSTS", "is empty; list the host names of this server."
    for host in hosts:
        # A leading dot allows all subdomains; of a domain of our own that is fine.
        if "*" in host or (host.startswith(".") and host.count(".") < 2):
            yield "ALLOWED_HOSTS", f"allows hosts of strangers by {host!r}; list your own names."
    if "*" in settings["FORWARDED_ALLOW_IPS"]:
        yield "FORWARDED_ALLOW_IPS", "lets clients choose their address; list your proxies'."
    for origin in settings["CSRF_TRUSTED_ORIGINS"]:
        parts = urlsplit(origin)
        host = parts.hostname or ""
        if parts.scheme != "https" or host in {"", "*"} or re.fullmatch(r"\*\.[^.]+", host):
            yield "CSRF_TRUSTED_ORIGINS", f"trusts {origin!r}; list https:// origins of your own."


def _check_site(settings: Settings) -> Problems:
    if urlsplit(settings["SITE_URL"]).scheme != "https":
        yield "SITE_URL", "is the address in e-mails with tokens; begin it with https://."


def _check_debugging(settings: Settings) -> Problems:
    if settings["DEBUG"]:
        yield "DEBUG", "shows settings and code to everyone; set it to false."
    if settings["LOG_LEVEL"].upper() in {"DEBUG", "NOTSET"}:
        yield "LOG_LEVEL", "logs what libraries send and receive; set it to INFO."
    if settings["DEMO_API_KEY"]:
        yield "DEMO_API_KEY", "would publish a shop's key on the pages; unset it."


def _check_database(settings: Settings) -> Problems:
    """Check databases that ask for a password; a socket or a certificate needs none."""
    for database in settings["DATABASES"].values():
        options, owner = database.get("OPTIONS", {}), database.get("OWNER", {})
        if options.get("sslcert") or options.get("passfile"):
            continue
        for name, login in {"DATABASE_URL": database, "DATABASE_OWNER_URL": owner}.items():
            password = login.get("PASSWORD") or os.environ.get("PGPASSWORD", "")
            is_name = password in (login.get("USER"), database.get("NAME"))
            has_socket = (login.get("HOST") or "").startswith("/")
            if login and not has_socket and (is_guessable(password) or is_name):
                yield name, f"has a weak password or none; make one with: {RANDOM}"


def _check_services(settings: Settings) -> Problems:
    """Check Redis and Chroma, which everyone who reaches them can change."""
    private = settings["SERVICES_WITHOUT_PASSWORD"]
    redis = urlsplit(settings["REDIS_URL"])
    password = unquote(redis.password or "")
    if password and is_guessable(password, min_length=MIN_TOKEN_LENGTH):
        yield "REDIS_PASSWORD", f"is weak; make one with: {RANDOM}"
    elif not password and not _is_local(redis) and "redis" not in private:
        yield "REDIS_PASSWORD", _missing("redis", "Redis")
    token, own = settings["CHROMA_TOKEN"], settings["CHROMA_NODE_TOKENS"]
    for name, node_token in own.items():
        if is_guessable(node_token, min_length=MIN_TOKEN_LENGTH):
            yield "CHROMA_NODE_TOKENS", f"has a weak one for {name}; make one with: {RANDOM}"
    nodes = settings["CHROMA_NODES"].items()
    others = [urlsplit(address) for name, address in nodes if name not in own]
    if token and is_guessable(token, min_length=MIN_TOKEN_LENGTH):
        yield "CHROMA_TOKEN", f"is weak; make one with: {RANDOM}"
    elif not token and not all(map(_is_local, others)) and "chroma" not in private:
        yield "CHROMA_TOKEN", _missing("chroma", "Chroma")


def _is_local(address: SplitResult) -> bool:
    return address.scheme in {"unix", "redis+socket"} or address.hostname in LOOPBACK


def _missing(service: str, name: str) -> str:
    return (
        f"is empty, and {name} is not on this machine. Set it, or add {service} to "
        "SERVICES_WITHOUT_PASSWORD if only your own processes can reach it."
    )


def _check_mail(settings: Settings) -> Problems:
    if not settings["EMAIL_BACKEND"].startswith("django.core.mail.backends.smtp"):
        yield "EMAIL_URL", "sends no e-mails; set the address of your mail server."


def _check_metrics(settings: Settings) -> Problems:
    token = settings["METRICS_TOKEN"]
    if token and is_guessable(token, min_length=MIN_TOKEN_LENGTH):
        yield "METRICS_TOKEN", f"is weak; make one with: {RANDOM}"


def _check_compose(settings: Settings) -> Problems:
    """Check passwords of other programs, where this process gets them as well."""
    for name in COMPOSE_PASSWORDS:
        password = os.environ.get(name, "").rpartition(":")[2]
        if password and is_guessable(password):
            yield name, f"is weak; make a password with: {RANDOM}"
