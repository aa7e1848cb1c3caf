"""Record what operators do in the admin."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from core.api.throttling import find_address
from core.tenancy import all_shops
from core.web.middleware import Middleware
from tenants.audit import record
from tenants.models import AuditEntry, Membership, Shop, User

MAX_IDS = 20
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
FLAGS = {1: "added", 2: "changed", 3: "deleted"}
# Entries of a request that changed rows of many shops.
MAX_SHOPS = 20


@dataclass(frozen=True, slots=True)
class AdminAction:
    """What a request did: an action, the model and ids of its rows, and names of fields."""

    name: str
    model: type[Model] | None = None
    ids: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


class AdminAuditMiddleware(Middleware):
    """Writes an entry for every change in the admin, in the transaction of the change.

    A redirect means that a form was accepted: otherwise the admin shows the form again. A failed
    sign-in is recorded where the password is checked.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _find_page(request)
        if match is None or request.method in SAFE_METHODS:
            return self.get_response(request)
        if not request.user.is_authenticated:
            return self._sign_in(request)
        # The request's user is another one after a sign-out.
        operator = request.user.pk
        with transaction.atomic():
            shops = _find_shops(_find_model(match), _find_ids(request, match))
            newest = LogEntry.objects.filter(user=operator).order_by("-pk").first()
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            elif _is_accepted(response) or match.url_name == "logout":
                made = LogEntry.objects.filter(user=operator, pk__gt=newest.pk if newest else 0)
                for action in _find_actions(request, match, list(made.order_by("pk"))):
                    _record(request, action, operator, shops)
        return response

    def _sign_in(self, request: HttpRequest) -> HttpResponse:
        """Outside of a transaction: wrong passwords count whatever else happens."""
        response = self.get_response(request)
        if _is_accepted(response) and request.user.is_authenticated:
            operator = request.user.pk
            _record(request, AdminAction("admin.signed_in", User, [str(operator)]), operator, set())
        return response


def _find_page(request: HttpRequest) -> ResolverMatch | None:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    return match if match.app_name == "admin" else None


def _is_accepted(response: HttpResponse) -> bool:
    return 300 <= response.status_code < 400


def _find_model(match: ResolverMatch) -> type[Model] | None:
    """Return the model of a page, from the name of its route: `app_model_page`."""
    for model in apps.get_models():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if str(match.url_name).startswith(prefix):
            return model
    return User if match.url_name == "auth_user_password_change" else None


def _find_ids(request: HttpRequest, match: ResolverMatch) -> list[str]:
    """Return the ids of the rows that a page is about: of its address, or the selected ones."""
    if found := [value for name, value in match.kwargs.items() if name in {"object_id", "id"}]:
        return [unquote(str(found[0]))]
    return request.POST.getlist("_selected_action")


def _find_actions(
    request: HttpRequest, match: ResolverMatch, logged: list[LogEntry]
) -> Iterator[AdminAction]:
    """Yield what the admin itself logged, by model and kind, or else the page's own action."""
    groups: dict[tuple[type[Model] | None, int], list[LogEntry]] = {}
    for entry in logged:
        model = entry.content_type.model_class() if entry.content_type else None
        groups.setdefault((model, entry.action_flag), []).append(entry)
    for (model, flag), entries in groups.items():
        changes = [name for entry in entries for name in _read_changes(entry)]
        name = f"admin.{_name(model)}.{FLAGS[flag]}"
        yield AdminAction(name, model, [str(entry.object_id) for entry in entries], changes)
    if not groups:
        model = _find_model(match)
        last = request.POST.get("action") or str(match.url_name).rpartition("_")[2]
        name = f"admin.{_name(model)}.{last}" if model else f"admin.{match.url_name}"
        yield AdminAction(name, model, _find_ids(request, match))


def _read_changes(entry: LogEntry) -> list[str]:
    """Return the names of the fields in an entry of the admin's own log."""
    try:
        messages = json.loads(entry.change_message or "[]")
    except ValueError:
        return []
    return [name for each in messages for kind in each.values() for name in kind.get("fields", ())]


def _name(model: type[Model] | None) -> str:
    return str(model._meta.model_name) if model else "page"


def _record(request: HttpRequest, action: AdminAction, operator: UUID, shops: set[UUID]) -> None:
    found: list[UUID | None] = [*sorted(shops | _find_shops(action.model, action.ids))[:MAX_SHOPS]]
    many: dict[str, Any] = (
        {"ids": action.ids[:MAX_IDS], "count": len(action.ids)} if len(action.ids) > 1 else {}
    )
    for shop_id in found or [None]:
        record(
            action.name,
            shop_id=shop_id,
            actor=AuditEntry.Actor.OPERATOR,
            actor_id=operator,
            target=(_name(action.model), action.ids[0] if len(action.ids) == 1 else ""),
            changes=action.changes,
            address=find_address(request),
            **many,
        )


def _is_key(model: type[Model] | None, text: str) -> bool:
    try:
        return model is not None and model._meta.pk.to_python(text) is not None
    except ValidationError:
        return False


def _find_shops(model: type[Model] | None, ids: list[str]) -> set[UUID]:
    """Return the shops that rows belong to."""
    ids = [pk for pk in ids if _is_key(model, pk)]
    if model is None or not ids:
        return set()
    rows: Iterable[UUID | None]
    with all_shops():
        if model is User:
            rows = Membership.objects.filter(user_id__in=ids).values_list("shop_id", flat=True)
        elif model is Shop:
            rows = Shop.objects.filter(pk__in=ids).values_list("pk", flat=True)
        elif any(each.attname == "shop_id" for each in model._meta.concrete_fields):
            rows = model._base_manager.filter(pk__in=ids).values_list("shop_id", flat=True)
        else:
            return set()
        return {shop_id for shop_id in rows if shop_id}
