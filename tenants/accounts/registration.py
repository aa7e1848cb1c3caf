"""Registration of a person with their shop."""

import unicodedata

from django.db import transaction

from core.tenancy import shop_scope
from tenants.accounts import guesses, mails
from tenants.accounts.passwords import validate_strength
from tenants.accounts.sessions import SignIn, open_session
from tenants.audit import record_for_person
from tenants.models import Mail, Membership, Shop, User
from tenants.models.credentials import normalize_address


def register(
    *, email: str, password: str, name: str, shop_name: str, language: str = "en"
) -> SignIn:
    """Create a person and their shop, and sign them in.

    The answer is the same if others have registered with the address: it belongs to whoever
    confirms it, and the mail says how. Raises `WeakPassword` and `TooManyGuesses`.
    """
    address = normalize_address(email)
    name = unicodedata.normalize("NFC", name)
    validate_strength(password, User(email=address, name=name), shop_names=[shop_name])
    guesses.take(guesses.REGISTRATIONS, address)
    shop = Shop(name=shop_name)
    with shop_scope(shop.pk), transaction.atomic():
        user = User.objects.create_user(address, password, name=name)
        shop.save()
        membership = Membership.objects.create(user=user, shop=shop, role=Membership.Role.OWNER)
        record_for_person("shop.registered", user=user)
        mails.post(Mail.Kind.WELCOME, address=address, language=language, subject_id=user.pk)
    return open_session(membership)
