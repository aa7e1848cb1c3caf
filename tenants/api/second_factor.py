"""The optional second factor of a signed-in person."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import validate
from tenants.accounts import second_factor
from tenants.accounts.passwords import confirm_password
from tenants.accounts.second_factor import Enrolment
from tenants.api.accounts import PersonView
from tenants.api.fields import CodeField, PasswordField


class SecondFactorStateSerializer(serializers.Serializer[Any]):
    is_enabled = serializers.BooleanField()


class OwnPasswordInput(serializers.Serializer[Any]):
    password = PasswordField(help_text="The present password.")


class CodeInput(serializers.Serializer[Any]):
    code = CodeField(required=True, help_text="A code of the authenticator app.")


class RemovalInput(OwnPasswordInput):
    code = CodeField(required=True)


class EnrolmentSerializer(serializers.Serializer[Enrolment]):
    """What an authenticator app needs: as text, and as an address for a QR code."""

    secret = serializers.CharField()
    uri = serializers.CharField()


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(),
        help_text="Each signs in once without the app. They are shown only now.",
    )


class SecondFactorView(PersonView):
    @extend_schema(
        summary="Whether the person has a second factor", responses=SecondFactorStateSerializer
    )
    def get(self, request: Request) -> Response:
        return Response({"is_enabled": second_factor.is_enabled(self.person)})

    @extend_schema(
        summary="Begin to set up a second factor (TOTP)",
        description="Add the secret to an authenticator app, then confirm it with a code.",
        request=OwnPasswordInput,
        responses=EnrolmentSerializer,
    )
    def post(self, request: Request) -> Response:
        data = validate(OwnPasswordInput(data=request.data))
        confirm_password(user=self.person, **data)
        return Response(EnrolmentSerializer(second_factor.start(self.person)).data)


class SecondFactorConfirmView(PersonView):
    @extend_schema(
        summary="Enable the second factor with a code of the app",
        request=CodeInput,
        responses=RecoveryCodesSerializer,
    )
    def post(self, request: Request) -> Response:
        code = validate(CodeInput(data=request.data))["code"]
        return Response({"recovery_codes": second_factor.confirm(self.person, code)})


class SecondFactorRemoveView(PersonView):
    @extend_schema(
        summary="Disable the second factor",
        request=RemovalInput,
        responses={204: OpenApiResponse(description="The password alone signs in again.")},
    )
    def post(self, request: Request) -> Response:
        data = validate(RemovalInput(data=request.data))
        confirm_password(user=self.person, password=data["password"])
        second_factor.remove(self.person, data["code"])
        return Response(status=status.HTTP_204_NO_CONTENT)
