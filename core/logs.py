"""Logging: one JSON object for each event in production, readable lines elsewhere.

Every line names its request or task and the caller. No line contains personal data, credentials or
what people wrote: messages of unknown errors are left out, and all other texts are redacted.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import structlog

from core.errors import DomainError
from core.log_context import current_log_context
from core.redaction import redact

Event = MutableMapping[str, Any]

OWN_PACKAGES = (
    *("core", "tenants", "catalog", "recommendations", "quality", "stylist", "agents"),
    *("demo", "training", "evaluation"),
)
# These log addresses of requests, and on DEBUG also bodies and credentials.
QUIET = (
    "httpx",
    "httpcore",
    "mcp",
    "chromadb",
    "openai",
    "boto3",
    "botocore",
    "s3transfer",
    "urllib3",
)
# Lines of other packages that contain paths, hosts, arguments or messages of errors.
REWRITTEN = {
    "django.request": "request_failed",
    "django.security": "suspicious_request",
    "celery.app.trace": "task_failed",
    "celery.worker.request": "task_failed",
    "asyncio": "background_work_failed",
}
MAX_TEXT_LENGTH, MAX_FRAMES = 2_000, 40

# Fields that contain nothing that a client sent.
SAFE_FIELDS = frozenset(
    {"timestamp", "level", "logger", "caller", "shop", "request_id", "method", "route", "status"}
    | {"ms", "task", "task_id", "state"}
)
# Fields whose value is secret, whatever it is.
SECRET_FIELD = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|api_?key|credential|e?mail|prompt|query|\btext\b",
    re.IGNORECASE,
)
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_REMOVED = (
    # Logins of addresses, and what follows the question mark.
    (re.compile(r"(\w://)[^\s/@]*@"), r"\1[login]@"),
    (re.compile(r"\?[\w.~%\[\]-]*=[^\s\"'<>]*"), "?[query]"),
    # Authorization headers, `name=value` of credentials, JSON Web Tokens, API keys.
    (re.compile(r"\b(Api-Key|Bearer|Basic)\s+[^\s\"',]+", re.IGNORECASE), r"\1 [removed]"),
    (
        re.compile(
            r"\b(\w*(?:password|passwd|secret|token|api_?key|authorization|cookies?))"
            r"([\"']?\s*[:=]\s*[\"']?)(?!Api-Key|Bearer|Basic)[^\s\"',&;]+",
            re.IGNORECASE,
        ),
        r"\1\2[removed]",
    ),
    (
        re.compile(r"([\"'](?:prompt|text|query|e?mail)[\"']\s*:\s*)(?:\"[^\"]*\"|'[^']*')"),
        r"\1[removed]",
    ),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), "[token]"),
    (re.compile(r"\b([A-Za-z0-9]{8})\.[A-Za-z0-9]{24,}"), r"\1.[key]"),
    # Addresses of photos and outfits, which open without a key.
    (re.compile(r"\b(media/|shops/|outfits/)[^\s\"'<>),]+"), r"\1[file]"),
)
# Errors whose message names code, not data.
_OUTSPOKEN = (
    *(AttributeError, TypeError, NameError, ImportError, NotImplementedError, RecursionError),
    *(ZeroDivisionError, IndexError, TimeoutError),
)
# Packages whose messages describe the state of a service, with data in quotes or brackets.
_SERVICES = {"psycopg", "psycopg_pool", "redis", "kombu", "httpx", "httpcore", "ssl"}
_QUOTED = re.compile(r"\"[^\"]*\"?|'[^']*'?|“[^”]*”?|‘[^’]*’?|`[^`]*`?|\([^)]*\)?|\[[^\]]*\]?")


def describe_error(error: BaseException) -> str:
    """Return an error's type, and its message if that contains no data of callers."""
    name = type(error).__qualname__
    message = " ".join(_read_message(error).split("\n", 1)[0].split())
    return f"{name}: {message}" if message else name


def _read_message(error: BaseException) -> str:
    package = type(error).__module__.partition(".")[0]
    if isinstance(error, DomainError):
        return error.code
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(describe_error(part) for part in error.exceptions)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} [{error.errno}]"
    if type(error).__module__ == "django.db.utils" or package in _SERVICES:
        diagnosis = getattr(error.__cause__ or error, "diag", None)
        constraint = getattr(diagnosis, "constraint_name", None)
        message = _QUOTED.sub("…", str(error).split("\n", 1)[0])
        return f"{message} {constraint}" if constraint else message
    return str(error) if isinstance(error, _OUTSPOKEN) else ""


def format_error(error: BaseException) -> str:
    """Return the traceback of an error and of its causes, without local variables and data."""
    return "\n\nThen:\n".join(
        "".join(traceback.format_tb(part.__traceback__, limit=-MAX_FRAMES)) + describe_error(part)
        for part in reversed(list(_find_causes(error)))
    )


def _find_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, then what caused it, and so on."""
    seen: set[int] = set()
    part: BaseException | None = error
    while part is not None and id(part) not in seen:
        seen.add(id(part))
        yield part
        part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)


def rewrite_foreign(_logger: Any, _method: str, event: Event) -> Event:
    """Replace lines of other packages that contain data of callers by a fixed name."""
    event["event"] = _render_message(event["_record"].msg, event.pop("positional_args", ()))
    for name, replacement in REWRITTEN.items():
        if event["logger"] == name or event["logger"].startswith(f"{name}."):
            event["event"] = replacement
    if event["event"] == "suspicious_request":
        event.pop("exc_info", None)
    return event


def _render_message(message: object, values: Any) -> str:
    """Return a line's text, with errors among its values described as everywhere else."""
    if isinstance(values, tuple):
        values = tuple(map(_describe_value, values))
    elif isinstance(values, Mapping):
        values = {name: _describe_value(value) for name, value in values.items()}
    return str(message) % values if values else str(_describe_value(message))


def _describe_value(value: Any) -> Any:
    return describe_error(value) if isinstance(value, BaseException) else value


def has_error(record: logging.LogRecord) -> bool:
    """Return whether a line of Django is about an error, and not about a view's answer."""
    return bool(record.exc_info)


def add_log_context(_logger: Any, _method: str, event: Event) -> Event:
    """Add the request or task, and its caller."""
    for name, value in current_log_context().log_fields().items():
        event.setdefault(name, value)
    return event


def describe_errors(_logger: Any, _method: str, event: Event) -> Event:
    """Replace errors by texts that contain no data of callers."""
    reason = event.pop("exc_info", None)
    if reason is True:
        reason = sys.exc_info()
    if isinstance(reason, tuple):
        reason = reason[1]
    if isinstance(reason, BaseException):
        event["exception"] = format_error(reason)
    for name, value in event.items():
        if isinstance(value, BaseException):
            event[name] = describe_error(value)
    return event


def remove_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Remove personal data and credentials from all fields; the last resort."""
    for name, value in event.items():
        if name not in SAFE_FIELDS:
            event[name] = "[removed]" if SECRET_FIELD.search(name) else clean(value, name=name)
    return event


def clean(value: Any, *, name: str = "") -> Any:
    """Return a value without personal data, credentials, and characters that begin a line."""
    match value:
        case str():
            text = value if name == "exception" else value[:MAX_TEXT_LENGTH]
            text = clean_text(text)
            return text if name == "exception" else CONTROL_CHARACTER.sub(_escape, text)
        case dict():
            return {
                str(key): "[removed]" if SECRET_FIELD.search(str(key)) else clean(part)
                for key, part in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [clean(part) for part in value]
        case None | bool() | int() | float():
            return value
        case _:
            return clean(str(value))


def clean_text(text: str) -> str:
    """Return a text without personal data, credentials and addresses of photos."""
    for pattern, replacement in _REMOVED:
        text = pattern.sub(replacement, text)
    return redact(text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def log_thread_error(arguments: threading.ExceptHookArgs) -> None:
    """Log an error that ends a thread; Python would write its message."""
    structlog.get_logger(__name__).error("thread_failed", exc_info=arguments.exc_value)


def configure_logging(*, level: str, is_production: bool) -> dict[str, Any]:
    """Configure structlog; return the value of Django's `LOGGING`."""
    common: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.contextvars.merge_contextvars,
        add_log_context,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *common,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    threading.excepthook = log_thread_error
    # Otherwise Python writes the values of a line that cannot be formatted.
    logging.raiseExceptions = not is_production
    renderer: Any = structlog.processors.JSONRenderer()
    if not is_production:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*common, rewrite_foreign],
        "pass_foreign_args": True,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            describe_errors,
            remove_secrets,
            renderer,
        ],
    }
    others = "INFO" if level.upper() in {"DEBUG", "NOTSET"} else level
    silent = {"handlers": [], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "filters": {"has_error": {"()": lambda: has_error}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": others},
        "loggers": {
            **{name: {"level": level} for name in OWN_PACKAGES},
            **{name: {"level": "WARNING"} for name in QUIET},
            # Refused requests have a line of their own, by `core.web.access_log`.
            "django": {"handlers": [], "level": others, "propagate": True},
            "django.request": {"level": "ERROR", "filters": ["has_error"]},
            "django.db.backends": {"level": "WARNING"},
            # Raw addresses of requests.
            "django.server": silent,
            "uvicorn.access": silent,
            "uvicorn": {"handlers": [], "propagate": True},
            # Received and finished tasks; `core.celery` logs the latter.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
