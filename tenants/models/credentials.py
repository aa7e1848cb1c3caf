"""Addresses in their normal form, and hashes of passwords.

Several people may claim one address until somebody verifies it. They share the salt of their
hashes: one evaluation checks a password against all of them, so that sign-in takes the same time
for every address.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import idna
from django.contrib.auth.hashers import (
    BasePasswordHasher,
    get_hasher,
    identify_hasher,
    is_password_usable,
    make_password,
)
from django.utils.crypto import constant_time_compare, salted_hmac

SALT_LENGTH = 32


class Credentials(Protocol):
    """The part of a person that this module reads."""

    email: str
    password: str


C = TypeVar("C", bound=Credentials)


def normalize_address(address: str) -> str:
    """Return an e-mail address in NFC and lower case, with an ASCII (IDNA) domain.

    Not NFKC and not upper case: they turn a long s into an s, and two people would be one.
    """
    address = unicodedata.normalize("NFC", unicodedata.normalize("NFC", address).strip().lower())
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return address


def normalize_password(password: str) -> str:
    """Return a password in NFC: keyboards differ in how they type the same letter."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str | None, *, email: str) -> str:
    """Return the hash to store; an unusable one for None."""
    if password is None:
        return make_password(None)
    return make_password(normalize_password(password), salt=_salt_of(email))


def find_match(people: Sequence[C], password: str) -> C | None:
    """Return the first person whose password this is.

    Takes the same time whether the people have this password, another one, or do not exist: one
    evaluation of the hash for each Unicode form of the password. Hashes that were stored before
    passwords were normalized are compared as well.
    """
    usable = [person for person in people if _find_hasher(person.password)]
    for form in _forms(password):
        computed: dict[tuple[Any, ...], str] = {}
        for person in usable:
            if _is_match(person.password, form, computed):
                return person
        if not computed:
            make_password(form, salt=_salt_of(""))
    return None


def needs_rehash(person: Credentials, password: str) -> bool:
    """Return whether a correct password should be stored again, with today's hash."""
    hasher = _find_hasher(person.password)
    if hasher is None:
        return True
    is_todays = hasher.algorithm == get_hasher().algorithm
    facts = hasher.decode(person.password)
    return not (
        is_todays
        and facts["salt"] == _salt_of(person.email)
        and not hasher.must_update(person.password)
        and _is_match(person.password, normalize_password(password), {})
    )


def _is_match(encoded: str, password: str, computed: dict[tuple[Any, ...], str]) -> bool:
    hasher: Any = _find_hasher(encoded)
    facts = hasher.decode(encoded)
    if "iterations" not in facts and hasher.algorithm != "md5":
        return bool(hasher.verify(password, encoded))
    key = (facts["algorithm"], facts["salt"], facts.get("iterations"))
    if key not in computed:
        options = {"iterations": facts["iterations"]} if "iterations" in facts else {}
        computed[key] = hasher.encode(password, facts["salt"], **options)
        if hasher.must_update(encoded):
            # Older hashes have fewer iterations; do the others too.
            hasher.harden_runtime(password, encoded)
    return constant_time_compare(computed[key], encoded)


def _find_hasher(encoded: str) -> BasePasswordHasher | None:
    """Return the hasher of a stored hash; None if no password can match it."""
    if not is_password_usable(encoded):
        return None
    try:
        return identify_hasher(encoded)
    except ValueError:
        return None


def _forms(password: str) -> list[str]:
    normal = normalize_password(password)
    return list(dict.fromkeys([normal, password, unicodedata.normalize("NFD", password)]))


def _salt_of(email: str) -> str:
    return salted_hmac("tenants.password", email, algorithm="sha256").hexdigest()[:SALT_LENGTH]
