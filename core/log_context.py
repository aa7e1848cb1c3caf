"""The request or task that runs now, and its caller: every log line names them."""

import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import structlog
from uuid_utils.compat import uuid4

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

ANONYMOUS, SYSTEM = "anonymous", "system"
# A proxy's or a client's own id: short, no number of a card or a phone, and without characters that
# mean something in a log.
REQUEST_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
# The fields of a context that go from a request to the tasks that it starts.
INHERITED = ("request_id", "caller", "shop")


@dataclass(slots=True)
class LogContext:
    """What every line of a request or a task contains.

    `caller` is a key's prefix, a member, `anonymous` or `system`. The fields are set when they
    become known, which may be in another thread.
    """

    caller: str = SYSTEM
    shop: str = ""
    request_id: str = ""
    route: str = ""
    task: str = ""
    task_id: str = ""

    def log_fields(self) -> dict[str, str]:
        """Return the known fields that every line has; the route is on one line only."""
        names = ("caller", "shop", "request_id", "task", "task_id")
        return {name: value for name in names if (value := getattr(self, name))}

    def inherited(self) -> dict[str, str]:
        """Return the fields for a task that this work starts."""
        return {name: value for name in INHERITED if (value := getattr(self, name))}


_log_context: ContextVar[LogContext | None] = ContextVar("log_context", default=None)


def current_log_context() -> LogContext:
    """Return the context of the current work; outside of requests and tasks, a new one."""
    return _log_context.get() or LogContext()


def enter_log_context(context: LogContext | None) -> None:
    """Set the request or task that runs in this thread or asyncio task from now on."""
    _log_context.set(context)


def keep_log_context(work: Callable[P, T]) -> Callable[P, T]:
    """Return `work` for another thread, with the log context of this one."""
    context = _log_context.get()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        enter_log_context(context)
        return work(*args, **kwargs)

    return run


def make_request_context(own_id: str) -> LogContext:
    """Return the context of a request; `own_id` is the sender's id, used if it is well-formed."""
    request_id = own_id if REQUEST_ID.fullmatch(own_id) else str(uuid4())
    return LogContext(caller=ANONYMOUS, request_id=request_id)


def make_task_context(task: str, task_id: str, inherited: Any) -> LogContext:
    """Return the context of a task; `inherited` comes with its message."""
    fields = inherited if isinstance(inherited, Mapping) else {}
    known = {name: str(fields[name])[:100] for name in INHERITED if fields.get(name)}
    return LogContext(task=task, task_id=task_id, **known)


def identify_caller(*, caller: str, shop: str = "") -> None:
    """Record who sent the current request."""
    context = current_log_context()
    context.caller, context.shop = caller, shop


# --- Receivers of Celery's signals, connected in `core.celery` ----------------------------
def send_log_context(headers: dict[str, Any], **_: Any) -> None:
    """Add what the work was started by to a task's message."""
    headers["log_context"] = current_log_context().inherited()


def enter_task(task_id: str, task: Any, **_: Any) -> None:
    """Name the task and its cause in the lines that it logs."""
    enter_log_context(make_task_context(task.name, task_id, task.request.get("log_context")))
    task.request.started_at = time.perf_counter()


def leave_task(task: Any, state: str | None = None, **_: Any) -> None:
    """Log a line for every task that ran."""
    seconds = time.perf_counter() - task.request.started_at
    log.info("task_finished", state=state, ms=round(seconds * 1000, 1))
    enter_log_context(None)
