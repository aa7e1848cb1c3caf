"""Compute and store what the searches of each shop say; runs every night."""

from datetime import datetime
from functools import partial

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.indexing.indexes import get_live_index
from catalog.search.shop_words import read_shop_words
from catalog.vocabulary.languages.lexicon import split_words
from core.ml.checkpoints import EncoderUnavailable
from core.tenancy import all_shops, shop_scope
from recommendations.analytics.rollup import make_lowest_id
from recommendations.demand.relations import find_common, has_only_known_words, relate
from recommendations.demand.searches import DAYS, read_searches
from recommendations.demand.suggestions import suggest
from recommendations.models import CommonPrompt, Prompt, RelatedSearches, SynonymSuggestion
from recommendations.steering.synonyms import make_phrase_key
from tenants.models import Shop

log = structlog.get_logger(__name__)


def refresh_demand() -> int:
    """Refresh what is stored of all shops; return the number of shops."""
    now = timezone.now()
    with all_shops():
        recent = Prompt.objects.filter(pk__gt=make_lowest_id(now - DAYS)).order_by()
        shop_ids = set(recent.values_list("shop_id", flat=True).distinct())
        for model in (CommonPrompt, RelatedSearches, SynonymSuggestion):
            shop_ids.update(model.objects.order_by().values_list("shop_id", flat=True).distinct())
    for shop_id in sorted(shop_ids):
        try:
            with shop_scope(shop_id):
                refresh_shop(Shop.objects.get(pk=shop_id), now=now)
        except (Shop.DoesNotExist, IntegrityError, EncoderUnavailable) as error:
            # Deleted in the meantime, or with an encoder that is not configured: others go on.
            log.warning("demand_not_refreshed", shop=str(shop_id), error=repr(error))
    return len(shop_ids)


def refresh_shop(shop: Shop, *, now: datetime) -> None:
    """Replace what is stored of one shop; needs its scope."""
    searches = read_searches(shop.pk, now=now)
    is_presentable = partial(
        has_only_known_words,
        encoder=get_live_index(shop.pk).encoder,
        names=read_shop_words(shop).counts,
    )
    askers = find_common(searches, is_presentable=is_presentable)
    common = [
        CommonPrompt(shop=shop, text=text, words=f" {' '.join(split_words(text))}", askers=len(who))
        for text, who in askers.items()
    ]
    related = [
        RelatedSearches(shop=shop, text=text, related=found)
        for text, found in relate(searches, askers).items()
    ]
    suggestions = [
        SynonymSuggestion(
            shop=shop,
            phrase=one.phrase,
            meaning=one.meaning,
            phrase_key=make_phrase_key(one.phrase),
            meaning_key=make_phrase_key(one.meaning),
            shoppers=one.shoppers,
        )
        for one in suggest(searches)
    ]
    # Two runs at a time store the same rows: those of the first one stay.
    for model, rows in (
        (CommonPrompt, common),
        (RelatedSearches, related),
        (SynonymSuggestion, suggestions),
    ):
        with transaction.atomic():
            model.objects.all().delete()
            model.objects.bulk_create(rows, ignore_conflicts=True)
