"""Recognise the numbers of products, which shoppers copy from labels and bills, in any case."""

from collections.abc import Sequence
from enum import StrEnum

from django.db import connection

from catalog.vocabulary.terms import make_key, write_number, write_number_group
from core.tenancy import scoped_shop_id

MAX_TEXTS = 20


class Code(StrEnum):
    """What a text is: the number of a product, or what several numbers begin with."""

    NUMBER = "number"
    GROUP = "group"


def find_codes(texts: Sequence[str]) -> dict[str, Code]:
    """Return which of these texts are SKUs, own ids of products, or beginnings of them.

    Case and separators do not count: "ab12xl" is "AB-12-XL". A beginning ends where a separator is:
    "KT-INS114" is one of "KT-INS114-DRE", "KT-INS1" is none. Finds those of drafts, too. Of many
    texts the first `MAX_TEXTS` count. Needs the shop's scope; makes one query.
    """
    key = make_key(scoped_shop_id())
    queries = {
        text: (query, write_number_group(text, key=key))
        for text in list(dict.fromkeys(texts))[:MAX_TEXTS]
        if (query := write_number(text, key=key))
    }
    if not queries:
        return {}
    numbers, groups = map(list, zip(*queries.values(), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_CODES, [list(queries), numbers, groups])
        rows = cursor.fetchall()
    return {
        text: Code.NUMBER if is_number else Code.GROUP
        for text, is_number, is_group in rows
        if is_number or is_group
    }


_CODES = """
    SELECT text, EXISTS (SELECT find_products(number::tsquery)),
        EXISTS (SELECT find_products(beginning::tsquery))
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS given (text, number, beginning)
"""
