"""Shops, people and keys in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from rest_framework_api_key.models import APIKey
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from core.admin import SHOP_FILTER, ReadOnlyAdmin
from tenants.accounts import second_factor
from tenants.accounts.sessions import end_sessions
from tenants.accounts.verification import AddressTaken, mark_verified
from tenants.forms import OperatorSignInForm
from tenants.models import AuditEntry, Membership, Session, Shop, ShopAPIKey, Shopper, User
from tenants.origins import forget_origins
from tenants.services import create_key

# Groups have no effect here, and the other models of libraries contain secrets.
for model in (Group, APIKey, BlacklistedToken, OutstandingToken):
    admin.site.unregister(model)


admin.site.login_form = OperatorSignInForm
admin.site.login_template = "admin/sign_in.html"


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    raw_id_fields = ("user",)


@admin.register(Shop)
class ShopAdmin(ModelAdmin):
    list_display = ("name", "id", "is_active", "default_currency", "language", "created_at")
    list_filter = ("is_active", "language")
    search_fields = ("name", "id")
    inlines = (MembershipInline,)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "email_verified_at", "created_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    readonly_fields = ("email_verified_at", "last_login", "created_at")
    actions = ("end_sessions", "remove_second_factor")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("email_verified_at", "last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save; the address of a new person counts as verified, since an operator entered it."""
        super().save_model(request, obj, form, change)
        if change:
            return
        try:
            mark_verified(obj)
        except AddressTaken as error:
            messages.warning(request, f"{error.message} The new person's address is not confirmed.")

    @admin.action(description="Sign out everywhere")
    def end_sessions(self, request: HttpRequest, queryset: Any) -> None:
        for user in queryset:
            end_sessions(user, by=Session.End.EVERYWHERE)

    @admin.action(description="Remove the second factor")
    def remove_second_factor(self, request: HttpRequest, queryset: Any) -> None:
        for user in queryset:
            second_factor.reset(user)


@admin.register(ShopAPIKey)
class ShopAPIKeyAdmin(ModelAdmin):
    """Shows the secret of a new key once, and never its hash."""

    list_display = ("prefix", "name", "shop", "kind", "revoked", "expiry_date", "last_used_at")
    list_filter = ("kind", "revoked", SHOP_FILTER)
    list_select_related = ("shop",)
    search_fields = ("prefix", "name", "shop__name")
    raw_id_fields = ("shop",)
    fields = (
        *("shop", "name", "kind", "scopes", "origins"),
        *("expiry_date", "revoked", "prefix", "last_used_at"),
    )
    readonly_fields = ("prefix", "last_used_at")
    actions = ("revoke",)

    def save_model(self, request: HttpRequest, obj: ShopAPIKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            forget_origins((*form.initial.get("origins", ()), *obj.origins))
            return
        api_key, secret = create_key(
            shop=obj.shop,
            name=obj.name,
            kind=obj.kind,
            scopes=obj.scopes,
            expires_at=obj.expiry_date,
            origins=obj.origins,
        )
        obj.pk = api_key.pk
        messages.warning(request, f"The key, shown only now: {secret}")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: keys are only revoked, so that logs can still be traced to them."""
        return False

    @admin.action(description="Revoke the selected keys")
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        origins = [each for key in queryset for each in key.origins]
        revoked = queryset.filter(revoked=False).update(revoked=True)
        forget_origins(origins)
        messages.success(request, f"{revoked} keys revoked.")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """What members and operators did, in all shops."""

    list_display = ("created_at", "action", "outcome", "actor", "actor_id", "shop", "target_id")
    list_filter = ("outcome", "actor", SHOP_FILTER)
    list_select_related = ("shop",)
    search_fields = ("action", "actor_id", "target_id", "request_id")
    show_full_result_count = False


@admin.register(Shopper)
class ShopperAdmin(ReadOnlyAdmin):
    """Shops create and erase their shoppers through the API."""

    list_display = ("external_id", "shop", "created_at")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop",)
    search_fields = ("external_id", "id")
    show_full_result_count = False
