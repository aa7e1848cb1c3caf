"""Grounding: check a language model's sentences against what its tools returned.

The model refers to items and outfits by id, `[item:ID]` and `[outfit:ID]`, never by name. The ids
must have been returned in this conversation and still be live; names and prices come from those
rows. A sentence with an unknown id or a false claim is dropped.

Checked are prices, product names, discounts, stock, delivery and reviews, codes, and requests for
personal data. Names are recognised by their capitals: English uses few others, and the prompt
tells the model to refer to products by id only. A doubtful sentence fails: dropping it costs
little.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.redaction import redact
from stylist.chat.shared.items import Item, OutfitSummary, normalise_id
from stylist.chat.shared.phrasing import name_and_price, name_item
from stylist.chat.shared.plain_text import REMOVED, to_plain_text

_MONEY = (
    r"(?:€|\$|£|¥|\beuros?\b|\beur\b|\bdollars?\b|\busd\b|\bbucks\b|\bpounds?\b|\bgbp\b|\bchf\b)"
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_PRICES = re.compile(
    rf"{_MONEY}\s*({_NUMBER})|({_NUMBER})\s*{_MONEY}|(?<![\w.,])(\d+[.,]\d{{2}})(?![\w%])"
    rf"|\b(?:costs?|priced at|price is|for (?:just|only)|only|just)\s+({_NUMBER})(?![\w%°])",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"\d\s*(?:%|percent\b|per cent\b)|\b(?:discount|coupon|voucher|promo|clearance|on sale|"
    r"half price|free (?:shipping|delivery|returns)|in stock|out of stock|sold out|"
    r"(?:only|just) \w+ left|best[- ]?seller|reviews?|(?:\d|five)[- ]stars?|rated|guarantee\w*|"
    r"won a|prize|gift card|credit card|card number|password|passcode|e-?mail|phone number|"
    r"your address|bank account|log ?in|sign up|click|visit (?:our|the|my) (?:site|page|website)|"
    r"system prompt|instructions?|api key|other (?:shoppers?|customers?|users?))\b",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<![\w'’°-])[A-Z][\w'’&-]*")
_CODE = re.compile(r"\b(?=[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)*\b")
_OPENS = re.compile(r"(?:^|[.:!?\n])[\s\"“‘'(–—-]*(?:\d+[.)]\s*)?$")
_BOUND = re.compile(
    r"\b(?:under|below|within|up to|at most|less than|more than|over|above|around|about|between|"
    r"budget|limit|your)\b[^.!?]{0,30}$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"(?<![\w'’°-])[A-Z][\w'’&-]*(?:\s+[A-Z][\w'’&-]*)+")
_QUOTED = re.compile(r"[\"“„«]([^\"”“»]{2,80})[\"”“»]")

_REFERENCE = re.compile(r"\[\s*(item|outfit)\s*:\s*([^\[\]]{1,100}?)\s*\]", re.IGNORECASE)
_BROKEN = re.compile(r"\[\s*(?:item|outfit)\b|\b(?:item|outfit)\s*:\s*\S", re.IGNORECASE)
_BARE_ID = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b", re.IGNORECASE)
_CAPITALS = """
S M L XS XL XXL I I'm I'd I'll I've I’m I’d I’ll I’ve OK EUR USD GBP CHF Monday Tuesday
Wednesday Thursday Friday Saturday Sunday January February March April May June July August
September October November December Christmas Easter Oxford Chelsea Breton Scandinavian French
Italian English Parisian T-shirt T-shirts A-line V-neck V-necks
"""
_PLAIN_CAPITALS = frozenset(_CAPITALS.split())


@dataclass
class Evidence:
    """What tools returned in this conversation, and what this answer used of it.

    `items` and `outfits` are by id; `used_items` and `used_outfits` are those that the answer
    names. Of the shopper's own text, in lower case, a sentence may repeat an amount only as a
    limit, and a name only if it is one word: neither makes up a product.
    """

    shop_name: str
    shopper_text: str
    items: dict[str, Item] = field(default_factory=dict)
    outfits: dict[str, OutfitSummary] = field(default_factory=dict)
    used_items: dict[str, Item] = field(default_factory=dict)
    used_outfits: dict[str, OutfitSummary] = field(default_factory=dict)
    has_dropped: bool = False

    @property
    def prices(self) -> set[Decimal]:
        return {item.price for item in self.items.values() if item.price is not None}

    @property
    def names(self) -> set[str]:
        """The names of the shop and its items, in lower case."""
        items = (to_plain_text(item.name).strip() for item in self.items.values())
        return {name.casefold() for name in (self.shop_name, *items)}


def has_false_claim(sentence: str, evidence: Evidence) -> bool:
    """Check for a false claim; references to items must be replaced by a word before."""
    if any(_is_new_price(sentence, found, evidence) for found in _PRICES.finditer(sentence)):
        return True
    if _FORBIDDEN.search(sentence) or redact(sentence) != sentence or REMOVED in sentence:
        return True
    rest = sentence
    for name in sorted(filter(None, evidence.names), key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "it", rest, flags=re.I)
    if any(found[1].strip()[:1].isupper() for found in _QUOTED.finditer(rest)):
        return True
    return any(_is_new_name(rest, found, evidence) for found in _CAPITAL.finditer(rest))


def _is_new_price(sentence: str, found: re.Match[str], evidence: Evidence) -> bool:
    text = next(group for group in found.groups() if group)
    if _BOUND.search(sentence[: found.end()]) and re.search(
        rf"(?<![\d.,]){re.escape(text)}(?![\d.,]*\d)", evidence.shopper_text
    ):
        return False
    is_thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?", text)
    number = text.replace(",", "") if is_thousands else text.replace(",", ".")
    return Decimal(number) not in evidence.prices


def _is_new_name(sentence: str, found: re.Match[str], evidence: Evidence) -> bool:
    word = found[0].removesuffix("'s").removesuffix("’s").rstrip("-&'’")
    if word in _PLAIN_CAPITALS:
        return False
    is_alone = not any(
        several.start() <= found.start() < several.end() for several in _SEVERAL.finditer(sentence)
    )
    if is_alone and re.search(rf"\b{re.escape(word.casefold())}\b", evidence.shopper_text):
        return False
    is_code = len(word) > 1 and _CODE.fullmatch(word)
    return bool(is_code) or not _OPENS.search(sentence[: found.start()])


def find_item_ids(sentence: str, evidence: Evidence) -> Iterator[str]:
    """Yield the returned items that a sentence refers to, including those of its outfits."""
    for found in _REFERENCE.finditer(sentence):
        ref_id = normalise_id(found[2])
        outfit = evidence.outfits.get(ref_id) if found[1].casefold() == "outfit" else None
        ids = [item.id for item in outfit.items] if outfit else [ref_id]
        yield from (each for each in ids if each in evidence.items)


def ground_sentence(sentence: str, evidence: Evidence, live: Mapping[str, Item]) -> str:
    """Return a sentence with names instead of ids, or nothing if it is not grounded.

    `live` has those items by id, of the ones that `find_item_ids` yields, that are still live.
    """
    parts, items, outfits = [], dict[str, Item](), dict[str, OutfitSummary]()
    last = 0
    for found in _REFERENCE.finditer(sentence):
        parts.append(sentence[last : found.start()])
        last = found.end()
        ref_id = normalise_id(found[2])
        if found[1].casefold() == "item" and ref_id in live:
            item = live[ref_id]
            is_first = ref_id not in evidence.used_items and ref_id not in items
            parts.append(name_and_price(item) if is_first else name_item(item))
            items[ref_id] = item
        elif (outfit := evidence.outfits.get(ref_id)) and all(i.id in live for i in outfit.items):
            outfits[ref_id] = outfit
            number = list({**evidence.used_outfits, **outfits}).index(ref_id) + 1
            parts.append(f"outfit {number}")
        else:
            evidence.has_dropped = True
            return ""
    rest = _REFERENCE.sub("it", sentence)
    if _BROKEN.search(rest) or _BARE_ID.search(rest) or has_false_claim(rest, evidence):
        evidence.has_dropped = True
        return ""
    evidence.used_items.update(items)
    evidence.used_outfits.update(outfits)
    return "".join((*parts, sentence[last:]))
