"""Translations: every text of mails and account pages exists in every language, and is compiled."""

import io
import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

LOCALE = Path(settings.BASE_DIR) / "tenants" / "locale"
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "_": None}


def extract_template(file, keywords, comment_tags, options):
    """Extract from a Django template, as `makemessages` does, without the gettext programs."""
    code = templatize(file.read().decode())
    yield from extract_python(io.BytesIO(code.encode()), KEYWORDS, comment_tags, options)


def source_texts() -> set[str | tuple[str, ...]]:
    root = Path(settings.BASE_DIR)
    found = [
        *extract_from_dir(root / "tenants" / "accounts", [("**.py", "python")], keywords=KEYWORDS),
        *extract_from_dir(
            root / "core" / "web" / "templates" / "account",
            [("**.html", extract_template)],  # type: ignore[list-item]
            keywords=KEYWORDS,
        ),
    ]
    return {message for _, _, message, _, _ in found}


def read_catalog(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def strings_of(catalog: Catalog) -> list[tuple[str, str]]:
    return sorted((str(message.id), str(message.string)) for message in catalog if message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_no_other(language):
    texts = source_texts()
    assert len(texts) > 40
    messages = {message.id: message for message in read_catalog(language) if message.id}
    assert set(messages) == texts
    for message in messages.values():
        strings = message.string if message.pluralizable else (message.string,)
        assert all(strings) and not message.fuzzy, message.id
        wanted = set(PLACEHOLDER.findall(str(message.id)))
        assert all(set(PLACEHOLDER.findall(text)) == wanted for text in strings), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_that_of_its_source(language):
    compiled = io.BytesIO()
    write_mo(compiled, read_catalog(language))
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        stored = strings_of(read_mo(file))
    compiled.seek(0)
    assert stored == strings_of(read_mo(compiled))


@pytest.mark.parametrize(
    ("accepted", "heading"),
    [
        ("de-CH,de;q=0.9", "Neues Passwort festlegen"),
        ("fr", "Choisir un nouveau mot de passe"),
        ("es-MX", "Elegir una contraseña nueva"),
        ("ja, en;q=0.5", "Set a new password"),
        ("", "Set a new password"),
        ("../../etc, x" * 50, "Set a new password"),
    ],
)
def test_pages_have_the_language_of_the_browser(client, accepted, heading):
    page = client.get("/account/password/", HTTP_ACCEPT_LANGUAGE=accepted)
    assert heading in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "no-store"
    assert translation.get_language() == "en"
