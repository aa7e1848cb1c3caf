"""Feeds that are damaged anywhere are read as far as possible, and never fail otherwise."""

import re
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from catalog.feeds import values
from catalog.feeds.read import FeedFormat, FeedUnreadable, read_feed
from catalog.feeds.records import ProductRecord, RowProblem
from catalog.tests.feeds.factories import make_stream

PAGE = (Path(settings.BASE_DIR) / "docs" / "catalogue.md").read_text("utf-8")
EXAMPLES = [text.encode() for text in re.findall(r"^```\w+ \w+\n(.*?)^```", PAGE, re.M | re.S)]
PARTS = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b'"', b"\n", b",", b"\t", b"\0", b"<", b"</item>", b"<item>", b"&x;", b"]]>", b"{", b"=|,"]
    ),
)
DAMAGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), PARTS), min_size=1, max_size=6)


def check(data: bytes, **options: object) -> None:
    try:
        records = list(read_feed(make_stream(data), **options))
    except FeedUnreadable:
        return
    for record in records:
        assert isinstance(record, ProductRecord | RowProblem)
        if isinstance(record, RowProblem):
            assert record.code and record.detail and record.row >= 1
            continue
        assert record.name or record.is_deleted
        assert 0 < len(record.external_id) <= values.MAX_ID_LENGTH
        assert len(record.digest()) == 64
        assert record.variants or record.is_deleted
        for variant in record.variants:
            if variant.sale_price is not None:
                assert variant.price is not None
                assert variant.sale_price < variant.price
            assert bool(variant.currency) <= (variant.price is not None)
        known = {variant.sku for variant in record.variants}
        assert all(known.issuperset(photo.skus) for photo in record.photos)


@pytest.mark.parametrize("example", EXAMPLES)
@limits(max_examples=60)
@given(damages=DAMAGES)
def test_a_damaged_feed_is_read_or_refused(example, damages):
    for place, length, part in damages:
        start = int(place * len(example))
        example = example[:start] + part + example[start + length :]
    check(example)


@pytest.mark.parametrize("format", FeedFormat)
@limits(max_examples=60)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_as_any_format(format, data):
    check(data, format=format)


@pytest.mark.parametrize("format", FeedFormat)
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_feed_is_read_or_refused_as_another_format(example, format):
    check(example, format=format)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["url", "skus", "sku", "price", "size", "stock", "colour"]), inner
            )
        ),
        max_leaves=6,
    ),
    st.sampled_from(
        ["name", "variants", "images", "styles", "attributes", "price", "stock", "is_deleted"]
    ),
)
def test_any_json_in_a_field_is_read_or_refused(value, name):
    fields = {"external_id": "1", "name": "Top", name: value}
    try:
        data = orjson.dumps(fields)
    except (orjson.JSONEncodeError, TypeError):
        return
    check(data)
