from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tenants.models import Shop
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
