from typing import Any

from django.utils import timezone
from rest_framework import serializers

from tenants.models import PUBLISHABLE_SCOPES, Scope, Shop, ShopAPIKey
from tenants.services import SignIn


class RegisterInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(min_length=8, max_length=128, trim_whitespace=False)
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    shop_name = serializers.CharField(max_length=120)


class LoginInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class RefreshInput(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


class ShopSerializer(serializers.ModelSerializer[Shop]):
    class Meta:
        model = Shop
        fields = ("id", "name", "created_at")


class SignInSerializer(serializers.Serializer[SignIn]):
    """The tokens: `access` for 30 minutes, `refresh` for 7 days and one use."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    shop = ShopSerializer(source="membership.shop")


class KeySerializer(serializers.ModelSerializer[ShopAPIKey]):
    """A key without its secret; `prefix` is how the secret begins."""

    expires_at = serializers.DateTimeField(source="expiry_date")
    is_revoked = serializers.BooleanField(source="revoked")
    created_at = serializers.DateTimeField(source="created")

    class Meta:
        model = ShopAPIKey
        fields: tuple[str, ...] = (
            "id",
            "name",
            "prefix",
            "kind",
            "scopes",
            "expires_at",
            "is_revoked",
            "last_used_at",
            "created_at",
        )
        read_only_fields = fields


class NewKeySerializer(KeySerializer):
    """A key that was made just now, with its secret, which cannot be shown again."""

    key = serializers.CharField(help_text="Send it as `Authorization: Api-Key <key>`.")

    class Meta(KeySerializer.Meta):
        fields = (*KeySerializer.Meta.fields, "key")
        read_only_fields = fields


class KeyInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=50)
    kind = serializers.ChoiceField(
        choices=ShopAPIKey.Kind.choices,
        default=ShopAPIKey.Kind.SECRET,
        help_text="`publishable` keys may be seen by everybody, so they only ask.",
    )
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices),
        required=False,
        allow_empty=False,
        help_text="All that the kind allows, if left out.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate_expires_at(self, value: Any) -> Any:
        if value and value <= timezone.now():
            raise serializers.ValidationError("This is in the past.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        allowed = set(Scope.values)
        if attrs["kind"] == ShopAPIKey.Kind.PUBLISHABLE:
            allowed = set(PUBLISHABLE_SCOPES)
        scopes = attrs.setdefault("scopes", sorted(allowed))
        if refused := sorted(set(scopes) - allowed):
            message = f"A publishable key may not have: {', '.join(refused)}."
            raise serializers.ValidationError({"scopes": [message]})
        return attrs
