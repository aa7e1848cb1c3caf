"""The running API does what its OpenAPI description says, for every caller.

Schemathesis sends examples, boundary values and invalid values to a live server with real services.
`positive_data_acceptance` is left out: rules between fields, such as unique names, known facets and
cursors that the list itself made, are not part of a schema. Stateful runs are left out: the
description has no links.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

from catalog.api.examples import IMAGE, OTHER
from core.tests.factories import make_photo
from core.tests.live import upload, wait_for
from core.tests.plugin import FOLDER
from demo.stack import Stack
from recommendations.api.events import RECOMMENDATION

SHOPPER = "ada"
PASSWORD = "correct-horse-7"
# The limits have tests of their own, and would hide other answers here.
NO_LIMITS = dict.fromkeys(
    (
        "RATE_LIMIT_SHOP",
        "RATE_LIMIT_PUBLISHABLE",
        "RATE_LIMIT_CALLER",
        "RATE_LIMIT_MANAGEMENT",
        "RATE_LIMIT_ANONYMOUS",
        "RATE_LIMIT_REFUSED",
        "CONCURRENT_PUBLISHABLE",
        "CONCURRENT_CALLER",
    ),
    "1000000",
)
# An empty field in a command that repeats a request with a form, urlencoded or multipart.
EMPTY_FIELD = re.compile(r"form-urlencoded.*\w=['&]|form-data.*\\r\\n\\r\\n\\r\\n--", re.DOTALL)
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "missing_required_header",
    "ignored_auth",
)


@dataclass(frozen=True)
class Target:
    """A running API, the `Authorization` of each caller, and ids of the shop's rows.

    `ids` are by a part of the path that names rows of their kind.
    """

    url: str
    callers: dict[str, str]
    ids: dict[str, str]
    examples: dict[str, str]


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with Stack(FOLDER / "fuzz", **NO_LIMITS) as stack:
        yield fill(stack)


def fill(stack: Stack) -> Target:
    """Register a member, and create a row of each kind in their shop."""
    with stack.client() as client:
        signed_in = post(
            client,
            "auth/register/",
            email="ada@shop.example",
            password=PASSWORD,
            shop_name="Fuzzed",
        )
    member = f"Bearer {signed_in['access']}"
    with httpx.Client(
        base_url=f"{stack.url}/api/v1/", headers={"Authorization": member}, timeout=60
    ) as client:
        keys = {
            kind: f"Api-Key {post(client, 'shop/keys/', name=kind, kind=kind)['key']}"
            for kind in ("secret", "publishable")
        }
        images = add_images(client)
        ids, answer = add_rows(client, images)
    examples = {IMAGE: images[0], OTHER: images[1], RECOMMENDATION: answer}
    return Target(stack.url, {"member": member, **keys}, ids, examples)


def post(client: httpx.Client, path: str, **body: Any) -> Any:
    response = client.post(path, json=body)
    assert response.is_success, f"{path}: {response.text}"
    return response.json()


def add_images(client: httpx.Client) -> list[str]:
    kinds = {"red": "dress", "blue": "jeans", "green": "blouse", "black": "coat", "grey": "skirt"}
    images = [
        upload(client, make_photo(colour), name=f"{colour} {kind}", category=kind, colour=colour)
        for colour, kind in kinds.items()
    ]
    wait_for(lambda: not client.get("index/").json()["pending"], what="indexing")
    return [image["id"] for image in images]


def add_rows(client: httpx.Client, images: list[str]) -> tuple[dict[str, str], str]:
    """Return the id of a row by a part of its path, and the id of an answer."""
    answer = post(client, "recommendations/", prompt="red dress", shopper=SHOPPER)["id"]
    conversation = post(client, f"shoppers/{SHOPPER}/conversations/")["id"]
    post(client, f"conversations/{conversation}/messages/", text="a red dress, please")
    files = {"photo": ("jeans.jpg", make_photo("navy"))}
    garment = client.post(f"shoppers/{SHOPPER}/wardrobe/", files=files).json()[0]["id"]
    rule = {"name": "Dresses", "action": "boost", "target": {"category": ["dress"]}}
    # 409 until the image is tagged.
    outfits = wait_for(
        lambda: client.post(f"images/{images[0]}/outfits/", json={}).json().get("outfits"),
        what="an outfit",
    )
    ids = {
        "/images/": images[2],
        "/quality/reports/": images[3],
        "/prompts/": answer,
        "/wardrobe/": garment,
        "/conversations/": conversation,
        "/outfits/{id}": outfits[0]["id"],
        "/rules/": post(client, "rules/", **rule)["id"],
        "/experiments/": post(client, "experiments/", name="E", variant={"taste": 0.5})["id"],
        "/quality/compare/": post(client, "quality/compare/", images=images[:2])["id"],
        "/quality/enhance/": post(client, "quality/enhance/", image=images[0])["id"],
        "/quality/batches/": post(client, "quality/batches/", images=images[:1])["id"],
    }
    for path in ("categories/", "styles/", "age-groups/"):
        ids[f"/{path}"] = post(client, path, name="Fuzzed")["id"]
    return ids, answer


def load(target: Target, *, authorization: str, phases: dict[str, Any]) -> Any:
    """Return the live description, and what to send."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "continue-on-failure": True,
            "headers": {"Authorization": authorization},
            "generation": {"deterministic": True, "allow-x00": False, "no-shrink": True},
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
            "phases": {"stateful": {"enabled": False}, **phases},
        }
    )
    return schemathesis.openapi.from_url(f"{target.url}/api/schema/?format=json", config=config)


@pytest.fixture
def _real_ids(target) -> Iterator[None]:
    """Put real ids in place of generated ones, so that requests succeed."""

    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        is_made_up = case.meta is None or case.meta.is_negative_at(ParameterLocation.PATH)
        # A deleted row would be missing afterwards.
        if not is_made_up and case.method != "DELETE":
            use_real_ids(case, target)

    GLOBAL_HOOK_DISPATCHER.register_hook_with_name(before_call, "before_call")
    yield
    GLOBAL_HOOK_DISPATCHER.unregister(before_call)


def use_real_ids(case: Any, target: Target) -> None:
    path = case.operation.path
    if "id" in case.path_parameters:
        known = [pk for part, pk in target.ids.items() if part in path]
        case.path_parameters["id"] = known[-1] if known else case.path_parameters["id"]
    if "external_id" in case.path_parameters:
        case.path_parameters["external_id"] = SHOPPER
    if isinstance(case.body, (dict, list)):
        try:
            text = json.dumps(case.body)
        except (TypeError, ValueError):
            return  # a form with files
        for stand_in, real in target.examples.items():
            text = text.replace(stand_in, real)
        case.body = json.loads(text)


def run(schema: Any) -> list[str]:
    """Return what went wrong, a paragraph for each failure."""
    failures = []
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            failures.append(f"{event.label}: {event.value!r}")
        if isinstance(event, ScenarioFinished):
            failures += describe_failures(event.recorder)
    return list(dict.fromkeys(failures))


def describe_failures(recorder: Any) -> list[str]:
    return [
        f"{recorder.label} {check.name}: {check.failure_info.failure.title}\n"
        f"{check.failure_info.failure.message[:600]}\n{check.failure_info.code_sample[:600]}"
        for checks in recorder.checks.values()
        for check in checks
        if check.failure_info is not None and not is_harmless(check)
    ]


def is_harmless(check: Any) -> bool:
    """Return whether the API took a number for a text, or an empty field of a form for null.

    A text that is a number is accepted for one too, and a form has no other way to send null.
    """
    if check.name != "negative_data_rejection":
        return False
    is_empty_field = EMPTY_FIELD.search(check.failure_info.code_sample)
    return bool(is_empty_field) or check.failure_info.failure.message.endswith("Incorrect type")


def assert_conforms(schema: Any) -> None:
    failures = run(schema)
    assert not failures, "\n\n".join(failures)


ENDS_THE_SESSION = "/auth/(logout|leave|password|sessions)"
PHASES = {
    "examples": {"enabled": True},
    "coverage": {"enabled": True},
    "fuzzing": {"enabled": False},
}
VALID_REQUESTS = {
    **PHASES,
    "coverage": {"enabled": True, "generation": {"mode": "positive"}},
}


@pytest.mark.usefixtures("_real_ids")
def test_answers_to_a_secret_key_conform_to_the_description(target):
    assert_conforms(load(target, authorization=target.callers["secret"], phases=PHASES))


@pytest.mark.usefixtures("_real_ids")
def test_answers_to_a_member_who_manages_the_shop_conform_to_the_description(target):
    schema = load(target, authorization=target.callers["member"], phases=PHASES)
    # Signing out, leaving and new passwords would end the member's own session.
    assert_conforms(schema.include(tag="access").exclude(path_regex=ENDS_THE_SESSION))


@pytest.mark.usefixtures("_real_ids")
def test_answers_to_a_publishable_key_conform_to_the_description(target):
    schema = load(target, authorization=target.callers["publishable"], phases=VALID_REQUESTS)
    assert_conforms(schema)
