"""Synonyms through the API: one by one, and as files."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.tenancy import all_shops, shop_scope
from recommendations.models import Synonym
from recommendations.steering import synonym_files, synonyms
from recommendations.tests.test_steering_api import read_faults
from tenants.models import AuditEntry, User
from tenants.tests.factories import make_key_client

SYNONYMS = "/api/v1/synonyms/"
IMPORT, EXPORT = f"{SYNONYMS}import/", f"{SYNONYMS}export/"
NOBODY = "018f0000-0000-7000-8000-000000000000"
PRAM_SUIT = {"phrase": "pram suit", "meaning": "snowsuit"}


def add(client, **fields: Any):
    return client.post(SYNONYMS, {**PRAM_SUIT, **fields})


def send(client, text: str | bytes, name: str = "synonyms.csv", **headers: Any):
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    file.name = name
    return client.post(IMPORT, {"file": file}, format="multipart", headers=headers)


def read_all(client) -> set[tuple[str, str, bool]]:
    rows = client.get(SYNONYMS, {"page_size": 200}).json()["results"]
    return {(row["phrase"], row["meaning"], row["is_two_way"]) for row in rows}


def test_synonym_is_created_read_changed_and_deleted(shop):
    made = add(shop.client)
    assert made.status_code == 201, made.content
    synonym = made.json()
    address = f"{SYNONYMS}{synonym['id']}/"
    assert synonym["is_two_way"] is False
    assert shop.client.get(address).json() == synonym

    changed = shop.client.patch(address, {"is_two_way": True}).json()
    assert {**changed, "updated_at": None} == {**synonym, "is_two_way": True, "updated_at": None}
    replaced = shop.client.put(address, {**synonym, "meaning": "winter overall"}).json()
    assert (replaced["phrase"], replaced["meaning"]) == ("pram suit", "winter overall")

    assert shop.client.delete(address).status_code == 204
    assert shop.client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"phrase": ""}, "phrase"),
        ({"phrase": None}, "phrase"),
        ({"phrase": "x" * 101}, "phrase"),
        ({"phrase": "?!"}, "phrase"),
        ({"phrase": "a b c d e f g"}, "phrase"),
        ({"phrase": "a\0b"}, "phrase"),
        ({"meaning": "..."}, "meaning"),
        ({"meaning": "Pram-Suits"}, "meaning"),
        ({"meaning": ["a"]}, "meaning"),
        ({"is_two_way": "perhaps"}, "is_two_way"),
    ],
)
def test_refuses_invalid_synonyms_and_names_the_field(shop, fields, field):
    assert read_faults(add(shop.client, **fields)) == [field]
    assert read_all(shop.client) == set()


def test_a_change_is_checked_with_the_stored_rest(shop):
    synonym = add(shop.client).json()
    address = f"{SYNONYMS}{synonym['id']}/"
    assert read_faults(shop.client.patch(address, {"phrase": "snowsuits"})) == ["meaning"]


def test_a_phrase_has_each_meaning_once(shop, rival):
    add(shop.client)
    other = add(shop.client, meaning="overall").json()
    double = add(shop.client, phrase="Pram suits")
    assert (double.status_code, double.json()["code"]) == (409, "synonym_exists")
    changed = shop.client.patch(f"{SYNONYMS}{other['id']}/", {"meaning": "snowsuits"})
    assert (changed.status_code, changed.json()["code"]) == (409, "synonym_exists")
    assert add(rival.client).status_code == 201


def test_number_of_synonyms_is_limited(shop, rival, monkeypatch):
    monkeypatch.setattr(synonyms, "MAX_SYNONYMS", 2)
    assert add(shop.client).status_code == 201
    sent = send(shop.client, "phrase,meaning\nwellies,rain boots\njumper,sweater\n").json()
    assert (sent["created"], sent["failed"]) == (1, 1)
    assert sent["problems"][0]["code"] == "too_many_synonyms"
    refused = add(shop.client, phrase="other")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_synonyms")
    assert add(rival.client).status_code == 201


def test_synonyms_are_listed_newest_first_with_few_queries(shop):
    made = [add(shop.client, phrase=f"word{number}").json()["id"] for number in range(3)]
    with CaptureQueriesContext(connection) as queries:
        page = shop.client.get(SYNONYMS, {"page_size": 2}).json()
    assert len(queries) <= 2
    rest = shop.client.get(page["next"]).json()
    assert [row["id"] for row in page["results"] + rest["results"]] == made[::-1]


def test_a_rivals_synonyms_are_neither_listed_nor_exported_nor_changed(shop, rival):
    synonym = add(rival.client).json()
    assert read_all(shop.client) == set()
    assert shop.client.get(EXPORT).content == b""
    send(shop.client, "phrase,meaning,is_two_way\npram suit,snowsuit,yes\n")
    assert rival.client.get(f"{SYNONYMS}{synonym['id']}/").json() == synonym


def test_read_only_key_cannot_change_anything(shop):
    client = make_key_client(shop.shop, scopes=["catalog:read"])
    assert client.get(SYNONYMS).status_code == client.get(EXPORT).status_code == 200
    assert add(client).json()["code"] == "insufficient_scope"
    assert send(client, "phrase,meaning\na,b\n").json()["code"] == "insufficient_scope"


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_an_export_is_read_back_by_another_shop(shop, rival, format):
    add(shop.client, phrase='the "big" suit, warm', is_two_way=True)
    add(shop.client, phrase="=1+1", meaning="Größe")
    exported = shop.client.get(EXPORT, {"format": format})
    assert exported["Content-Disposition"] == f'attachment; filename="synonyms.{format}"'
    assert not any(line.startswith(b"=") for line in exported.content.splitlines())
    outcome = send(rival.client, exported.content, f"synonyms.{format}").json()
    assert outcome == {"created": 2, "updated": 0, "unchanged": 0, "failed": 0, "problems": []}
    assert read_all(rival.client) == read_all(shop.client)
    assert send(rival.client, exported.content).json()["unchanged"] == 2


def test_an_import_adds_and_changes_and_deletes_nothing(shop):
    add(shop.client)
    add(shop.client, phrase="wellies", meaning="rain boots")
    table = "Meaning;Phrase;is_two_way\nSnowsuit;Pram suits;yes\nsweater;jumper;\n"
    outcome = send(shop.client, table).json()
    assert (outcome["created"], outcome["updated"], outcome["failed"]) == (1, 1, 0)
    assert read_all(shop.client) == {
        ("Pram suits", "Snowsuit", True),
        ("jumper", "sweater", False),
        ("wellies", "rain boots", False),
    }


def test_texts_of_files_are_stored_in_nfc(shop):
    send(shop.client, "phrase,meaning\ncafe\u0301 dress,tea gown\n")
    assert read_all(shop.client) == {("caf\u00e9 dress", "tea gown", False)}


def test_bad_rows_are_listed_and_stop_no_others(shop):
    lines = [
        json.dumps({"phrase": "wellies", "meaning": "rain boots"}),
        "{",
        "",
        json.dumps(["wellies", "boots"]),
        json.dumps({"phrase": "wellies"}),
        json.dumps({"phrase": "wellies", "meaning": 7}),
        json.dumps({"phrase": "wellies", "meaning": "WELLIES"}),
        json.dumps({"phrase": "wellies", "meaning": "boots", "is_two_way": "perhaps"}),
        json.dumps({"phrase": "x" * 200, "meaning": "boots"}),
    ]
    outcome = send(shop.client, "\n".join(lines)).json()
    assert (outcome["created"], outcome["failed"]) == (1, 7)
    assert [(problem["row"], problem["code"]) for problem in outcome["problems"]] == [
        (2, "invalid"),
        (4, "invalid"),
        (5, "required"),
        (6, "invalid"),
        (7, "same"),
        (8, "invalid"),
        (9, "too_long"),
    ]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("", "validation_error"),
        ("  \n", "feed_empty"),
        ("a,b\nc,d\n", "feed_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 9, "feed_binary"),
        ("<!doctype html><html></html>", "feed_is_page"),
    ],
    ids=["nothing", "blank", "other columns", "photo", "page"],
)
def test_refuses_files_without_synonyms(shop, file, code):
    response = send(shop.client, file)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_refuses_files_that_are_too_long_or_too_large(shop, monkeypatch):
    monkeypatch.setattr(synonym_files, "MAX_ROWS", 2)
    rows = "".join(f"word{number},meaning\n" for number in range(3))
    response = send(shop.client, f"phrase,meaning\n{rows}")
    assert (response.status_code, response.json()["code"]) == (400, "too_many_rows")
    assert read_faults(send(shop.client, b"x" * (2 * 1024**2 + 1))) == ["file"]
    assert read_all(shop.client) == set()


def test_same_idempotency_key_makes_one_synonym(shop):
    answers = [
        shop.client.post(SYNONYMS, PRAM_SUIT, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].status_code == 201


def test_members_changes_are_in_the_audit_log(shop, colleague):
    synonym = add(colleague.client).json()
    colleague.client.patch(f"{SYNONYMS}{synonym['id']}/", {"is_two_way": True})
    send(colleague.client, "phrase,meaning\njumper,sweater\n")
    colleague.client.delete(f"{SYNONYMS}{synonym['id']}/")
    with shop_scope(shop.shop.pk):
        actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-4:] == [
        "synonym.created",
        "synonym.changed",
        "synonym.imported",
        "synonym.deleted",
    ]


def test_keys_are_those_of_the_texts(shop):
    add(shop.client, phrase="Pram-Suits", meaning="Schneeanzüge")
    with all_shops():
        row = Synonym.objects.get()
    assert (row.phrase_key, row.meaning_key) == ("pram suit", "schneeanzuge")


# --- The admin ------------------------------------------------------------------------


@pytest.fixture
def operator(db, client):
    client.force_login(User.objects.create_superuser("op@atelier.example", "a-long-password"))
    return client


def send_as_operator(operator, shop_id: object, text: str):
    file = SimpleUploadedFile("synonyms.csv", text.encode())
    address = reverse("admin:recommendations_synonym_import_file")
    return operator.post(address, {"shop": str(shop_id), "file": file}, follow=True)


def test_operators_import_a_file_for_a_shop(operator, shop, rival):
    table = "phrase,meaning\npram suit,snowsuit\nsame,same\n"
    page = send_as_operator(operator, shop.shop.pk, table).content.decode()
    assert "1 added, 0 changed." in page
    assert "Row 3: " in page
    assert read_all(shop.client) == {("pram suit", "snowsuit", False)}
    assert read_all(rival.client) == set()


def test_operators_see_why_a_file_is_refused(operator, shop):
    page = send_as_operator(operator, shop.shop.pk, "a,b\n1,2\n").content.decode()
    assert "The first row needs the columns" in page
    page = send_as_operator(operator, NOBODY, "phrase,meaning\na,b\n").content.decode()
    assert "Select a valid choice" in page
    assert read_all(shop.client) == set()


@pytest.mark.parametrize("format", ["csv", "json_lines"])
def test_operators_export_the_chosen_synonyms(operator, shop, format):
    chosen = add(shop.client).json()
    add(shop.client, phrase="other")
    response = operator.post(
        reverse("admin:recommendations_synonym_changelist"),
        {"action": f"export_{format}", "_selected_action": [chosen["id"]]},
    )
    assert b"pram suit" in response.content
    assert b"other" not in response.content
