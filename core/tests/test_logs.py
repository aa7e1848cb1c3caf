"""Log lines name the caller, and contain no data of callers."""

import asyncio
import contextvars
import io
import json
import logging
import logging.config
import threading
from datetime import date
from types import SimpleNamespace

import httpx
import psycopg
import pytest
import redis
import structlog
from asgiref.testing import ApplicationCommunicator
from celery.app.task import Context
from django.contrib import admin
from django.db import DataError, IntegrityError, connection, transaction
from django.http import Http404, HttpResponse
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st

from core.api.views import ApiView
from core.errors import Unavailable
from core.log_context import (
    ANONYMOUS,
    LogContext,
    current_log_context,
    enter_log_context,
    enter_task,
    identify_caller,
    keep_log_context,
    leave_task,
    make_request_context,
    send_log_context,
)
from core.logs import clean_text, configure_logging, describe_error, format_error
from core.tenancy import shop_scope
from core.web.access_log import AccessLog
from core.web.bodies import BodyLimit, BodyStore, Pace
from core.web.handler import ThreadedHandler
from core.web.load_limits import LoadLimit
from recommendations.models import PromptFigures

MARK = "zqxsecret"


@pytest.fixture
def lines(request):
    """Return a function that returns the lines logged in production so far, as dicts."""
    out = io.StringIO()
    before = structlog.get_config()
    config = configure_logging(level="INFO", is_production=True)
    config["handlers"]["console"]["stream"] = out
    logging.config.dictConfig(config)

    def read():
        return [json.loads(line) for line in out.getvalue().splitlines()]

    read.text = out.getvalue
    yield read
    structlog.configure(**before)
    logging.config.dictConfig(configure_logging(level="INFO", is_production=False))


def fail(request, kind):
    secret = f"{MARK}@shop.example"
    local = f"a local variable with {secret}"
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError(f"cannot use {secret} {local}") from error


def name_caller(request):
    identify_caller(caller="key:abcdefgh", shop="shop-1")
    structlog.get_logger("core.tests").info("from_the_view")
    logging.getLogger("another.package").warning("from %s", f"{MARK}@shop.example")
    return HttpResponse("ok")


def absent(request, key):
    raise Http404(f"no {key}")


class Refusing(ApiView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request):
        raise Unavailable("The service is down.")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("fail/<str:kind>/", fail),
    path("caller/", name_caller),
    path("media/<path:key>", absent),
    path("refusing/", Refusing.as_view()),
]


def limit_bodies(application):
    """Return the application behind the part that reads bodies."""
    pace = Pace(seconds=5, bytes_per_second=1024, max_seconds=5)
    store = BodyStore(max_bytes=1024**2)
    return BodyLimit(application, store=store, max_bytes=1024**2, pace=pace)


@pytest.fixture
def application(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "django.middleware.common.CommonMiddleware",
        "core.web.middleware.LogContextMiddleware",
    ]
    return AccessLog(limit_bodies(ThreadedHandler(threads=2)))


def send(application, where: str, *headers: tuple[bytes, bytes], method: str = "GET", query=b""):
    """Send a request; return the status and the headers of the response."""

    async def play():
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": f"/{where}",
            "query_string": query,
            "headers": [(b"host", b"localhost"), *headers],
        }
        exchange = ApplicationCommunicator(application, scope)
        await exchange.send_input({"type": "http.request", "body": b""})
        start = await exchange.receive_output(5)
        return start["status"], dict(start["headers"])

    return contextvars.copy_context().run(asyncio.run, play())


def test_every_line_of_a_request_names_its_caller(application, lines):
    status, headers = send(application, "caller/", query=f"token={MARK}".encode())
    assert status == 200
    view, foreign, finished = lines()
    for line in (view, foreign, finished):
        assert line["caller"] == "key:abcdefgh"
        assert line["shop"] == "shop-1"
        assert line["request_id"].encode() == headers[b"x-request-id"]
    assert finished["event"] == "request_finished"
    assert (finished["method"], finished["route"], finished["status"]) == ("GET", "caller/", 200)
    assert finished["ms"] >= 0
    assert MARK not in lines.text()


@pytest.mark.parametrize(
    ("where", "status", "route"),
    [
        (f"media/shops/{MARK}/photos/{MARK}.jpg", 404, "media/<path:key>"),
        (f"nowhere/{MARK}/", 404, "unknown"),
        ("refusing/", 503, "refusing/"),
        ("caller", 301, "caller/"),
    ],
)
def test_a_refused_request_has_exactly_one_line(application, lines, where, status, route):
    query = b"" if where == "refusing/" else f"key={MARK}".encode()
    assert send(application, where, query=query)[0] == status
    (line,) = lines()
    assert line["caller"] == ANONYMOUS
    assert line["status"] == status
    if status != 301:
        assert line["route"] == route
    assert MARK not in lines.text()


def test_a_request_that_no_view_saw_has_a_line_with_its_route(application, lines):
    limits = {"max_running": 0, "max_waiting": 0, "max_wait_seconds": 0.01}
    full = AccessLog(limit_bodies(LoadLimit(application.app, **limits)))
    status, headers = send(full, f"fail/{MARK}/")
    assert status == 503
    (line,) = lines()
    assert line["route"] == "fail/<str:kind>/"
    assert line["level"] == "warning"
    assert line["request_id"].encode() == headers[b"x-request-id"]


def test_an_error_is_logged_with_its_place_and_without_its_data(application, lines):
    assert send(application, f"fail/{MARK}/")[0] == 500
    failed, finished = lines()
    assert failed["event"] == "request_failed"
    assert failed["request_id"] == finished["request_id"]
    assert "in fail" in failed["exception"]
    assert "ValueError" in failed["exception"]
    assert "KeyError" in failed["exception"]
    assert MARK not in lines.text()


def test_a_host_of_strangers_is_logged_without_its_name(application, lines):
    scope_host = f"{MARK}.example".encode()
    status, _ = send(application, "caller/", (b"host", scope_host))
    assert status in {200, 400}
    assert MARK not in lines.text()


@pytest.mark.parametrize(
    "own",
    ["a" * 8, "4bf92f3577b34da6a3ce929d0e0e4736", "018f0000-0000-7000-8000-000000000000"],
)
def test_a_well_formed_id_of_the_sender_is_used(application, lines, own):
    assert send(application, "caller/", (b"x-request-id", own.encode()))[1][b"x-request-id"] == (
        own.encode()
    )
    assert {line["request_id"] for line in lines()} == {own}


@pytest.mark.parametrize(
    "own",
    [
        b"",
        b"short",
        b"a" * 65,
        b"with space and more",
        b"line\nbreak-12345",
        b"line\r\nSet-Cookie: a=b",
        b'{"event": "forged"}',
        b"ada@shop.example",
        b"4111111111111111",
        b"abcdefgh.ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ünïcödé-12345".encode(),
        b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8",
    ],
)
def test_any_other_id_is_replaced(application, lines, own):
    sent = send(application, "caller/", (b"x-request-id", own))[1][b"x-request-id"]
    assert sent != own
    assert len(sent) == 36
    assert {line["request_id"] for line in lines()} == {sent.decode()}


def test_an_unknown_method_is_counted_as_one(application, lines):
    send(application, "caller/", method=f"{MARK}")
    assert lines()[-1]["method"] == "other"
    assert MARK not in lines.text()


def test_a_task_names_the_request_that_started_it(lines):
    headers = {}
    context = make_request_context("request-of-a-client")
    context.caller, context.shop = "key:abcdefgh", "shop-1"

    def publish():
        enter_log_context(context)
        send_log_context(headers=headers)

    def work():
        task = SimpleNamespace(name="catalog.tasks.index_images", request=Context(headers))
        enter_task(task_id="task-1", task=task)
        structlog.get_logger("core.tests").info("working")
        leave_task(task=task, state="SUCCESS")
        structlog.get_logger("core.tests").info("idle")

    contextvars.copy_context().run(publish)
    json.dumps(headers)  # as Celery does
    contextvars.copy_context().run(work)
    working, finished, idle = lines()
    for line in (working, finished):
        assert line["request_id"] == "request-of-a-client"
        assert (line["caller"], line["shop"]) == ("key:abcdefgh", "shop-1")
        assert (line["task"], line["task_id"]) == ("catalog.tasks.index_images", "task-1")
    assert finished["event"] == "task_finished"
    assert idle["caller"] == "system"
    assert "task" not in idle


@pytest.mark.parametrize("forged", [None, "text", 3, ["a"], {"caller": {"a": 1}, "other": MARK}])
def test_a_task_with_a_malformed_context_still_runs(lines, forged):
    def work():
        task = SimpleNamespace(name="a.task", request=Context(log_context=forged))
        enter_task(task_id="task-1", task=task)
        leave_task(task=task, state="SUCCESS")

    contextvars.copy_context().run(work)
    assert lines()[0]["task_id"] == "task-1"
    assert MARK not in lines.text()


def test_work_in_another_thread_keeps_the_context():
    def work():
        enter_log_context(LogContext(caller="key:abcdefgh"))
        return keep_log_context(lambda: current_log_context().caller)

    kept = contextvars.copy_context().run(work)
    assert contextvars.copy_context().run(kept) == "key:abcdefgh"
    assert current_log_context().caller != "key:abcdefgh"


def raise_in_database(sql: str, *parameters: str) -> Exception:
    cursor = connection.cursor()
    with pytest.raises((IntegrityError, DataError)) as raised, transaction.atomic(), cursor:
        cursor.execute(sql, parameters)
    return raised.value


def test_errors_of_the_database_name_the_constraint_and_not_the_value(shop):
    row = {"shop": shop.shop, "day": date(2026, 11, 28), "text": f"{MARK}@shop.example"}
    with shop_scope(shop.shop.pk):
        PromptFigures.objects.create(**row)
        with pytest.raises(IntegrityError) as raised, transaction.atomic():
            PromptFigures.objects.create(**row)
    text = format_error(raised.value)
    assert "duplicate key value violates unique constraint" in text
    assert "prompt_figures_once_a_day" in describe_error(raised.value)
    assert MARK not in text


def test_malformed_values_are_not_in_errors_of_the_database(db):
    error = raise_in_database("SELECT %s::uuid", MARK)
    assert describe_error(error).startswith("DataError: invalid input syntax for type uuid")
    assert MARK not in format_error(error)


ERRORS = [
    KeyError(MARK),
    ValueError(f"invalid literal: '{MARK}'"),
    LookupError(MARK),
    RuntimeError(f"prompt {MARK}"),
    Exception(MARK, {"prompt": MARK}),
    UnicodeDecodeError("utf-8", MARK.encode(), 0, 1, MARK),
    json.JSONDecodeError("Expecting value", MARK, 0),
    FileNotFoundError(2, "No such file", f"/media/shops/{MARK}.jpg"),
    OSError(f"/media/{MARK}"),
    AssertionError(MARK),
    redis.ResponseError(f"unknown command 'GET', with args beginning with: '{MARK}'"),
    psycopg.DataError(f'invalid input syntax: "{MARK}"\nDETAIL: Key (email)=({MARK}) exists'),
    httpx.InvalidURL(f"Invalid URL '{MARK}'"),
    ExceptionGroup("group", [ValueError(MARK), KeyError(MARK)]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_message_with_data_is_left_out(error):
    assert type(error).__name__ in describe_error(error)
    assert MARK not in describe_error(error)
    outer = RuntimeError("outer")
    outer.__context__ = error
    assert MARK not in format_error(outer)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (AttributeError("'NoneType' object has no attribute 'pk'"), "has no attribute 'pk'"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (redis.ConnectionError("Error 111 connecting to 10.0.0.1:6379."), "connecting to 10.0.0.1"),
        (httpx.ConnectTimeout("timed out"), "timed out"),
        (Unavailable("down", code="worker_busy"), "worker_busy"),
    ],
)
def test_a_message_that_names_code_or_a_service_is_logged(error, text):
    assert text in describe_error(error)


@pytest.mark.parametrize(
    "text",
    [
        f"redis://:{MARK}@10.0.0.1:6379/0",
        f"postgres://atelier:{MARK}@db/atelier",
        f"GET /api/v1/shop/?token={MARK}&a=b",
        f"Authorization: Api-Key {MARK}.abc",
        f"authorization=Bearer {MARK}",
        f"Api-Key {MARK}",
        f"{{'password': '{MARK}', 'name': 'Ada'}}",
        f'"refresh_token": "{MARK}"',
        f"password={MARK}",
        f"mail to {MARK}@shop.example",
        f"Not Found: /media/shops/1/photos/{MARK}.jpg",
        f"/outfits/{MARK}.webp",
        f"sessionid cookie={MARK}; path=/",
        f"eyJhbGciOiJIUzI1NiJ9.{MARK}.signature",
        f"key abcdefgh.{MARK}{MARK}{MARK}{MARK}",
    ],
)
def test_credentials_and_addresses_are_removed_from_any_text(text):
    assert MARK not in clean_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "celery@worker ready.",
        "Scheduler: Sending due task catalog.sweeps.sweep_index (catalog.sweeps.sweep_index)",
        "Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)",
        "018f0000-0000-7000-8000-000000000000",
        "the token is invalid",
        "connection failed: port 5432 on 10.0.0.1",
    ],
)
def test_other_texts_stay(text):
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "name", ["password", "access_token", "Authorization", "api_key", "email", "prompt", "cookies"]
)
def test_fields_with_secret_names_are_removed(lines, name):
    structlog.get_logger("core.tests").info("event", **{name.lower(): MARK}, data={name: MARK})
    logging.getLogger("core.tests").info("%s", {name: MARK})
    assert MARK not in lines.text()
    assert lines()[0][name.lower()] == "[removed]"
    assert lines()[0]["data"] == {name: "[removed]"}


@given(st.text(max_size=200))
def test_no_text_begins_a_line_of_its_own(text):
    out = io.StringIO()
    for is_production in (True, False):
        config = configure_logging(level="INFO", is_production=is_production)
        formatter = config["formatters"]["line"]
        handler = logging.StreamHandler(out)
        make = formatter.pop("()")
        handler.setFormatter(make(**formatter))
        record = logging.LogRecord("a.package", 20, "", 0, "%s", (f"a{text}",), None)
        handler.emit(record)
    assert len(out.getvalue().splitlines()) == 2


def test_debug_lines_of_other_packages_are_never_logged(lines):
    config = configure_logging(level="DEBUG", is_production=False)
    out = io.StringIO()
    config["handlers"]["console"]["stream"] = out
    logging.config.dictConfig(config)
    for name in (
        "httpx",
        "httpcore",
        "botocore",
        "kombu",
        "celery",
        "openai",
        "django.db.backends",
    ):
        logging.getLogger(name).debug("secret %s", MARK)
    logging.getLogger("core.tests").debug("ours")
    assert MARK not in out.getvalue()
    assert "ours" in out.getvalue()


@pytest.mark.parametrize(
    ("name", "message", "values"),
    [
        ("asyncio", f"Task exception was never retrieved: ValueError('{MARK}')", ()),
        ("celery.worker.request", "Task handler raised error: %r", (ValueError(MARK),)),
        ("celery.app.trace", "Task %(name)s raised: %(exc)s", ({"name": "a", "exc": MARK},)),
        ("django.security.DisallowedHost", f"Invalid HTTP_HOST header: {MARK}", ()),
        ("a.package", "failed: %s and %r", (KeyError(MARK), ValueError(MARK))),
        ("a.package", "failed: %(error)s", ({"error": ValueError(MARK)},)),
    ],
)
def test_lines_of_other_packages_contain_no_messages_of_errors(lines, name, message, values):
    logging.getLogger(name).error(message, *values)
    assert MARK not in lines.text()
    assert len(lines()) == 1


@pytest.mark.parametrize(
    ("message", "values", "text"),
    [("%s and %d", ("a", 2), "a and 2"), ("%(name)s", ({"name": "a"},), "a"), ("9 %", (), "9 %")],
)
def test_values_are_in_the_lines_of_other_packages(lines, message, values, text):
    logging.getLogger("a.package").info(message, *values)
    assert lines()[0]["event"] == text


def test_a_wrong_call_of_the_logger_does_not_show_its_values(lines, capfd):
    logging.getLogger("a.package").info("one value: %s", MARK, MARK)
    assert MARK not in lines.text() + capfd.readouterr().err


def test_an_error_that_ends_a_thread_is_logged_like_others(lines, capfd):
    def work():
        raise ValueError(MARK)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    (line,) = lines()
    assert line["event"] == "thread_failed"
    assert MARK not in lines.text() + capfd.readouterr().err


@pytest.mark.parametrize("name", ["uvicorn.access", "django.server"])
def test_raw_addresses_of_requests_are_never_logged(lines, name):
    logging.getLogger(name).info('"GET /%s?key=%s HTTP/1.1" 200', MARK, MARK)
    assert lines() == []
