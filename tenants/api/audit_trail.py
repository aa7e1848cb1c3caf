"""Record what members do through the API: every unsafe request that succeeds, or is refused."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from core.api.throttling import find_address
from core.errors import DomainError
from core.tenancy import shop_scope
from tenants.audit import record
from tenants.models import AuditEntry, Shopper

# A `TenantMixin`, whose module imports this one.
View = Any

VERBS = {"post": "created", "put": "changed", "patch": "changed", "delete": "deleted"}
# Route and method -> action, where route and verb alone would not say it.
ACTIONS = {
    "batch-apply post": "batch.applied",
    "contradiction-review post": "contradiction.reviewed",
    "duplicate-dismiss post": "duplicate.dismissed",
    "duplicate-merge post": "duplicate.merged",
    "enhancement-apply post": "enhancement.applied",
    "enhancement-revert post": "enhancement.reverted",
    "event post": "event.recorded",
    "experiment-end post": "experiment.ended",
    "feed-import post": "feed.imported",
    "images-bulk post": "image.bulk_changed",
    "import-cancel post": "import.cancelled",
    "import-confirm post": "import.confirmed",
    "import-resume post": "import.resumed",
    "index-model delete": "index_model.cancelled",
    "index-model post": "index_model.requested",
    "index-model-switch post": "index_model.switched",
    "index-rebuild post": "index.rebuilt",
    "index-retry post": "index.retried",
    "invitation delete": "invitation.revoked",
    "key delete": "key.revoked",
    "leave post": "member.left",
    "logout-everywhere post": "session.ended_everywhere",
    "member delete": "member.removed",
    "member patch": "member.role_changed",
    "messages post": "conversation.message_sent",
    "outfit-feedback post": "outfit.judged",
    "password-change post": "password.changed",
    "products-bulk post": "product.bulk_changed",
    "replay-cancel post": "replay.cancelled",
    "report-clear post": "report.cleared",
    "report-retry post": "report.retried",
    "shopper-conversations post": "conversation.created",
    "shopper-outfits post": "outfit.suggested",
    "shopper-purchases post": "purchase.suggested",
    "synonyms-import post": "synonym.imported",
    "totp post": "second_factor.begun",
    "totp-confirm post": "second_factor.enabled",
    "totp-remove post": "second_factor.removed",
    "verification-request post": "verification.requested",
}

# Fields of responses whose values explain an action, and are neither secret nor personal.
DETAILS = ("role", "prefix", "scopes")


def name_action(route: str, method: str) -> str:
    """Return the stable name of an action, such as `image.deleted`."""
    resource = route.removesuffix("-list").removesuffix("-detail")
    default = f"{resource.replace('-', '_')}.{VERBS.get(method, method)}"
    return ACTIONS.get(f"{resource} {method}", default)


def audit_handler(view: View, request: Request) -> None:
    """Make the view's handler write an entry in its own transaction, for a member's change."""
    if not _is_audited(view, request):
        return
    name = getattr(view, "action", None) or str(request.method).lower()
    part = view.audited_parts.get(name)
    attribute = part or str(request.method).lower()
    # None for a method that the view does not have, which answers 405.
    if handler := getattr(view, attribute, None):
        setattr(view, attribute, _recorded(handler, view, request))


def audit_refusal(view: View, request: Request) -> None:
    """Record that a member may not do this."""
    if not _is_audited(view, request):
        return
    # Permissions are checked before the request enters its shop's scope.
    with shop_scope(view.access.shop_id):
        _record(view, request, _find_target(view), outcome=AuditEntry.EntryOutcome.REFUSED)


def _is_audited(view: View, request: Request) -> bool:
    membership = getattr(request.auth, "membership", None)
    reading = (*SAFE_METHODS, *getattr(view, "reading_methods", ()))
    return membership is not None and request.method not in reading


def _recorded(handler: Callable[..., Any], view: View, request: Request) -> Callable[..., Any]:
    @wraps(handler)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            target = _find_target(view)
            try:
                response = handler(*args, **kwargs)
            except (APIException, DomainError) as error:
                # Commit what the handler wrote outside its own transactions: it counts guesses.
                refusal: Exception = error
            else:
                _record_response(view, request, response, target)
                return response
        raise refusal

    return wrapper


def _record_response(view: View, request: Request, response: Any, target: tuple[str, str]) -> None:
    """Record a success; a replayed response changed nothing."""
    if getattr(response, "status_code", 200) >= 400:
        return
    if "Idempotency-Replayed" in getattr(response, "headers", ()):
        return
    created = getattr(response, "data", None)
    if not target[1] and isinstance(created, dict):
        target = (target[0], _as_uuid(created.get("id")))
    _record(view, request, target, changes=_find_changes(request), **_find_details(response))


def _record(view: View, request: Request, target: tuple[str, str], **fields: Any) -> None:
    access = view.access
    membership: Any = access.membership
    record(
        name_action(_find_route(view), str(request.method).lower()),
        shop_id=access.shop_id,
        actor_id=membership.user_id,
        target=target,
        address=find_address(request),
        **fields,
    )


def _find_route(view: View) -> str:
    match = view.request.resolver_match
    return str(match.url_name) if match else ""


def _find_target(view: View) -> tuple[str, str]:
    """Return type and id of what the address names; a shopper by our id, which is no one's name."""
    if "pk" in view.kwargs:
        pk = str(view.kwargs["pk"])
        segments = view.request.path.split("/")
        return _singular(segments[segments.index(pk) - 1]), _as_uuid(pk)
    if name := view.kwargs.get("external_id"):
        # A refused request has not entered its scope.
        with shop_scope(view.access.shop_id):
            shoppers = Shopper.objects.filter(external_id=name)
            return "shopper", _as_uuid(shoppers.values_list("pk", flat=True).first())
    action = name_action(_find_route(view), str(view.request.method).lower())
    return action.partition(".")[0], ""


def _singular(segment: str) -> str:
    return f"{segment[:-3]}y" if segment.endswith("ies") else segment.removesuffix("s")


def _find_changes(request: Request) -> Iterable[str]:
    return request.data.keys() if hasattr(request.data, "keys") else ()


def _find_details(response: Any) -> dict[str, Any]:
    data = getattr(response, "data", None)
    return {name: data[name] for name in DETAILS if name in data} if isinstance(data, dict) else {}


def _as_uuid(value: object) -> str:
    try:
        return str(UUID(str(value)))
    except ValueError:
        return ""
