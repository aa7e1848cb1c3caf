"""Find claims in a language model's sentence that no tool result supports.

Checked are prices, product names, discounts, stock, delivery and reviews, codes, and requests for
personal data. Names are recognised by their capitals: English uses few others, and the prompt
tells the model to refer to products by id only. A doubtful sentence fails: dropping it costs
little.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from stylist.chat.shared.plain_text import REMOVED
from stylist.chat.shared.redaction import redact

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

_CAPITALS = """
S M L XS XL XXL I I'm I'd I'll I've I’m I’d I’ll I’ve OK EUR USD GBP CHF Monday Tuesday
Wednesday Thursday Friday Saturday Sunday January February March April May June July August
September October November December Christmas Easter Oxford Chelsea Breton Scandinavian French
Italian English Parisian T-shirt T-shirts A-line V-neck V-necks
"""
_PLAIN_CAPITALS = frozenset(_CAPITALS.split())


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """The facts that a sentence may repeat, all texts in lower case.

    `names` are those of items and of the shop. Of the shopper's own text, a sentence may repeat an
    amount only as a limit, and a name only if it is one word: neither makes up a product.
    """

    prices: frozenset[Decimal]
    names: frozenset[str]
    shopper_text: str


def find_false_claim(sentence: str, facts: KnownFacts) -> str:
    """Return a code for the first false claim of a sentence, or nothing.

    References to items must be replaced by a word before.
    """
    if any(_is_new_price(sentence, found, facts) for found in _PRICES.finditer(sentence)):
        return "price"
    if _FORBIDDEN.search(sentence):
        return "promise"
    if redact(sentence) != sentence:
        return "personal"
    if REMOVED in sentence:
        return "address"
    rest = _remove_names(sentence, facts.names)
    if any(found[1].strip()[:1].isupper() for found in _QUOTED.finditer(rest)):
        return "name"
    if any(_is_new_name(rest, found, facts) for found in _CAPITAL.finditer(rest)):
        return "name"
    return ""


def _is_new_price(sentence: str, found: re.Match[str], facts: KnownFacts) -> bool:
    text = next(group for group in found.groups() if group)
    if _BOUND.search(sentence[: found.end()]) and re.search(
        rf"(?<![\d.,]){re.escape(text)}(?![\d.,]*\d)", facts.shopper_text
    ):
        return False
    is_thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?", text)
    number = text.replace(",", "") if is_thousands else text.replace(",", ".")
    return Decimal(number) not in facts.prices


def _remove_names(sentence: str, names: frozenset[str]) -> str:
    """Return a sentence without the names of items, removed longest first."""
    for name in sorted(names, key=len, reverse=True):
        if name:
            sentence = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "it", sentence, flags=re.I)
    return sentence


def _is_new_name(sentence: str, found: re.Match[str], facts: KnownFacts) -> bool:
    word = found[0].removesuffix("'s").removesuffix("’s").rstrip("-&'’")
    if word in _PLAIN_CAPITALS:
        return False
    is_alone = not any(
        several.start() <= found.start() < several.end() for several in _SEVERAL.finditer(sentence)
    )
    if is_alone and re.search(rf"\b{re.escape(word.casefold())}\b", facts.shopper_text):
        return False
    if _CODE.fullmatch(word) and len(word) > 1:
        return True
    return not _OPENS.search(sentence[: found.start()])
