"""Count the words of a shop's products: what spelling and suggestions know of the shop."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from catalog.models import Category, Product, ShopWord, Variant
from catalog.models.shop_words import MAX_WORD_LENGTH
from catalog.vocabulary.languages.lexicon import split_words, tokenise
from core.tenancy import all_shops
from core.text import has_digit, normalize
from tenants.models import Shop

# The most frequent of each kind.
MAX_WORDS = {
    ShopWord.Kind.BRAND: 5_000,
    ShopWord.Kind.CATEGORY: 2_000,
    ShopWord.Kind.COLOUR: 2_000,
    ShopWord.Kind.NAME: 20_000,
}
CHUNK = 5_000
RECOUNTED_AFTER = timedelta(hours=20)
PAUSE = timedelta(minutes=2)  # between two counts of a shop whose products change
MAX_DUE = 200  # that one run of the sweep finds

Spellings = defaultdict[str, Counter[str]]


def count_words(shop_id: UUID) -> None:
    """Bring the `ShopWord` rows of a shop up to date; needs its scope.

    Reads all published products: seconds with 100,000 of them. Does nothing while another worker
    counts the same shop.
    """
    with transaction.atomic():
        shop = Shop.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=shop_id)
        if not shop.exists():
            return
        now = timezone.now()
        _store(shop_id, _find_words())
        shop.update(words_counted_at=now)


def find_due_shops() -> list[UUID]:
    """Return shops whose products changed since their words were counted, or not counted today."""
    with all_shops(), connection.cursor() as cursor:
        parameters: dict[str, Any] = {"day": RECOUNTED_AFTER, "pause": PAUSE, "limit": MAX_DUE}
        cursor.execute(_DUE, parameters)
        return [pk for (pk,) in cursor.fetchall()]


# A transaction may end after the count that follows its change: therefore `pause`.
_DUE = """
    SELECT id FROM tenants_shop AS shop
    WHERE words_counted_at IS NULL OR words_counted_at < now() - %(day)s
        OR words_counted_at < now() - %(pause)s AND EXISTS (
            SELECT FROM catalog_productdocument AS document
            WHERE document.shop_id = shop.id
                AND document.updated_at > shop.words_counted_at - %(pause)s
        )
    ORDER BY words_counted_at NULLS FIRST LIMIT %(limit)s
"""


def _find_words() -> dict[tuple[str, str], tuple[str, int]]:
    """Return the written form and the count of each word, by its kind and its folded form."""
    spellings: dict[str, Spellings] = {kind: defaultdict(Counter) for kind in MAX_WORDS}
    categories: Counter[UUID] = Counter()
    published = Product.objects.filter(status=Product.Status.PUBLISHED).order_by()
    rows = published.values_list("name", "brand", "category_id")
    for name, brand, category in rows.iterator(CHUNK):
        for folded, written in _split_name(name):
            spellings[ShopWord.Kind.NAME][folded][written] += 1
        _add_name(spellings[ShopWord.Kind.BRAND], brand, 1)
        if category:
            categories[category] += 1
    for pk, name in Category.objects.filter(pk__in=categories).values_list("pk", "name"):
        _add_name(spellings[ShopWord.Kind.CATEGORY], name, categories[pk])
    variants = Variant.objects.filter(product__in=published).exclude(colour="").order_by()
    for colour, count in variants.values_list("colour").annotate(Count("product", distinct=True)):
        _add_name(spellings[ShopWord.Kind.COLOUR], colour, count)
    found = {}
    for kind, most in MAX_WORDS.items():
        counts = Counter({word: forms.total() for word, forms in spellings[kind].items()})
        for folded, count in counts.most_common(most):
            ((written, _),) = spellings[kind][folded].most_common(1)
            found[str(kind), folded] = (written, count)
    return found


def _split_name(name: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a name once each, folded and as written; numbers and codes are none."""
    words = {token.folded: token.text for token in tokenise(name)}
    for folded, written in words.items():
        is_code = has_digit(folded)
        if not is_code and 1 < len(folded) <= MAX_WORD_LENGTH >= len(written):
            yield folded, written


def _add_name(spellings: Spellings, name: str, count: int) -> None:
    written = " ".join(normalize(name).split())
    folded = " ".join(split_words(name))
    if folded and len(folded) <= MAX_WORD_LENGTH >= len(written):
        spellings[folded][written] += count


def _store(shop_id: UUID, words: dict[tuple[str, str], tuple[str, int]]) -> None:
    """Write the words that differ."""
    stored = {(row.kind, row.folded): row for row in ShopWord.objects.all()}
    gone = [row.pk for key, row in stored.items() if key not in words]
    changed = [
        ShopWord(shop_id=shop_id, kind=kind, folded=folded, written=written, count=count)
        for (kind, folded), (written, count) in words.items()
        if (row := stored.get((kind, folded))) is None
        or (row.written, row.count) != (written, count)
    ]
    if gone:
        ShopWord.objects.filter(pk__in=gone).delete()
    ShopWord.objects.bulk_create(
        changed,
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["shop", "kind", "folded"],
        update_fields=["written", "count"],
    )
