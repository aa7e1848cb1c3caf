"""Change and reset of passwords, and verification of addresses."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.throttling import find_address
from core.api.views import validate
from tenants.accounts import passwords, verification
from tenants.api.accounts import (
    AccountView,
    NoticeSerializer,
    PersonView,
    SignInSerializer,
    language_of,
)
from tenants.api.fields import (
    AddressField,
    CodeField,
    LinkTokenField,
    NewPasswordField,
    PasswordField,
)


class PasswordChangeInput(serializers.Serializer[Any]):
    password = PasswordField(help_text="The present password.")
    new_password = NewPasswordField()


class ResetRequestInput(serializers.Serializer[Any]):
    email = AddressField()


class PasswordResetInput(serializers.Serializer[Any]):
    token = LinkTokenField()
    new_password = NewPasswordField()
    code = CodeField()


class LinkInput(serializers.Serializer[Any]):
    token = LinkTokenField()


class VerifiedAddressSerializer(serializers.Serializer[Any]):
    email = serializers.CharField()
    email_verified = serializers.BooleanField(source="has_verified_email")


class PasswordChangeView(PersonView):
    @extend_schema(
        summary="Change the password",
        description="Needs the present password. Ends every session; the answer is a new one.",
        request=PasswordChangeInput,
        responses=SignInSerializer,
        examples=[
            OpenApiExample(
                "A new password",
                {"password": "the-present-one-7", "new_password": "another-staple-8"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        data = validate(PasswordChangeInput(data=request.data))
        pair = passwords.change_password(
            membership=self.membership, language=language_of(request), **data
        )
        return Response(SignInSerializer(pair).data)


class ResetRequestView(AccountView):
    @extend_schema(
        summary="Ask for a mail with a link to set a new password",
        description="The answer is the same for every address. A few mails an hour are sent to "
        "one address.",
        request=ResetRequestInput,
        responses={202: NoticeSerializer},
        examples=[OpenApiExample("Ada", {"email": "ada@shop.example"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        data = validate(ResetRequestInput(data=request.data))
        passwords.request_reset(**data, language=language_of(request))
        notice = {"detail": "If this address has an account, a mail with a link is on its way."}
        return Response(notice, status.HTTP_202_ACCEPTED)


class PasswordResetView(AccountView):
    @extend_schema(
        summary="Set a new password with the token of a mail",
        description="Ends every session; the answer is a new one, or 204 for a person without a "
        "shop. Also verifies the address.",
        request=PasswordResetInput,
        responses={
            200: SignInSerializer,
            204: OpenApiResponse(description="The password is set."),
        },
    )
    def post(self, request: Request) -> Response:
        data = validate(PasswordResetInput(data=request.data))
        pair = passwords.reset_password(
            **data, client=find_address(request), language=language_of(request)
        )
        if pair is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(SignInSerializer(pair).data)


class VerificationRequestView(PersonView):
    @extend_schema(
        summary="Send the mail to confirm the address again",
        request=None,
        responses={202: NoticeSerializer},
    )
    def post(self, request: Request) -> Response:
        verification.request_verification(user=self.person, language=language_of(request))
        notice = {"detail": "Unless the address is confirmed, a mail with a link is on its way."}
        return Response(notice, status.HTTP_202_ACCEPTED)


class VerificationView(AccountView):
    @extend_schema(
        summary="Confirm an address with the token of a mail",
        request=LinkInput,
        responses=VerifiedAddressSerializer,
    )
    def post(self, request: Request) -> Response:
        token = validate(LinkInput(data=request.data))["token"]
        user = verification.verify_address(token=token, client=find_address(request))
        return Response(VerifiedAddressSerializer(user).data)
