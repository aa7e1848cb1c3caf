"""The sign-in form of the admin."""

from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from rest_framework.exceptions import AuthenticationFailed
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from tenants.accounts import second_factor
from tenants.accounts.guesses import TooManyGuesses


class OperatorSignInForm(AuthenticationForm):
    """Signs operators in with the limits of the API, and with their second factor."""

    code = forms.CharField(
        label="Code",
        required=False,
        max_length=40,
        help_text="Of your authenticator app, or a recovery code, if you have set one up.",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "class": " ".join(BASE_INPUT_CLASSES),
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        try:
            fields: dict[str, Any] = super().clean()
        except TooManyGuesses as error:
            raise ValidationError(str(error.detail)) from error
        return fields

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        super().confirm_login_allowed(user)
        try:
            second_factor.require(user, self.cleaned_data.get("code", ""))  # type: ignore[arg-type]
        except AuthenticationFailed as error:
            raise ValidationError(str(error.detail)) from error
